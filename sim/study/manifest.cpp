#include "study/manifest.hpp"

#include <sys/resource.h>

#include <ctime>
#include <fstream>

#include "base/version.hpp"
#include "engine/executors/executors.hpp"
#include "record/result_files.hpp"

namespace hetsched {
namespace {

std::string utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  char text[32];
  gmtime_r(&seconds, &parts);
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

double process_cpu() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

constexpr const char* kCompiler =
#ifdef __clang__
    "clang " __VERSION__;
#else
    "gcc " __VERSION__;
#endif

constexpr const char* kBuild =
#ifdef NDEBUG
    "release";
#else
    "debug";
#endif

}  // namespace

Json manifest(const Provenance& provenance, std::chrono::system_clock::time_point start, const std::string& executor) {
  Json inputs = Json::array();
  for (const InputFile& input : provenance.inputs) inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  Json json = {{"results_format", kResultsFormat},
               {"hetsched", std::string(kVersion)},
               {"commit", std::string(kGitHash)},
               {"executor", executor_named(executor).name},
               {"compiler", kCompiler},
               {"build", kBuild},
               {"argv", provenance.argv},
               {"start", utc(start)},
               {"inputs", std::move(inputs)}};
  for (const ExecutorEntry& each : executors())
    if (!each.version.empty()) json[each.name] = each.version;
  return json;
}

Json to_json(const RunCost& cost) {
  return {{"wall_s", cost.wall},
          {"cpu_s", cost.cpu},
          {"peak_memory_kib", cost.peak_memory},
          {"decide_calls", cost.decisions.calls},
          {"decide_total_s", cost.decisions.seconds},
          {"decide_longest_s", cost.decisions.longest}};
}

Json to_json(std::span<const Plugin> plugins) {
  Json list = Json::array();
  for (const Plugin& plugin : plugins) {
    Strings policies;
    for (const PolicyEntry& entry : plugin.policies) policies.emplace_back(entry.name);
    list.push_back({{"path", plugin.file.string()}, {"sha256", plugin.sha256}, {"policies", policies}});
  }
  return list;
}

Stopwatch::Stopwatch()
    : start_(std::chrono::system_clock::now()), wall_(std::chrono::steady_clock::now()), cpu_(process_cpu()) {}

double Stopwatch::wall() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
}

double Stopwatch::cpu() const { return process_cpu() - cpu_; }

std::uint64_t peak_memory_kib() {
  // getrusage() is quick, but its peak includes that of the program which this one was started from: it tells nothing
  // until the two have been equal, and then whether there is anything new.
  static std::uint64_t known = 0;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  if (static_cast<std::uint64_t>(usage.ru_maxrss) == known) return known;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return known = std::stoull(line.substr(6));
  return 0;
}

}  // namespace hetsched
