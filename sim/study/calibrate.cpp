#include "study/calibrate.hpp"

#include <poll.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/temporary_name.hpp"
#include "engine/executors/executors.hpp"
#include "study/journal.hpp"
#include "study/manifest.hpp"
#include "study/plan.hpp"
#include "study/worker.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kTried = 16;

/// The folder that the runs are made in.
class Scratch {
 public:
  Scratch() : path_(temporary_name(std::filesystem::temp_directory_path() / "runs")) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] double bytes() const {
    double bytes = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator entry(path_, error), end; !error && entry != end;
         entry.increment(error))
      if (entry->is_regular_file(error)) bytes += static_cast<double>(entry->file_size(error));
    return bytes;
  }

 private:
  std::filesystem::path path_;
};

/// The report of the worker's point; nothing if it has none, or not yet after so long.
std::optional<PointReport> wait_for(Worker& worker, const Stopwatch& stopwatch, double limit) {
  for (bool ended = false; !ended && stopwatch.wall() < limit;) {
    pollfd waiting{worker.descriptor(), POLLIN, 0};
    const double left = std::max(0.0, limit - stopwatch.wall());
    if (::poll(&waiting, 1, static_cast<int>(std::ceil(left * 1000))) <= 0) continue;
    std::vector<Worker::Done> done = worker.read(ended);
    if (!done.empty()) return std::move(done.front().report);
  }
  return std::nullopt;
}

/// Bytes of a point's rows in the tables and of its record in the journal.
double bytes_of(const Plan::Point& point, const PointReport& report) {
  std::size_t labels = 0, rows = report.metrics.size();
  for (const std::string& label : point.labels) labels += label.size() + 1;
  for (const std::string& stream : report.streams) rows += stream.size() + labels;
  return static_cast<double>(rows + 3 * labels + to_text(point.id, point.name, RecordLevel::none, report).size());
}

}  // namespace

PointCost try_points(const Study& study, const Catalog& catalog, Recording recording, double limit) {
  executor_named(study.spec().executor).load();
  const Plan plan = Plan::of(study);
  const Scratch room;
  const PointSetting setting{study, catalog, plan, recording, room.path(), {}};
  PointCost cost;
  const Stopwatch all;
  for (std::size_t k = 0; k < std::min(kTried, study.size()) && (k == 0 || all.wall() < limit); ++k) {
    // Multiples of the golden ratio are spread over the study, however many are taken.
    const double turn = static_cast<double>(k) * 0.6180339887498949;
    const auto point = static_cast<std::size_t>((turn - std::floor(turn)) * static_cast<double>(study.size()));
    const Stopwatch stopwatch;
    Worker worker(setting, 1);
    worker.run(point);
    worker.send();
    if (const auto report = wait_for(worker, stopwatch, limit)) cost.bytes += bytes_of(plan.points[point], *report);
    cost.seconds += stopwatch.wall();
    ++cost.tried;
  }
  const auto tried = static_cast<double>(cost.tried);
  cost.seconds /= tried;
  cost.bytes = (cost.bytes + room.bytes()) / tried;
  return cost;
}

}  // namespace hetsched
