#include "study/capacity.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/fields_csv.hpp"
#include "base/files.hpp"
#include "engine/executors/executors.hpp"
#include "study/journal.hpp"
#include "study/paths.hpp"
#include "study/plan.hpp"
#include "study/point_report.hpp"

namespace hetsched {
namespace {

class CapacityFinder {
 public:
  CapacityFinder(const Study& study, const Catalog& catalog, const CapacityOptions& options, SweepOptions sweep_options)
      : study_(study),
        catalog_(catalog),
        options_(options),
        sweep_options_(std::move(sweep_options)),
        replicates_(study.spec().replicates),
        column_(column_of(options.target.metric)),
        retry_(std::exchange(sweep_options_.retry_failed, false)) {
    for (std::size_t c = 0; c < study.size() / replicates_; ++c)
      searches_.push_back({CapacitySearch(options.target, options.limits), ""});
  }

  Capacities run() {
    while (want()) {
      const Study levels = with_levels();
      const Plan plan = Plan::of(levels);
      if (!is_known(plan) && !sweep_all(levels)) return std::move(result_);
      take(plan);
    }
    // The tables are to have all loads, also where nothing had to be run.
    if (!swept_ && !sweep_all(with_levels())) return std::move(result_);
    conclude();
    write_file(sweep_options_.directory / kCapacityFile, to_csv(result_));
    return std::move(result_);
  }

 private:
  struct Search {
    CapacitySearch search;
    std::string error;
  };

  /// Adds the loads that searches want to those evaluated; false: they want none.
  bool want() {
    const std::size_t before = loads_.size();
    if (options_.equal)
      for (std::size_t c = 0; c < searches_.size(); ++c) loads_.emplace(c, *options_.equal);
    for (std::size_t c = 0; c < searches_.size(); ++c)
      if (searches_[c].error.empty())
        for (const double load : searches_[c].search.wanted()) loads_.emplace(c, load);
    swept_ = swept_ && loads_.size() == before;
    return loads_.size() > before;
  }

  [[nodiscard]] Study with_levels() const {
    std::vector<Study::Level> levels;
    for (const auto& [combination, load] : loads_) levels.push_back({combination, load});
    return study_.with_levels(options_.factor, levels, capacity_name(study_.spec().name));
  }

  /// Have all points of the plan been run, by the journal?
  bool is_known(const Plan& plan) {
    if (sweep_options_.overwrite) return false;
    recall();
    bool known = true;
    for (const Plan::Point& point : plan.points) {
      const auto record = records_.by_id.find(point.id);
      const bool failed = record != records_.by_id.end() && !record->second.report.error.empty();
      known = known && record != records_.by_id.end();
      // Those that have failed in this search have been tried again.
      if (failed && retry_ && told_failed_.insert(point.id).second) {
        sweep_options_.retry_failed = true;
        known = false;
      }
    }
    return known;
  }

  void recall() {
    records_ = {};
    read_journal(sweep_options_.directory, records_);
  }

  /// False: it was stopped.
  bool sweep_all(const Study& levels) {
    result_.outcome = sweep(levels, catalog_, sweep_options_);
    sweep_options_.overwrite = sweep_options_.retry_failed = false;
    // One round's cross-check tells of all.
    sweep_options_.cross_checks = 0;
    const SweepOutcome& outcome = result_.outcome;
    broken_ = broken_ || !outcome.cross_check.broken().empty() || !outcome.cross_check.failed().empty() ||
              !outcome.earlier_broken.empty();
    swept_ = true;
    recall();
    return !result_.outcome.stopped;
  }

  /// Tells the searches what is new.
  void take(const Plan& plan) {
    auto level = loads_.begin();
    for (std::size_t first = 0; first < plan.points.size(); first += replicates_, ++level) {
      const auto& [combination, load] = *level;
      if (!taken_.insert(*level).second) continue;
      std::vector<std::optional<double>> values;
      for (std::size_t i = first; i < first + replicates_; ++i) {
        const auto record = records_.by_id.find(plan.points[i].id);
        if (record == records_.by_id.end())
          throw InputError(sweep_options_.directory.string() + ": its journal has lost what has just been run");
        const PointReport& report = record->second.report;
        if (!report.error.empty() && searches_[combination].error.empty())
          searches_[combination].error = "at " + format_number(load) + ": " + report.error;
        values.push_back(value_of(report, column_));
      }
      searches_[combination].search.add(load, values);
    }
  }

  void conclude() {
    const Strings& names = study_.label_names();
    for (std::size_t column = 0; column < names.size(); ++column)
      if (names[column] != "seed") result_.columns.push_back(names[column]);
    std::uint64_t needed = 0;
    std::size_t imprecise = 0;
    for (std::size_t c = 0; c < searches_.size(); ++c) {
      const auto& [search, error] = searches_[c];
      Strings labels = study_.labels(c * replicates_);
      for (std::size_t column = names.size(); column-- > 0;)
        if (names[column] == "seed") labels.erase(labels.begin() + static_cast<std::ptrdiff_t>(column));
      result_.entries.push_back({labels, row(search, error)});
      const CapacityRow& row = result_.entries.back().row;
      if (row.found != CapacityFound::exact || row.precise) continue;
      ++imprecise;
      needed = std::max(needed, search.replicates_needed().value_or(0));
    }
    add_notes(imprecise, needed);
  }

