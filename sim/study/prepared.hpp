/// \file
/// What all runs of one platform and workload have in common.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "analysis/stream_bounds.hpp"
#include "engine/tables.hpp"
#include "record/summary.hpp"
#include "study/alone.hpp"

namespace hetsched {

/// Tables and bounds of an instance, whose options do not matter; each is computed once.
class Prepared {
 public:
  /// Throws an InputError if the instance cannot be run.
  explicit Prepared(const Instance& instance);
  Prepared(const Prepared&) = delete;  // the bounds look into the tables
  Prepared& operator=(const Prepared&) = delete;

  [[nodiscard]] const Tables& tables() const { return tables_; }
  /// When first asked for; the optimum of a request likewise.
  [[nodiscard]] const SummaryBounds& bounds() const;
  /// See AloneTimes::of().
  [[nodiscard]] std::optional<double> alone(std::size_t stream, const Scenario& scenario,
                                            const Catalog& catalog) const {
    return alone_.of(stream, scenario, catalog);
  }
  /// Bounds on response times, by stream; null if there are none for the policy or under the options.
  [[nodiscard]] const std::vector<analysis::StreamBound>* response_bounds(const Scenario& scenario) const;

 private:
  Tables tables_;
  mutable std::optional<SummaryBounds> bounds_;
  mutable AloneTimes alone_{tables_};
  mutable std::map<analysis::Order, std::vector<analysis::StreamBound>> response_bounds_;
};

}  // namespace hetsched
