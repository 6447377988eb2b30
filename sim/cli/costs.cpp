#include <algorithm>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cost/cost_table.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string model, platform;
  Strings kinds, points;
  bool csv = false;
};

/// Every name that was asked for must be there.
void check_names(const std::string& option, const Strings& asked, const Strings& known) {
  for (const std::string& name : asked) (void)one_of(option, name, known);
}

Strings kind_names(const PlatformSpec& platform) {
  Strings names;
  for (const KindSpec& kind : platform.kinds) names.push_back(kind.name);
  return names;
}

Strings point_names(const PlatformSpec& platform) {
  Strings names;
  for (const KindSpec& kind : platform.kinds)
    for (const OperatingPointSpec& point : kind.operating_points)
      if (std::find(names.begin(), names.end(), point.name) == names.end()) names.push_back(point.name);
  return names;
}

bool wanted(const Strings& asked, const std::string& name) {
  return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
}

/// Without --point, the first of each kind.
Strings first_points(const PlatformSpec& platform, const std::string& kind) {
  return {platform.kinds[index_of_kind(platform, kind)].operating_points.front().name};
}

std::string count(double value) { return value == 0 ? "-" : number(value, 4); }

void print_kind(const std::vector<CostRow>& rows) {
  Table table({{"layer", Table::Align::left},
               {"op", Table::Align::left},
               {"MMAC"},
               {"bytes"},
               {"time"},
               {"bound by", Table::Align::left, "-"},
               {"utilised", Table::Align::right, "-"},
               {"cycles", Table::Align::right, "-"},
               {"buffer accesses", Table::Align::right, "-"},
               {"traffic"},
               {"energy"},
               {"source", Table::Align::left}});
  double time = 0, energy = 0, macs = 0, traffic = 0;
  std::size_t cannot = 0;
  for (const CostRow& row : rows) {
    const std::string layer = row.variant.empty() ? row.layer : row.layer + ":" + row.variant;
    if (!row.time) {
      cannot += row.variant.empty();
      table.add({layer, row.op, count(row.macs / 1e6), quantity(row.bytes, "B"), "cannot run", "-", "-", "-", "-", "-",
                 "-", "-"});
      continue;
    }
    table.add({layer, row.op, count(row.macs / 1e6), quantity(row.bytes, "B"), quantity(*row.time, "s"),
               row.bound ? std::string(name_of(*row.bound)) : "-", row.utilization > 0 ? percent(row.utilization) : "-",
               count(row.cycles), count(row.buffer_reads + row.buffer_writes), quantity(*row.traffic, "B"),
               quantity(*row.energy, "J"), row.source});
    if (!row.variant.empty()) continue;
    time += *row.time;
    energy += *row.energy;
    macs += row.macs;
    traffic += *row.traffic;
  }
  print(rows.front().kind + " at " + rows.front().operating_point + "\n\n" + table.text());
  print("\none after the other: " + quantity(time, "s") + ", " + quantity(energy, "J") + ", " + quantity(traffic, "B") +
        " moved" + (time > 0 && macs > 0 ? ", " + number(macs / time / 1e9, 4) + " GMAC/s" : "") +
        (cannot > 0 ? "; without " + counted(cannot, "layer") + " that cannot run there" : "") + "\n");
}

ExitCode run(const Options& options) {
  Problems problems;
  const PlatformSpec platform = read_platform(Document::from_file(options.platform, problems).root(), problems);
  const Network network = read_network(Document::from_file(options.model, problems).root(), problems);
  problems.throw_if_any();
  check_names("--kind", options.kinds, kind_names(platform));
  check_names("--point", options.points, point_names(platform));
  const std::vector<CostRow> all = cost_table(platform, network, problems);
  problems.throw_if_any();
  std::string csv = csv_header<CostRow>();
  bool first = true;
  for (const KindSpec& kind : platform.kinds) {
    if (!wanted(options.kinds, kind.name)) continue;
    const Strings points = options.points.empty() && !options.csv ? first_points(platform, kind.name) : options.points;
    for (const OperatingPointSpec& point : kind.operating_points) {
      if (!wanted(points, point.name)) continue;
      std::vector<CostRow> rows;
      std::copy_if(all.begin(), all.end(), std::back_inserter(rows),
                   [&](const CostRow& row) { return row.kind == kind.name && row.operating_point == point.name; });
      if (options.csv) {
        for (const CostRow& row : rows) append_csv_row(csv, row);
        continue;
      }
      if (!std::exchange(first, false)) print("\n");
      print_kind(rows);
    }
  }
  if (options.csv) print(csv);
  return ExitCode::ok;
}

}  // namespace

Command costs_command() {
  return {"costs",
          "Print what each layer of a model costs on each kind of a platform, and why",
          "MODEL PLATFORM [--kind NAME] [--point NAME] [--csv]",
          "Costs are those of a layer alone on the accelerator: what policies predict with, before accelerators share "
          "memory. "
          "Energy comes on top of the power of the operating point.",
          "hetsched costs workloads/models/zoo/resnet50.json platforms/terastal_4k.json\n"
          "hetsched costs MODEL PLATFORM --kind gpu --point MAXN\n"
          "hetsched costs MODEL PLATFORM --csv > costs.csv && scripts/plot roofline costs.csv",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positional("MODEL", "the model file", options->model, Arguments::Need::required);
            arguments.positional("PLATFORM", "the platform file", options->platform, Arguments::Need::required);
            arguments.list("--kind", "NAME", "only this kind; may be given more than once", options->kinds);
            arguments.list("--point", "NAME", "this operating point; default: the first of each kind, in CSV all",
                           options->points);
            arguments.flag("--csv", "all columns and digits, as CSV", options->csv);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
