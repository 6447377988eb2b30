#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "optimum/solver.hpp"

namespace hetsched {
namespace {

/// A file of our own that is gone with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string path = (std::filesystem::temp_directory_path() / "hetsched-XXXXXX").string();
    const int descriptor = mkstemp(path.data());
    if (descriptor < 0) throw InputError("cannot make a file in " + std::filesystem::temp_directory_path().string());
    close(descriptor);
    path_ = path;
    write_file(path_, content);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

constexpr int kNotThere = 127;

/// What the program prints. No shell takes part.
std::string output_of(const std::string& program, const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw InputError("cannot start " + program + ": no pipe is left");
  const pid_t child = fork();
  if (child < 0) throw InputError("cannot start " + program + ": no process is left");
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    std::vector<char*> argv = {const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execvp(program.c_str(), argv.data());
    _exit(kNotThere);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotThere)
    throw InputError("cannot find the solver " + program +
                     ": install Z3 (sudo apt-get install z3, or libz3-dev and build anew), name another one "
                     "with --solver, or "
                     "only write the formula with --formula FILE");
  return text;
}

/// "((a 1.0) (b true))" as pairs; values may have parentheses of their own.
planning::SmtValues parsed(const std::string& text) {
  planning::SmtValues values;
  std::size_t depth = 0, begin = 0;
  for (std::size_t i = text.find('('); i < text.size(); ++i) {
    if (text[i] == '(' && ++depth == 2) begin = i + 1;
    if (text[i] != ')' || depth == 0 || --depth != 1) continue;
    const std::string pair = text.substr(begin, i - begin);
    const std::size_t space = pair.find_first_of(" \n");
    if (space != std::string::npos) values[pair.substr(0, space)] = pair.substr(pair.find_first_not_of(" \n", space));
  }
  return values;
}

}  // namespace

SmtAnswer solve_smt(const planning::SmtFormula& formula, const std::string& program, unsigned limit) {
  if (program.empty() && detail::has_z3_library()) return detail::solve_by_library(formula.text, limit);
  SmtAnswer answer;
  answer.solver = program.empty() ? "z3" : program;
  const TemporaryFile file(formula.script());
  std::vector<std::string> arguments = {"-smt2", file.path()};
  if (limit > 0) arguments.insert(arguments.begin(), "-T:" + std::to_string(limit));
  const std::string text = output_of(answer.solver, arguments);
  const std::string verdict = text.substr(0, text.find_first_of(" \n("));
  if (verdict == "unsat") throw InputError(answer.solver + ": there is no schedule");
  if (verdict == "timeout" || verdict == "unknown")
    throw InputError(answer.solver + " was stopped before it had proved an optimum; give it more time: --limit");
  if (verdict != "sat") throw InputError(answer.solver + " says: " + text.substr(0, 200));
  answer.values = parsed(text);
  return answer;
}

}  // namespace hetsched
