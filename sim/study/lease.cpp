#include "study/lease.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <random>
#include <thread>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/json_document.hpp"
#include "base/random.hpp"
#include "base/temporary_name.hpp"
#include "base/text.hpp"

namespace hetsched {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string first_line(const std::filesystem::path& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return line;
}

/// When the process began, in ticks since the computer was started; 0 if there is no such process, or it has ended and
/// nobody has taken note. A number is given to another process some time.
std::uint64_t start_of(std::int64_t pid) {
  const std::string stat = first_line("/proc/" + std::to_string(pid) + "/stat");
  std::size_t at = stat.rfind(')');  // the name before it may contain anything
  if (at == std::string::npos || at + 2 >= stat.size() || stat[at + 2] == 'Z' || stat[at + 2] == 'X') return 0;
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  std::uint64_t start = 0;
  if (at != std::string::npos) std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), start);
  return start;
}

/// The computer since it was started last, and the part of its processes that can be seen from here.
std::string here() {
  std::error_code ignored;
  return first_line("/proc/sys/kernel/random/boot_id") + " " +
         std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string random_text() {
  std::random_device random;
  return std::to_string(random()) + std::to_string(random());
}

/// Makes a file that must not be there yet. False if it is; throws if it cannot be made.
bool create_in_place(const std::filesystem::path& file, const std::string& text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0 && errno == EEXIST) return false;
  const bool written =
      descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return true;
  if (descriptor >= 0) ::unlink(file.c_str());
  throw InputError(std::vector{
      Problem{file.parent_path().string(), "", std::string("cannot be written to: ") + std::strerror(error)}});
}

/// The same, and the file is there whole or not at all, where the file system has links.
bool create(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path beside = temporary_name(file);
  while (!create_in_place(beside, text)) {
  }
  const int result = ::link(beside.c_str(), file.c_str());
  const int error = errno;
  struct stat status {};
  // NFS may say that it failed although it did not.
  const bool linked = result == 0 || (::stat(beside.c_str(), &status) == 0 && status.st_nlink == 2);
  ::unlink(beside.c_str());
  return linked || (error != EEXIST && create_in_place(file, text));
}

std::optional<std::string> content(const std::filesystem::path& file) {
  Problems problems;
  return read_file(file, problems);
}

/// s since a file was written, by the clock of the file system it is on.
std::optional<double> age(const std::filesystem::path& file) {
  struct stat written {
  }, present{};
  if (::stat(file.c_str(), &written) != 0) return std::nullopt;
  const std::filesystem::path probe = file.string() + "." + random_text();
  const int descriptor = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) return 0;
  const bool known = ::write(descriptor, "?", 1) == 1 && ::fsync(descriptor) == 0 && ::fstat(descriptor, &present) == 0;
  ::close(descriptor);
  ::unlink(probe.c_str());
  if (!known) return 0;
  return static_cast<double>(present.st_mtim.tv_sec - written.st_mtim.tv_sec) +
         1e-9 * static_cast<double>(present.st_mtim.tv_nsec - written.st_mtim.tv_nsec);
}

/// What a lock says; a lock may be anybody's file.
struct Holder {
  std::string host = "?", here;
  std::int64_t pid = 0;
  std::uint64_t started = 0;
};

/// Nothing if it says nothing.
std::optional<Holder> holder_of(const std::string& text) {
  const Json lock = Json::parse(text, nullptr, false);
  if (!lock.is_object()) return std::nullopt;
  Holder holder;
  const auto is_text = [&](const char* key) { return lock.contains(key) && lock[key].is_string(); };
  if (is_text("host")) holder.host = lock["host"];
  if (is_text("here")) holder.here = lock["here"];
  if (lock.contains("pid") && lock["pid"].is_number_integer()) holder.pid = lock["pid"];
  if (lock.contains("started") && lock["started"].is_number_unsigned()) holder.started = lock["started"];
  return holder;
}

/// Was the lock taken on a computer of this one's name, before that was started last?
bool was_before_start(const Holder& holder) {
  const auto boot = [](const std::string& here) { return here.substr(0, here.find(' ')); };
  return holder.host == host_name() && !boot(holder.here).empty() && boot(holder.here) != boot(here());
}

