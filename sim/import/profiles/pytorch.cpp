#include <algorithm>
#include <map>
#include <utility>

#include "import/profiles/measurements.hpp"
#include "import/profiles/sheet.hpp"

namespace hetsched {
namespace {

const Strings kLayerColumns = {"layer", "layer_name", "name",     "module", "module_name",
                               "op",    "op_name",    "operator", "node"};
const Strings kDeviceColumns = {"device",    "device_name", "device_type", "hardware",
                                "processor", "accelerator", "backend"};
const std::map<std::string, std::string> kUnits = {{"s", "time_s"},     {"sec", "time_s"}, {"seconds", "time_s"},
                                                   {"ms", "time_ms"},   {"us", "time_us"}, {"usec", "time_us"},
                                                   {"msec", "time_ms"}, {"ns", "time_ns"}};

/// The words of a header: "CPU time (ms)" -> cpu, time, ms.
Strings words_of(const std::string& header) {
  Strings words;
  bool inside = false;
  for (const char c : lowered(header)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter && !inside) words.emplace_back();
    if (letter) words.back() += c;
    inside = letter;
  }
  return words;
}

/// The profile's column for a header that ends with a unit of time; empty for others.
std::string time_column(const std::string& header) {
  const Strings words = words_of(header);
  const auto unit = words.empty() ? kUnits.end() : kUnits.find(words.back());
  return unit == kUnits.end() ? "" : unit->second;
}

std::optional<std::size_t> first_of(const Sheet& sheet, const Strings& wanted) {
  for (const std::string& name : wanted)
    for (std::size_t i = 0; i < sheet.columns().size(); ++i)
      if (join(words_of(sheet.columns()[i]), "_") == name) return i;
  return std::nullopt;
}

std::optional<std::size_t> find_time(const Sheet& sheet, const std::string& wanted, Problems& problems) {
  if (!wanted.empty()) {
    const auto column = sheet.need(wanted, problems);
    if (!column || !time_column(wanted).empty()) return column;
    problems.add(sheet.where(), wanted, "must end with its unit of time (s, ms, us or ns) to be read as one");
    return std::nullopt;
  }
  std::vector<std::size_t> columns;
  Strings names;
  for (std::size_t i = 0; i < sheet.columns().size(); ++i)
    if (!time_column(sheet.columns()[i]).empty()) {
      columns.push_back(i);
      names.push_back(sheet.columns()[i]);
    }
  if (columns.size() == 1) return columns.front();
  problems.add(sheet.where(), "",
               columns.empty() ? "has no column for the time; its name must end with s, ms, us or ns; it has: " +
                                     listed(sheet.columns(), 12)
                               : "has several columns of times: " + listed(names) + "; choose one with --column NAME");
  return std::nullopt;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

/// A CSV with one line per layer and run, as people write it from the PyTorch profiler: a column for the
/// layer, one for the device if there are several, one for the time, whose name ends with its unit. Of
/// several runs the median.
Measurements read_pytorch(const ProfileRequest& request, Problems& problems) {
  Measurements found;
  const Sheet sheet(request.file, problems);
  if (sheet.columns().empty()) return found;
  const auto layer = first_of(sheet, kLayerColumns);
  if (!layer)
    problems.add(sheet.where(), "",
                 "has no column for the layer; it may be called " + listed(kLayerColumns) +
                     "; it has: " + listed(sheet.columns(), 12));
  const auto time = find_time(sheet, request.column, problems);
  const auto device = first_of(sheet, kDeviceColumns);
  if (!layer || !time) return found;
  found.column = time_column(sheet.columns()[*time]);
  found.said = "PyTorch, median of " + sheet.columns()[*time];

  std::map<std::pair<std::string, std::string>, std::size_t> places;
  std::vector<std::vector<double>> runs;
  for (const Sheet::Row& row : sheet.rows()) {
    const std::string on = device ? row.cells[*device] : "";
    if (row.cells[*layer].empty()) problems.add(row.where, sheet.columns()[*layer], "must not be empty");
    if (device && on.empty()) problems.add(row.where, sheet.columns()[*device], "must not be empty");
    const auto [place, is_new] = places.emplace(std::pair(on, row.cells[*layer]), runs.size());
    if (is_new) {
      runs.emplace_back();
      found.rows.push_back({row.cells[*layer], on, row.where, 0, {}});
    }
    runs[place->second].push_back(sheet.number(row, *time, problems));
  }
  std::size_t least = SIZE_MAX, most = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    found.rows[i].duration = median(runs[i]);
    least = std::min(least, runs[i].size());
    most = std::max(most, runs[i].size());
  }
  if (least < most)
    found.notes.push_back("layers were not measured equally often: " + std::to_string(least) + " to " +
                          std::to_string(most) + " times");
  return found;
}

}  // namespace hetsched
