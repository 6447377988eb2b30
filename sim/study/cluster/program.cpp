#include "study/cluster/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/errors.hpp"

namespace hetsched {
namespace {

/// What a shell says then.
constexpr int kNotFound = 127, kNotCallable = 126;

/// A pipe whose ends are closed with it.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw InputError(std::string("cannot open a pipe to a program: ") + std::strerror(errno));
  }
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

void read_all(int output, std::string& output_text, int errors, std::string& errors_text) {
  std::array<pollfd, 2> open = {pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (::poll(open.data(), open.size(), -1) < 0 && errno != EINTR) return;
    for (pollfd& each : open) {
      if (each.fd < 0 || each.revents == 0) continue;
      char buffer[4096];
      const ssize_t got = ::read(each.fd, buffer, sizeof buffer);
      if (got > 0) (each.fd == output ? output_text : errors_text).append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) each.fd = -1;
    }
  }
}

[[noreturn]] void become(const std::vector<char*>& words, const std::filesystem::path& folder, int output, int errors) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) {
    std::fprintf(stderr, "cannot enter %s: %s\n", folder.c_str(), std::strerror(errno));
    std::fflush(stderr);
    ::_exit(kNotCallable);
  }
  ::execvp(words.front(), words.data());
  ::_exit(errno == ENOENT ? kNotFound : kNotCallable);
}

}  // namespace

ProgramEnd run_program(const Strings& words, const std::filesystem::path& folder) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Pipe output, errors;
  std::fflush(nullptr);  // what is buffered would be written by both
  const pid_t process = ::fork();
  if (process < 0) throw InputError("cannot start " + words.front() + ": " + std::strerror(errno));
  if (process == 0) become(arguments, folder, output.writer(), errors.writer());
  output.close_writer();
  errors.close_writer();
  ProgramEnd end;
  read_all(output.reader(), end.output, errors.reader(), end.errors);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  end.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  end.absent = end.status == kNotFound;
  return end;
}

}  // namespace hetsched
