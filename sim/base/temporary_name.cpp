#include "base/temporary_name.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <system_error>

#include "base/errors.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kOurs = ".hetsched-";
constexpr std::size_t kMostOfName = 180;  ///< of the 255 bytes of a name

std::string in_hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return {digits.data(), end};
}

std::uint64_t unforeseen() {
  std::uint64_t value = 0;
  ssize_t got = 0;
  do got = ::getrandom(&value, sizeof value, 0);
  while (got < 0 && errno == EINTR);
  HETSCHED_ASSERT(got == sizeof value, "the system has no random numbers");
  return value;
}

/// Stands for the machine: numbers of processes mean something within it only. Containers of one machine are several.
std::string machine() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  std::error_code error;
  const std::string text = name.data() + fs::read_symlink("/proc/self/ns/pid", error).string();
  std::uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return in_hex(hash);
}

/// ".NAME.hetsched-"
std::string begin_of(const fs::path& path) {
  return "." + path.filename().string().substr(0, kMostOfName) + std::string(kOurs);
}

bool has_ended(pid_t process) { return ::kill(process, 0) != 0 && errno == ESRCH; }

/// `rest`: "MACHINE-PROCESS-RANDOM" of the name of `file`.
bool is_abandoned(std::string_view rest, const std::string& here, const fs::path& file) {
  const std::size_t first = rest.find('-'), second = rest.find('-', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const std::string_view process = rest.substr(first + 1, second - first - 1);
  pid_t number = 0;
  const auto parsed = std::from_chars(process.data(), process.data() + process.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != process.data() + process.size() || number <= 0) return false;
  if (rest.substr(0, first) == here) return has_ended(number);
  std::error_code error;
  const auto written = fs::last_write_time(file, error);
  return !error && fs::file_time_type::clock::now() - written > std::chrono::hours(30 * 24);
}

}  // namespace

fs::path temporary_name(const fs::path& path, std::string_view suffix) {
  return path.parent_path() / (begin_of(path) + machine() + "-" + std::to_string(::getpid()) + "-" +
                               in_hex(unforeseen()) + "." + std::string(suffix));
}

std::vector<fs::path> abandoned(const fs::path& path, std::string_view suffix) {
  const std::string begin = begin_of(path), end = "." + std::string(suffix), here = machine();
  std::vector<fs::path> found;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), last; !error && entry != last; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.size() < begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) continue;
    const auto rest = std::string_view(name).substr(begin.size(), name.size() - begin.size() - end.size());
    if (is_abandoned(rest, here, entry->path())) found.push_back(path.parent_path() / name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void remove_abandoned(const fs::path& path) {
  std::error_code ignored;
  for (const fs::path& file : abandoned(path)) fs::remove_all(file, ignored);
}

}  // namespace hetsched
