#include "study/cluster/parts.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <map>
#include <system_error>

#include "engine/executors/executors.hpp"
#include "study/manifest.hpp"
#include "study/plan.hpp"
#include "study/worker.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kTried = 5;

/// Waits until the worker has done its point or has ended, or for so long.
void wait_for(Worker& worker, const Stopwatch& stopwatch, double limit) {
  for (bool ended = false; !ended && stopwatch.wall() < limit;) {
    pollfd waiting{worker.descriptor(), POLLIN, 0};
    const double left = std::max(0.0, limit - stopwatch.wall());
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::ceil(left * 1000)));
    if (ready > 0 && !worker.read(ended).empty()) return;
  }
}

}  // namespace

Strings SweepInParts::part_command() const {
  Strings words = {program.string(), "sweep"};
  words.insert(words.end(), sweep.begin(), sweep.end());
  words.insert(words.end(), {"-o", results.string()});
  return words;
}

Strings SweepInParts::merge_command() const { return {program.string(), "merge", results.string()}; }

std::string SweepInParts::title() const {
  std::string line = name;  // whatever it is called, it stays in a comment
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return line + ": " + std::to_string(points) + (points == 1 ? " point" : " points") + " in " + std::to_string(parts) +
         (parts == 1 ? " part" : " parts");
}

PointTime try_points(const Study& study, const Catalog& catalog, double limit) {
  executor_named(study.spec().executor).load();
  const Plan plan = Plan::of(study);
  const PointSetting setting{study, catalog, plan, {RecordLevel::none, {}}, "", {}};
  PointTime time;
  const Stopwatch all;
  for (std::size_t k = 0; k < std::min(kTried, study.size()) && (k == 0 || all.wall() < limit); ++k) {
    // Multiples of the golden ratio are spread over the study, however many are taken.
    const double turn = static_cast<double>(k) * 0.6180339887498949;
    const auto point = static_cast<std::size_t>((turn - std::floor(turn)) * static_cast<double>(study.size()));
    const Stopwatch stopwatch;
    Worker worker(setting, 1);
    worker.run(point);
    worker.send();
    wait_for(worker, stopwatch, limit);
    time.seconds += stopwatch.wall();
    ++time.tried;
  }
  if (time.tried > 0) time.seconds /= static_cast<double>(time.tried);
  return time;
}

std::size_t parts_of(std::size_t points, const PointTime& time, double duration, unsigned processors,
                     std::size_t most) {
  const double parts = std::ceil(static_cast<double>(points) * time.seconds / (duration * processors));
  const double limit = static_cast<double>(std::max<std::size_t>(1, std::min(points, most)));
  return static_cast<std::size_t>(std::clamp(parts, 1.0, limit));
}

std::optional<std::size_t> parts_begun(const std::filesystem::path& results) {
  std::map<std::size_t, std::size_t> folders;  // number of parts -> how many of them
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(results / kShardsFolder, error)) {
    const std::string name = entry.path().filename().string();
    const std::size_t of = name.find("-of-");
    if (of == std::string::npos) continue;
    std::size_t parts = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, wrong] = std::from_chars(name.data() + of + 4, end, parts);
    if (wrong == std::errc() && stop == end && parts > 0) ++folders[parts];
  }
  const auto most = std::max_element(folders.begin(), folders.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == folders.end()) return std::nullopt;
  return most->first;
}

}  // namespace hetsched
