/// \file
/// Do two executors tell the same of a run? What that can mean where flows share bandwidth: engine/README.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.hpp"
#include "base/text.hpp"

namespace hetsched {

/// How far apart the metrics of the same points are on two executors.
class CrossCheck {
 public:
  /// Metrics may differ by so much of the larger one. Rounding decides now and then which of two tasks comes first, and
  /// from there on two runs go their own ways: times and sums stay close, while something wrong with an executor shows
  /// in all of them. Where the unit is a number of requests or a part of them, two requests more may differ; and what
  /// is next to nothing on both (1e-9 of the run's length or energy, or of 1) does not count.
  static constexpr double kBound = 0.05;

  /// Adds a point: its metrics on both executors, each as the line of its RunSummary in points.csv.
  void add(const std::string& point, std::string_view metrics, std::string_view reference);

  struct Difference {
    std::string metric;
    double relative = 0;  ///< of the larger one of both
    std::string point;    ///< where it is the largest
    double value = 0, reference = 0;
  };
  /// The largest of each metric that differs at all, in order of the metrics.
  [[nodiscard]] const std::vector<Difference>& largest() const { return largest_; }
  /// Those beyond the bound, in words.
  [[nodiscard]] Strings broken() const;
  /// A point that ended well, and fails on the reference executor.
  void add_failed(const std::string& point, const std::string& error) { failed_.push_back(point + ": " + error); }
  /// These, and why: "3: it took longer than 2 s (--timeout)".
  [[nodiscard]] const Strings& failed() const { return failed_; }
  [[nodiscard]] const Strings& points() const { return points_; }

 private:
  Strings points_, failed_;
  std::vector<Difference> largest_;
  std::vector<bool> beyond_;  ///< by largest_
};

/// For the manifest.
Json to_json(const CrossCheck& check);

}  // namespace hetsched
