#include "study/output_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/temporary_name.hpp"
#include "base/write_error.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;

/// What is set aside ends so.
constexpr std::string_view kOld = "old";

/// The directory that is being written, for handlers of signals: they may not allocate.
std::array<char, 4096> unfinished;
std::atomic<bool> is_unfinished = false;

void note_unfinished(const fs::path& path) {
  if (path.native().size() >= unfinished.size()) return;
  std::copy_n(path.c_str(), path.native().size() + 1, unfinished.begin());
  is_unfinished = true;
}

/// While it lives, the signals that ask a program to stop wait.
class StopsWait {
 public:
  StopsWait() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  ~StopsWait() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  StopsWait(const StopsWait&) = delete;
  StopsWait& operator=(const StopsWait&) = delete;

 private:
  sigset_t before_{};
};

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw WriteError(std::vector{Problem{path.string(), "", what}});
}

/// Throws unless there is nothing at `path`, or an empty directory, or one that holds `mark`. `shown` is how the user
/// wrote it.
void check_replaceable(const fs::path& path, const fs::path& shown, std::string_view mark) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::none) refuse(shown, "cannot be made: " + error.message());  // too long a name
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) refuse(shown, "is there already and is no directory; choose another");
  if (fs::is_empty(path, error) || fs::exists(path / mark, error)) return;
  refuse(shown, "holds other files (and no " + std::string(mark) + "), which would be lost; choose another directory");
}

fs::path without_last_slash(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

/// Removes results so that what is left of them, if this is interrupted, is taken for none.
void remove_results(const fs::path& path, std::string_view mark) {
  std::error_code ignored;
  fs::remove(path / mark, ignored);
  fs::remove_all(path, ignored);
}

}  // namespace

OutputDirectory::OutputDirectory(const fs::path& path, std::string_view mark) : mark_(mark) {
  if (path.empty()) throw InputError("the directory for results has no name");
  path_ = without_last_slash(path);
  if (!path_.has_filename()) refuse(path, "is no directory for results; choose another");
  check_replaceable(path_, path, mark);
  std::error_code error;
  fs::create_directories(path_.parent_path(), error);
  if (error) refuse(path, "cannot be made: " + error.message());
  int made = 0;
  do {  // what has that name already, a link above all, is somebody else's
    beside_ = temporary_name(path_);
    note_unfinished(beside_);
    made = ::mkdir(beside_.c_str(), 0777);
  } while (made != 0 && errno == EEXIST);
  if (made == 0) return;
  is_unfinished = false;
  refuse(path, std::string("cannot be made: ") + std::strerror(errno));
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(beside_, ignored);
  is_unfinished = false;
}

void OutputDirectory::commit() {
  const StopsWait wait;  // nothing may end this process while neither has the name, if it can be helped
  std::vector<fs::path> replaced;
  while (::rename(beside_.c_str(), path_.c_str()) != 0) {
    const int why = errno;
    if (why == ENOTEMPTY || why == EEXIST || why == ENOTDIR) {
      check_replaceable(path_, path_, mark_);
      if (fs::path old = set_aside(); !old.empty()) replaced.push_back(std::move(old));
      continue;
    }
    if (!replaced.empty()) ::rename(replaced.back().c_str(), path_.c_str());
    refuse(path_, std::string("cannot be replaced: ") + std::strerror(why));
  }
  committed_ = true;
  is_unfinished = false;
  for (const fs::path& old : replaced) remove_results(old, mark_);
}

fs::path OutputDirectory::set_aside() const {
  fs::path old = temporary_name(path_, kOld);
  if (::rename(path_.c_str(), old.c_str()) == 0) return old;
  if (errno == ENOENT) return {};  // another process has been quicker
  refuse(path_, std::string("cannot be replaced: ") + std::strerror(errno));
}

void repair_output(const fs::path& path, std::string_view mark) {
  if (path.empty()) return;  // is told by who wants to write there
  const fs::path place = without_last_slash(path);
  std::error_code error;
  std::vector<fs::path> old = abandoned(place, kOld);
  if (!fs::exists(fs::symlink_status(place, error))) {
    std::erase_if(old, [&](const fs::path& each) { return !fs::exists(each / mark, error); });
    const auto latest = std::max_element(old.begin(), old.end(), [&](const fs::path& a, const fs::path& b) {
      return fs::last_write_time(a, error) < fs::last_write_time(b, error);
    });
    if (latest != old.end()) ::rename(latest->c_str(), place.c_str());
  }
  for (const fs::path& each : abandoned(place, kOld)) remove_results(each, mark);
  remove_abandoned(place);
}

void remove_unfinished_output() {
  if (!is_unfinished) return;
  const int folder = ::open(unfinished.data(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return;
  alignas(dirent64) static char entries[8192];
  for (bool removed = true; removed;) {  // what is removed meanwhile may hide other entries
    removed = false;
    ::lseek(folder, 0, SEEK_SET);
    for (ssize_t size = 0; (size = ::getdents64(folder, entries, sizeof entries)) > 0;)
      for (ssize_t at = 0; at < size;) {
        const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
        removed |= ::unlinkat(folder, entry->d_name, 0) == 0;
        at += entry->d_reclen;
      }
  }
  ::close(folder);
  ::rmdir(unfinished.data());
}

}  // namespace hetsched