  [[nodiscard]] CapacityRow row(const CapacitySearch& search, const std::string& error) const {
    CapacityRow row;
    row.factor = options_.factor.text();
    row.target = options_.target.text();
    row.replicates = replicates_;
    Strings loads;
    for (const double load : search.evaluated()) loads.push_back(format_number(load));
    row.loads = join(loads, " ");
    row.error = error;
    row.found = CapacityFound::failed;
    if (!error.empty()) return row;
    const CapacityEstimate estimate = search.estimate();
    row.found = estimate.found;
    row.capacity = estimate.capacity;
    row.low = estimate.low;
    row.high = estimate.high;
    row.half_width = estimate.half_width();
    row.precise = row.half_width && *row.half_width <= options_.limits.precision;
    row.monotone = !estimate.not_monotone;
    return row;
  }

  void add_notes(std::size_t imprecise, std::uint64_t needed) {
    Strings& notes = result_.notes;
    notes.push_back("Largest " + options_.factor.text() + " at which the mean " + options_.target.metric + " is " +
                    (options_.target.at_most ? "at most " : "at least ") + format_number(options_.target.value) +
                    ", over " + std::to_string(replicates_) + (replicates_ == 1 ? " run" : " runs") +
                    " with the same seeds at every load; in brackets its 95% interval.");
    if (replicates_ == 1)
      notes.emplace_back("One replicate has no interval: ask for more with --replicates.");
    else if (imprecise > 0)
      notes.push_back(std::to_string(imprecise) + " of " + std::to_string(searches_.size()) +
                      (imprecise == 1 ? " interval is" : " intervals are") + " wider than asked for (" +
                      format_number(100 * options_.limits.precision) + " % to either side)" +
                      (needed > 0 ? ": about " + std::to_string(needed) + " replicates would do." : "."));
    for (std::size_t c = 0; c < searches_.size(); ++c) {
      if (!searches_[c].error.empty()) continue;
      if (const auto where = searches_[c].search.estimate().not_monotone)
        notes.push_back("Not monotone: " + study_.title(c * replicates_) + " keeps the target at " +
                        format_number(where->second) + " though not at " + format_number(where->first) +
                        "; shown is what lies below the first load that does not keep it.");
    }
    if (broken_) notes.emplace_back("Some points are too far from the reference executor: see study.json.");
  }

  const Study& study_;
  const Catalog& catalog_;
  const CapacityOptions& options_;
  SweepOptions sweep_options_;
  const std::size_t replicates_, column_;
  const bool retry_;                                ///< what has failed in earlier searches
  std::vector<Search> searches_;                    ///< by combination
  std::set<std::pair<std::size_t, double>> loads_;  ///< combination, load: all that are wanted so far
  std::set<std::pair<std::size_t, double>> taken_;  ///< of them, those that the searches know
  std::set<std::string> told_failed_;               ///< ids
  JournalRecords records_;
  bool swept_ = false;   ///< have the tables all loads?
  bool broken_ = false;  ///< was any cross-check?
  Capacities result_;
};

}  // namespace

std::string capacity_name(const std::string& experiment) { return experiment + "-capacity"; }

void check_load_factor(const SettingPath& factor) {
  if (can_vary(factor) && factor.parts().size() > 1) return;
  throw InputError("--factor " + factor.text() +
                   ": is no number that can differ from run to run; name the path of one in the workload, the platform "
                   "or the policy, such as workload.load or workload.streams.camera.arrival.rate");
}

Capacities find_capacities(const Study& study, const Catalog& catalog, const CapacityOptions& options,
                           SweepOptions sweep_options) {
  const Strings& names = study.label_names();
  const auto seed = static_cast<std::size_t>(std::find(names.begin(), names.end(), "seed") - names.begin());
  for (std::size_t point = 0; point < study.size(); point += study.spec().replicates)
    if (study.labels(point)[seed] != study.labels(0)[seed])
      throw InputError(
          "seed is a factor of this experiment; a capacity is one over replicates: fix it with --seed N, and ask for "
          "them with --replicates N");
  executor_named(study.spec().executor).load();  // it is part of the build that points are known by
  return CapacityFinder(study, catalog, options, std::move(sweep_options)).run();
}

std::string to_csv(const Capacities& capacities) {
  std::string text;
  const auto add = [&](const Strings& cells) {
    for (const std::string& cell : cells) {
      detail::append_csv_text(text, cell);
      text += ',';
    }
  };
  add(capacities.columns);
  text += csv_header<CapacityRow>();
  for (const Capacities::Entry& entry : capacities.entries) {
    add(entry.labels);
    append_csv_row(text, entry.row);
  }
  return text;
}

}  // namespace hetsched
