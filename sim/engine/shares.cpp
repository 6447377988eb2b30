#include "engine/shares.hpp"

#include <algorithm>
#include <numeric>

namespace hetsched {

std::vector<double> device_shares(std::span<const ResourceUse> uses) {
  std::vector<std::size_t> by_weight(uses.size());
  std::iota(by_weight.begin(), by_weight.end(), std::size_t{0});
  std::stable_sort(by_weight.begin(), by_weight.end(),
                   [&](std::size_t i, std::size_t k) { return uses[i].weight > uses[k].weight; });
  // Of each and all behind it, the sum of u w, from the least up: weights may differ by more than a number has digits.
  std::vector<double> wanted(uses.size() + 1, 0);
  for (std::size_t n = uses.size(); n-- > 0;)
    wanted[n] = wanted[n + 1] + uses[by_weight[n]].occupancy * uses[by_weight[n]].weight;
  double left = 1;
  std::vector<double> shares(uses.size(), 1);
  std::size_t n = 0;
  for (; n < uses.size() && left * uses[by_weight[n]].weight >= wanted[n]; ++n)  // at full speed
    // What they leave is at least what the others get for their weights, whatever rounding says.
    left = std::max(left - uses[by_weight[n]].occupancy, wanted[n + 1] / uses[by_weight[n]].weight);
  for (std::size_t k = n; k < uses.size(); ++k) shares[by_weight[k]] = left / wanted[n] * uses[by_weight[k]].weight;
  return shares;
}

std::vector<double> progress(const Tables& tables, MemoryId memory, std::span<const CoRunner> running,
                             double transfers) {
  SystemView view;
  tables.fill(view);
  std::vector<double> all(running.size(), 1);
  std::vector<ResourceUse> uses;
  for (std::size_t i = 0; i < running.size(); ++i) {
    const AcceleratorId a = running[i].accelerator;
    const auto first =
        std::find_if(running.begin(), running.end(), [&](const CoRunner& r) { return r.accelerator == a; });
    if (first != running.begin() + static_cast<std::ptrdiff_t>(i) || !view.kind(a).shares_device) continue;
    uses.clear();
    for (const CoRunner& each : running)
      if (each.accelerator == a) uses.push_back(each.use);
    const std::vector<double> shares = device_shares(uses);
    auto next = shares.begin();
    for (std::size_t k = i; k < running.size(); ++k)
      if (running[k].accelerator == a) all[k] = *next++;
  }
  std::vector<MemoryDemand> demands;
  for (std::size_t i = 0; i < running.size(); ++i) demands.push_back({running[i].kind, running[i].wanted * all[i]});
  std::vector<double> rates(demands.size());
  tables.contention(memory).rates(demands, transfers, rates);
  for (std::size_t i = 0; i < running.size(); ++i)
    if (running[i].wanted > 0)
      all[i] = std::min(1.0, rates[i] / std::min(running[i].wanted, tables.memory_bandwidths()[memory]));
  return all;
}

Shares::Shares(const Tables& tables)
    : tables_(tables),
      slots_at_(tables.memories().size()),
      device_changed_(tables.accelerators().size(), false),
      memory_changed_(tables.memories().size(), false),
      transfers_(tables.memories().size(), 0.0) {
  SystemView view;
  tables.fill(view);
  for (const Kind& kind : view.kinds) shares_device_.push_back(kind.shares_device);
  for (const Accelerator& a : tables.accelerators()) {
    std::vector<SlotId>& slots = slots_of_.emplace_back();
    for (std::uint32_t s = 0; s < a.slots; ++s) {
      slots.push_back(members_.push_back({}));
      slots_at_[a.memory].push_back(slots.back());
    }
  }
}

void Shares::join(SlotId slot, const CoRunner& task) {
  members_[slot] = {true, task, 1, task.wanted};
  device_changed_[task.accelerator] = changed_ = true;
}

void Shares::leave(SlotId slot) {
  if (!members_[slot].computes) return;
  device_changed_[members_[slot].task.accelerator] = changed_ = true;
  members_[slot].computes = false;
}

std::vector<SlotId> Shares::computing(const std::vector<SlotId>& slots) const {
  std::vector<SlotId> some;
  for (const SlotId s : slots)
    if (members_[s].computes) some.push_back(s);
  return some;
}

void Shares::update(const std::function<double(MemoryId)>& transfers_at) {
  reshared_.clear();
  recapped_.clear();
  for (const MemoryId m : transfers_.ids()) {
    if (tables_.contention(m).is_max_min()) continue;
    const double wanted = transfers_at(m);
    if (wanted == transfers_[m]) continue;
    transfers_[m] = wanted;
    memory_changed_[m] = changed_ = true;
  }
  if (!changed_) return;
  changed_ = false;
  for (const AcceleratorId a : device_changed_.ids()) {
    if (!device_changed_[a]) continue;
    device_changed_[a] = false;
    memory_changed_[tables_.accelerators()[a].memory] = true;
    if (shares_device_[tables_.accelerators()[a].kind]) share_device_of(a);
  }
  for (const MemoryId m : memory_changed_.ids())
    if (memory_changed_[m]) cap_at(m);
}

void Shares::share_device_of(AcceleratorId accelerator) {
  const std::vector<SlotId> slots = computing(slots_of_[accelerator]);
  std::vector<ResourceUse> uses;
  for (const SlotId s : slots) uses.push_back(members_[s].task.use);
  const std::vector<double> shares = device_shares(uses);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (members_[slots[i]].share == shares[i]) continue;
    members_[slots[i]].share = shares[i];
    reshared_.push_back(slots[i]);
  }
}

void Shares::cap_at(MemoryId memory) {
  memory_changed_[memory] = false;
  const std::vector<SlotId> slots = computing(slots_at_[memory]);
  std::vector<MemoryDemand> demands;
  for (const SlotId s : slots) demands.push_back({members_[s].task.kind, members_[s].task.wanted * members_[s].share});
  std::vector<double> caps(demands.size());
  tables_.contention(memory).caps(demands, transfers_[memory], caps);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (members_[slots[i]].cap == caps[i]) continue;
    members_[slots[i]].cap = caps[i];
    if (caps[i] > 0) recapped_.push_back(slots[i]);
  }
}

}  // namespace hetsched
