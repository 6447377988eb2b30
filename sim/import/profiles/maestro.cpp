#include "import/profiles/measurements.hpp"
#include "import/profiles/sheet.hpp"

namespace hetsched {
namespace {

constexpr double kL1Access = 1.68, kL2Access = 18.61;  // in units of a multiply-accumulate
constexpr double kMacEnergyNj = 0.00023;
constexpr const char* kFileEnergy = "Activity count-based Energy (nJ)";

/// Computes energies from the columns of one file.
class Energy {
 public:
  Energy(const Sheet& sheet, EnergySource source, Problems& problems) : sheet_(sheet), source_(source) {
    if (source == EnergySource::none) return;
    const std::string way_out = "; --energy none leaves energy out";
    if (source == EnergySource::file) {
      own_ = sheet.need(kFileEnergy, problems, way_out);
      return;
    }
    macs_ = sheet.need("Num MACs", problems, way_out);
    for (std::size_t i = 0; i < sheet.columns().size(); ++i) {
      const std::string name = lowered(sheet.columns()[i]);
      if (name.ends_with(" l1 read") || name.ends_with(" l1 write")) l1_.push_back(i);
      if (name.ends_with(" l2 read") || name.ends_with(" l2 write")) l2_.push_back(i);
    }
    if (macs_ && (l1_.empty() || l2_.empty())) (void)sheet.need("input l1 read", problems, way_out);
  }

  [[nodiscard]] std::optional<double> of(const Sheet::Row& row, Problems& problems) const {
    if (own_) return sheet_.number(row, *own_, problems);
    if (source_ != EnergySource::counts || !macs_) return std::nullopt;
    const auto sum = [&](const std::vector<std::size_t>& columns) {
      double total = 0;
      for (const std::size_t column : columns) total += sheet_.number(row, column, problems);
      return total;
    };
    const double macs = sheet_.number(row, *macs_, problems);
    return (macs + kL1Access * sum(l1_) + kL2Access * sum(l2_)) * kMacEnergyNj;
  }

 private:
  const Sheet& sheet_;
  EnergySource source_;
  std::optional<std::size_t> own_, macs_;
  std::vector<std::size_t> l1_, l2_;
};

std::string said_of(EnergySource source) {
  switch (source) {
    case EnergySource::counts: return ", energy = (MACs + 1.68 L1 + 18.61 L2 accesses) x 0.23 pJ";
    case EnergySource::file: return std::string(", the file's own ") + kFileEnergy;
    case EnergySource::none: return ", no energy";
  }
  return "";
}

}  // namespace

/// MAESTRO's result CSV (print_res_csv_file): cycles, and energy. The file's own energy is wrong for mappings
/// with clusters: it takes the L1 accesses of the layer before, and leaves out the multiply-accumulates
/// (API_user-interface-v2.hpp, lines 933 to 956, at commit 4eb08d1). It is computed anew from the access
/// counts as MAESTRO's screen output has it: MACs + 1.68 L1 accesses + 18.61 L2 accesses, in units of a MAC
/// of 0.23 pJ.
Measurements read_maestro(const ProfileRequest& request, Problems& problems) {
  const Sheet sheet(request.file, problems);
  const auto layer = sheet.need("Layer Number", problems, "; give MAESTRO's result CSV");
  const auto cycles = sheet.need(request.column.empty() ? "Runtime (Cycles)" : request.column, problems);
  Measurements found;
  if (!layer || !cycles) return found;
  const Energy energy(sheet, request.energy, problems);
  found.column = "cycles";
  found.said = "MAESTRO, " + sheet.columns()[*cycles] + said_of(request.energy);
  for (const Sheet::Row& row : sheet.rows()) {
    if (row.cells[*layer].empty()) problems.add(row.where, "Layer Number", "must not be empty");
    found.rows.push_back(
        {row.cells[*layer], "", row.where, sheet.number(row, *cycles, problems), energy.of(row, problems)});
  }
  return found;
}

}  // namespace hetsched