/// Has the holder of a lock ended? Nothing if that cannot be seen from here.
std::optional<bool> has_ended(const std::optional<Holder>& holder) {
  if (!holder || holder->here != here()) return std::nullopt;
  return holder->pid <= 0 || start_of(holder->pid) != holder->started;
}

/// May the lock be broken? Not if it is gone.
bool is_stale(const std::filesystem::path& file, const LeaseTimes& times) {
  const auto text = content(file);
  if (!text) return false;
  const std::optional<Holder> holder = holder_of(*text);
  if (const auto ended = has_ended(holder)) return *ended;
  const auto old = age(file);
  // Two computers of one name would be a mistake, but one that is seen.
  return old && *old > (holder && was_before_start(*holder) ? std::min(times.stale, 3 * times.renew) : times.stale);
}

/// Removes a lock that has been found stale, if nobody else does. Who removes it holds a second lock meanwhile, which
/// is for this one alone, by what it says: of those who found it stale at the same time, the late ones see that another
/// has taken its place. A second lock may be stale itself.
void break_stale(const std::filesystem::path& file, const LeaseTimes& times, const std::string& ours) {
  const auto text = content(file);
  if (!text || !is_stale(file, times)) return;
  char id[17];
  std::snprintf(id, sizeof id, "%016" PRIx64, fnv1a(*text));
  const std::filesystem::path breaking = file.string() + "." + id;
  if (create(breaking, ours)) {
    if (content(file) == text && is_stale(file, times)) ::unlink(file.c_str());
    ::unlink(breaking.c_str());
    return;
  }
  break_stale(breaking, times, ours);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

/// Who holds a lock, by what it says.
std::string name_of_holder(const std::string& text) {
  const std::optional<Holder> known = holder_of(text);
  return known ? "process " + std::to_string(known->pid) + " on " + known->host : "another program";
}

/// When a file was written; changes whenever it is.
std::string time_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return "";
  return std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec);
}

[[noreturn]] void refuse(const std::filesystem::path& file) {
  const std::string holder = name_of_holder(content(file).value_or(""));
  const std::optional<double> since = age(file);
  const std::string renewed =
      since ? " (its lock was renewed " + std::to_string(static_cast<long>(std::max(0.0, *since))) + " s ago)" : "";
  throw InputError(std::vector{Problem{
      file.parent_path().string(), "",
      "is being written by " + holder + renewed + "; wait until it has ended, or choose another folder with -o DIR"}});
}

}  // namespace

Lease::Lease(const std::filesystem::path& folder, LeaseTimes times, const std::function<void(const std::string&)>& note)
    : file_(folder / kLockFile), times_(times) {
  const Json lock = {{"host", host_name()},
                     {"pid", ::getpid()},
                     {"started", start_of(::getpid())},
                     {"here", here()},
                     {"lock", random_text()}};
  text_ = lock.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  remove_abandoned(file_);
  const double began = now();
  bool waits = false;         // for the lock of a holder that cannot be seen:
  std::string seen, seen_at;  // what it said when it was looked at last, and when it had been renewed
  for (int attempt = 0; !create(file_, text_);) {
    const std::optional<std::string> text = content(file_);
    if (text && !is_stale(file_, times_)) {
      const std::string renewed_at = time_of(file_);
      const bool lives = has_ended(holder_of(*text)) == false || (waits && seen == *text && seen_at != renewed_at);
      if (lives || now() - began > times_.patience) refuse(file_);
      if (!waits && note)
        note(folder.string() + ": was being written by " + name_of_holder(*text) +
             ", which cannot be seen from here; waiting to see whether it still is (at most " +
             format_number(std::ceil(times_.stale)) + " s)");
      waits = true;
      seen = *text;
      seen_at = renewed_at;
      std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.5, times_.stale / 10)));
      continue;
    }
    if (++attempt == 50) refuse(file_);
    if (text) break_stale(file_, times_, text_);  // else it has just been given back
  }
  renewed_ = now();
}

Lease::~Lease() {
  if (is_ours()) ::unlink(file_.c_str());
}

bool Lease::is_ours() const { return content(file_) == text_; }

bool Lease::renew() {
  if (!is_ours()) return false;
  if (now() - renewed_ < times_.renew) return true;
  renewed_ = now();
  return ::utimensat(AT_FDCWD, file_.c_str(), nullptr, 0) == 0;
}

}  // namespace hetsched
