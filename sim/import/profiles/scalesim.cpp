#include "base/units.hpp"
#include "import/profiles/measurements.hpp"
#include "import/profiles/sheet.hpp"

namespace hetsched {

/// SCALE-Sim's COMPUTE_REPORT.csv, v2 and v3: layers by number, in cycles. Its Total Cycles is the number of
/// the last cycle, counted from 0, so one less than the cycles taken (issue 125 of
/// scalesim-project/SCALE-Sim); it is kept as the tool gives it. Column "Total Cycles (incl. prefetch)",
/// which v3 has besides, adds the first loads from DRAM.
Measurements read_scalesim(const ProfileRequest& request, Problems& problems) {
  const std::string wanted = request.column.empty() ? "Total Cycles" : request.column;
  const Sheet sheet(request.file, problems);
  const auto id = sheet.need("LayerID", problems, "; give SCALE-Sim's COMPUTE_REPORT.csv");
  const auto cycles = sheet.need(wanted, problems);
  Measurements found;
  if (!id || !cycles) return found;
  found.column = "cycles";
  found.said = "SCALE-Sim, " + sheet.columns()[*cycles] + " (the tool counts the last cycle's number, from 0)";
  found.numbered = true;
  for (const Sheet::Row& row : sheet.rows()) {
    const auto number = parse_decimal(row.cells[*id]);
    if (number != static_cast<double>(found.rows.size()))
      problems.add(row.where, "LayerID",
                   "must be " + std::to_string(found.rows.size()) + ", the next layer's number; found " +
                       in_quotes(row.cells[*id]));
    found.rows.push_back({std::to_string(found.rows.size()), "", row.where, sheet.number(row, *cycles, problems), {}});
  }
  return found;
}

}  // namespace hetsched
