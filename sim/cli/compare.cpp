#include "study/compare.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "record/summary.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string study, output, at_equal, bound;
  Strings baseline, metrics, where, pareto;
  bool best_policy = false;
};

/// "x0.853 [0.812, 0.896]", "+1.2 ms [1.1 ms, 1.3 ms]", or "same" if no pair of runs differs.
std::string effect_text(const ComparisonRow& row, const std::string& unit) {
  if (row.effect == Effect::none || !row.value) return "-";
  const bool is_ratio = row.effect == Effect::ratio;
  if (*row.value == (is_ratio ? 1 : 0) && row.low == row.value && row.high == row.value) return "same";
  const auto shown = [&](double value) { return is_ratio ? number(value, 3) : quantity(value, unit); };
  std::string text = is_ratio ? "x" : (*row.value > 0 ? "+" : "");
  text += shown(*row.value);
  if (row.low && row.high) text += " [" + shown(*row.low) + ", " + shown(*row.high) + "]";
  return text;
}

/// One line per group, with the mean and the effect of each metric beside each other.
std::string table_of(const Comparison& comparison, const Strings& metrics) {
  std::vector<Table::Column> columns;
  for (const std::string& name : comparison.titles) columns.push_back({name, Table::Align::left});
  if (comparison.homogeneous) columns.push_back({"baseline", Table::Align::left});
  for (const std::string& metric : metrics) {
    columns.push_back({metric});
    columns.push_back({"vs baseline [95%]", Table::Align::left});
  }
  const bool front = comparison.entries.front().row.pareto.has_value();
  if (front) columns.push_back({"front", Table::Align::left});
  const bool several = std::count_if(comparison.entries.begin(), comparison.entries.end(),
                                     [](const auto& entry) { return entry.row.p.has_value(); }) > 1;
  Table table(columns);
  Strings cells, before;
  std::size_t lines = 0;  // with the same first cell
  for (std::size_t i = 0; i < comparison.entries.size(); ++i) {
    const auto& [group, row, baseline] = comparison.entries[i];
    if (i % metrics.size() == 0) {
      // What is as in the line above is not repeated, up to the first column that differs.
      cells = group;
      for (std::size_t k = 0; k + 1 < group.size() && !before.empty() && group[k] == before[k]; ++k) cells[k].clear();
      const bool new_block = !before.empty() && !group.empty() && group.front() != before.front();
      if (new_block && lines > 1) table.add_gap();
      lines = new_block ? 1 : lines + 1;
      before = group;
      if (comparison.homogeneous) cells.push_back(row.baseline);
    }
    const std::string unit = unit_of(row.metric);
    cells.push_back(quantity(row.mean, unit));
    const bool holds = several && row.p_holm && *row.p_holm <= 0.05;
    cells.push_back(effect_text(row, unit) + (holds ? " *" : ""));
    if (front && cells.size() + 1 == columns.size()) cells.emplace_back(*row.pareto ? "yes" : "");
    if (cells.size() == columns.size()) table.add(cells);
  }
  return table.text();
}

Strings split_at_commas(const Strings& texts) {
  Strings parts;
  for (const std::string& text : texts)
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  return parts;
}

ExitCode run(const Options& options) {
  Problems problems;
  CompareOptions wanted = compare_options_of(options.study, problems);
  problems.throw_if_any();
  if (!options.baseline.empty()) {
    wanted.baseline.clear();
    wanted.homogeneous = false;
  }
  for (const std::string& text : options.baseline)
    wanted.baseline.push_back(parse_column_value("--baseline", text, problems));
  for (const std::string& text : options.where) wanted.where.push_back(parse_column_value("--where", text, problems));
  // What is equal says what is gained.
  if (!options.metrics.empty() || !options.at_equal.empty()) wanted.metrics = split_at_commas(options.metrics);
  wanted.pareto = split_at_commas(options.pareto);
  if (!options.at_equal.empty())
    wanted.at_equal = static_cast<AtEqual>(one_of("--at-equal", options.at_equal, names_of<AtEqual>()));
  if (!options.bound.empty()) wanted.bound = parse_bound("--bound", options.bound, problems);
  wanted.best_policy = options.best_policy;
  problems.throw_if_any();
  const Comparison comparison = compare(options.study, wanted, problems);
  problems.throw_if_any();
  if (comparison.entries.empty()) {
    print("Nothing to compare: no run besides the baseline.\n");
  } else {
    Strings metrics;
    for (const auto& entry : comparison.entries) {
      const auto& first = comparison.entries.front();
      if (entry.group != first.group || entry.row.baseline != first.row.baseline) break;
      metrics.push_back(entry.row.metric);
    }
    print(table_of(comparison, metrics) + "\n");
  }
  for (const std::string& note : comparison.notes) print(wrapped(note, 0));
  if (!options.output.empty()) {
    write_file(options.output, to_csv(comparison));
    print("the same as CSV: " + options.output + "\n");
  }
  return ExitCode::ok;
}

}  // namespace

Command compare_command() {
  return {
      "compare",
      "Compare the runs of a sweep with a baseline, with 95% confidence intervals",
      "DIR [options]",
      "Runs are paired by seed. Without options, baseline and metrics are those that the experiment names. A column "
      "may be named by the end of its name: rate for workload.streams.camera.arrival.rate. Where a policy is chosen, "
      "the first half of the seeds chooses and the others are reported.",
      "hetsched compare results/quickstart\n"
      "hetsched compare results/quickstart --baseline platform=4k_1xWS4096 --metric energy_j,latency_p99_s\n"
      "hetsched compare results/quickstart --best-policy -o comparison.csv\n"
      "hetsched compare results/quickstart --at-equal load --bound \"miss_rate <= 0.05\" --where policy=edf --where "
      "policy=mct\n"
      "hetsched compare results/quickstart --pareto energy_j,miss_rate",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("DIR", "folder of a sweep, or its points.csv", options->study, Arguments::Need::required);
        arguments.list("--baseline", "COLUMN=VALUE",
                       "what baseline rows of points.csv have in a column; may be repeated", options->baseline);
        arguments.list("--metric", "NAME[,...]", "metric to compare; may be repeated", options->metrics);
        arguments.flag("--best-policy",
                       "keep only each side's best policy: least of the first metric, then of the next",
                       options->best_policy);
        arguments.list("--where", "COLUMN=VALUE",
                       "only runs that have this; may be repeated: the same column again means either", options->where);
        arguments.option("--at-equal", "WHAT",
                         "load: power saved at the same load; power, price, area, pes or peak_ops: goodput gained "
                         "at the same budget, by the best load; each side by its best policy within the bound",
                         options->at_equal);
        arguments.option("--bound", "BOUND",
                         "with --at-equal: what the mean of a policy that counts keeps (default: \"miss_rate <= "
                         "0.01\")",
                         options->bound);
        arguments.list("--pareto", "NAME,NAME[,...]",
                       "mark the groups that no other one is better than in all these "
                       "metrics",
                       options->pareto);
        arguments.option("-o,--output", "FILE", "write the comparison as CSV, too", options->output);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
