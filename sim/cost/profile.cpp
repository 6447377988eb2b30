#include "cost/profile.hpp"

#include <algorithm>

namespace hetsched {
namespace {

LayerCost cost_of(const ProfileRow& row, double measured_at, double frequency) {
  LayerCost cost;
  if (row.cycles)
    cost.time = *row.cycles / frequency;
  else
    cost.time = row.time.value_or(0) * (measured_at > 0 && frequency > 0 ? measured_at / frequency : 1);
  cost.cycles = row.cycles.value_or(0);
  cost.energy = row.energy ? *row.energy : row.power.value_or(0) * cost.time;
  cost.traffic = row.bytes;
  cost.bus_factor = row.bus_factor;
  cost.occupancy = row.occupancy;
  cost.weight = row.weight;
  return cost;
}

}  // namespace

Profile::Profile(const Network& network, NameIds& ids) : network_(&network) {
  entries_.reserve(network.costs.size());
  for (const ProfileRow& row : network.costs) {
    entries_.push_back({pair_of(ids[row.layer], ids[row.variant]), pair_of(ids[row.kind], ids[row.point]), &row});
    places_.push_back(entries_.back().place);
  }
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.order() < b.order(); });
  std::sort(places_.begin(), places_.end());
  places_.erase(std::unique(places_.begin(), places_.end()), places_.end());
}

std::span<const Profile::Entry> Profile::rows(std::uint64_t task, std::uint32_t key) const {
  const auto from = std::lower_bound(entries_.begin(), entries_.end(), std::tuple{task, pair_of(key, 0)},
                                     [](const Entry& e, const auto& wanted) { return e.order() < wanted; });
  auto to = from;
  while (to != entries_.end() && to->task == task && high_of(to->place) == key) ++to;
  return {from, to};
}

Strings Profile::keys(const NameIds& ids) const {
  Strings names;
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (i == 0 || high_of(places_[i]) != high_of(places_[i - 1])) names.push_back(ids.name(high_of(places_[i])));
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::size_t> fill_from_rows(std::span<const Profile::Entry> rows, const KindIds& kind,
                                          std::span<LayerCost> out) {
  if (rows.empty()) return std::nullopt;
  const ProfileRow* everywhere = low_of(rows.front().place) == 0 ? rows.front().row : nullptr;
  std::optional<std::size_t> clockless;
  for (std::size_t p = 0; p < kind.points.size(); ++p) {
    const auto exact = std::find_if(rows.begin(), rows.end(),
                                    [&](const Profile::Entry& e) { return low_of(e.place) == kind.points[p]; });
    const double frequency = kind.spec->operating_points[p].frequency;
    const ProfileRow* row = exact != rows.end() ? exact->row : everywhere;
    if (row == nullptr) continue;
    if (row->cycles && !(frequency > 0)) {
      if (!clockless) clockless = p;
      continue;
    }
    const double measured_at = exact != rows.end() ? frequency : kind.spec->operating_points[0].frequency;
    out[p] = cost_of(*row, measured_at, frequency);
  }
  return clockless;
}

}  // namespace hetsched
