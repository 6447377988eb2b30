#include "base/processors.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>
#include <thread>
#include <vector>

namespace hetsched {
namespace {

namespace fs = std::filesystem;
constexpr double kUnlimited = std::numeric_limits<double>::infinity();

std::optional<double> as_number(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> words(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> all;
  for (std::string word; text >> word;) all.push_back(word);
  return all;
}

/// The words of the first line of a file; none if it cannot be read.
std::vector<std::string> first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return words(line);
}

/// The processors that the files of one group allow.
double quota_of(const fs::path& group) {
  std::optional<double> quota, period;
  if (const auto v2 = first_line(group / "cpu.max"); v2.size() == 2) {
    quota = as_number(v2[0]);  // "max" is none
    period = as_number(v2[1]);
  } else if (const auto v1 = first_line(group / "cpu.cfs_quota_us"); v1.size() == 1) {
    const auto length = first_line(group / "cpu.cfs_period_us");
    quota = as_number(v1[0]);  // -1: none
    if (length.size() == 1) period = as_number(length[0]);
  }
  return quota && period && *quota > 0 && *period > 0 ? *quota / *period : kUnlimited;
}

/// Is `word` one of the parts of a list with commas?
bool lists(const std::string& list, std::string_view word) {
  return ("," + list + ",").find("," + std::string(word) + ",") != std::string::npos;
}

/// A hierarchy of groups that limits processors, as it is mounted.
struct Mount {
  bool v2 = false;
  std::string root;  ///< the group that the folder shows
  fs::path folder;
};

/// Of lines such as `36 25 0:31 /root /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct`.
std::vector<Mount> mounts_in(const fs::path& file) {
  std::vector<Mount> mounts;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto parts = words(line);
    const auto dash = std::find(parts.begin(), parts.end(), "-");
    if (dash - parts.begin() < 6 || parts.end() - dash < 4) continue;
    const std::string& type = *(dash + 1);
    if (type == "cgroup2" || (type == "cgroup" && lists(*(dash + 3), "cpu")))
      mounts.push_back({type == "cgroup2", parts[3], parts[4]});
  }
  return mounts;
}

/// Processors that a group in a hierarchy may use, and all above it.
double quota_up_from(std::string group, const Mount& mount) {
  // The folder may show the tree from some group on; what is above that is not to be seen.
  if (mount.root != "/" && group.starts_with(mount.root)) group.erase(0, mount.root.size());
  double least = kUnlimited;
  fs::path at = fs::path(group).relative_path().lexically_normal();
  if (at.empty() || *at.begin() == "..") return quota_of(mount.folder);
  for (;; at = at.parent_path()) {
    least = std::min(least, quota_of(mount.folder / at));
    if (at.empty()) return least;
  }
}

/// Of lines such as `4:cpu,cpuacct:/user` (v1) and `0::/user` (v2).
double group_quota(const ProcessorLimits& limits) {
  const std::vector<Mount> mounts = mounts_in(limits.mounts);
  double least = kUnlimited;
  std::ifstream in(limits.own_groups);
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    for (const Mount& mount : mounts)
      if (mount.v2 ? controllers.empty() : lists(controllers, "cpu"))
        least = std::min(least, quota_up_from(line.substr(second + 1), mount));
  }
  return least;
}

}  // namespace

ProcessorLimits processor_limits() {
  ProcessorLimits limits;
  cpu_set_t set;
  CPU_ZERO(&set);
  const bool fits = ::sched_getaffinity(0, sizeof set, &set) == 0;  // not where there are more than 1024
  limits.affinity = fits ? static_cast<unsigned>(CPU_COUNT(&set)) : std::thread::hardware_concurrency();
  if (const char* slurm = std::getenv("SLURM_CPUS_PER_TASK")) limits.slurm_cpus = slurm;
  return limits;
}

unsigned available_processors(const ProcessorLimits& limits) {
  double least = std::min<double>(limits.affinity, std::ceil(group_quota(limits)));
  const auto slurm = limits.slurm_cpus ? as_number(*limits.slurm_cpus) : std::nullopt;
  if (slurm && *slurm >= 1) least = std::min(least, *slurm);
  return static_cast<unsigned>(std::max(1.0, least));
}

}  // namespace hetsched
