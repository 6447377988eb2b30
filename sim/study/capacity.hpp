/// \file
/// Capacities: for each combination of a study the largest load at which a metric keeps a bound. The runs are those of
/// a study in whose folder they are kept, as by a sweep; how the loads are chosen is in capacity_search.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.hpp"
#include "study/capacity_search.hpp"
#include "study/setting.hpp"
#include "study/study_folder.hpp"
#include "study/sweep.hpp"

namespace hetsched {

struct CapacityOptions {
  MetricBound target;
  SettingPath factor{"workload.load"};  ///< what is called load here: any path that leads to a number
  std::optional<double> equal = {};     ///< a load that is to be run by all combinations, whatever the search needs
  CapacityLimits limits;
};

/// A row of capacity.csv. The columns that tell combinations apart come before.
struct CapacityRow {
  std::string factor, target;
  CapacityFound found = CapacityFound::exact;
  std::optional<double> capacity, low, high, half_width;
  bool precise = false, monotone = true;
  std::uint64_t replicates = 0;
  std::string loads, error;
};
template <>
inline constexpr auto fields<CapacityRow> = std::tuple{
    field("factor", &CapacityRow::factor, "what was varied", {}),
    field("target", &CapacityRow::target, "the bound that the mean over the replicates is to keep", {}),
    field("found", &CapacityRow::found,
          "exact: the capacity lies among the loads that were tried; at_least: the target is kept at the largest of "
          "them; at_most: it is not kept at the least; failed: a run failed",
          {}),
    field("capacity", &CapacityRow::capacity,
          "the largest load evaluated that keeps the target, below the first that does not", {}),
    field("low", &CapacityRow::low,
          "lower end of its 95% interval: up to there the upper end of the 95% interval (Student's t) of the metric's "
          "mean keeps the target; empty for one replicate, or if it is not among the loads tried",
          {}),
    field("high", &CapacityRow::high, "upper end: from there on not even the lower end of that interval does", {}),
    field("half_width", &CapacityRow::half_width, "(high - low) / 2 / capacity", {}),
    field("precise", &CapacityRow::precise, "is half_width at most what was asked for?", {}),
    field("monotone", &CapacityRow::monotone,
          "false: at some load the target is kept though it is not at a smaller one, both beyond their intervals", {}),
    field("replicates", &CapacityRow::replicates, "runs at each load, with the same seeds at all loads", {}),
    field("loads", &CapacityRow::loads, "the loads evaluated, ascending", {}),
    field("error", &CapacityRow::error, "why a run failed; else empty", {}),
};

struct Capacities {
  Strings columns;  ///< what tells combinations apart, but for the seed
  struct Entry {
    Strings labels;  ///< values of `columns`
    CapacityRow row;
  };
  std::vector<Entry> entries;  ///< in the study's order; none if it was stopped
  Strings notes;               ///< sentences that must be told with them
  SweepOutcome outcome;        ///< of the last sweep; points of all loads
};

/// The name under which a study's capacities are kept: theirs is another study.
std::string capacity_name(const std::string& experiment);

/// Throws an InputError if the factor cannot vary as a load does: it must lead into a platform, a workload or one of
/// the other things that differ from run to run, and not be one of these as a whole.
void check_load_factor(const SettingPath& factor);

/// Searches all combinations of a study, in which the factor is fixed to some level and the seed is no factor, side by
/// side: each round runs what all of them want by a sweep() into the folder, so that what has been run is not run
/// again, whichever target it was run for. Writes capacity.csv beside the tables of all points. Throws what sweep()
/// does.
Capacities find_capacities(const Study& study, const Catalog& catalog, const CapacityOptions& options,
                           SweepOptions sweep_options);

std::string to_csv(const Capacities& capacities);

}  // namespace hetsched
