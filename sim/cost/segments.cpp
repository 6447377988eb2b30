#include "cost/segments.hpp"

#include <algorithm>
#include <string>

#include "model/transitions.hpp"

namespace hetsched {
namespace {

bool possible(const LayerCost& cost) { return cost.time < kNever; }

/// Bytes of the tensors that the layers of a segment read from layers of the task that the other kind computes, each
/// once.
double bytes_read(const Network& network, const GraphTask& task, const std::vector<std::size_t>& segment_of,
                  const std::vector<SegmentCosts>& segments, std::size_t segment) {
  double bytes = 0;
  Strings shared;  // outputs that were counted
  for (std::size_t i = 0; i < segment_of.size(); ++i) {
    if (segment_of[i] != segment) continue;
    for (const InputSpec& input : *network.layers[task.layers[i]].inputs)
      for (std::size_t k = 0; k < i; ++k) {
        const LayerSpec& producer = network.layers[task.layers[k]];
        if (producer.name != input.from || segments[segment_of[k]].kind == segments[segment].kind) continue;
        if (!input.bytes && std::find(shared.begin(), shared.end(), input.from) != shared.end()) continue;
        bytes += input.bytes.value_or(producer.output_bytes.value_or(0));
        if (!input.bytes) shared.push_back(input.from);
      }
  }
  return bytes;
}

}  // namespace

void Divider::add(KindId kind, std::span<const LayerCost> costs) {
  if (segments_.empty() || segments_.back().kind != kind)
    segments_.push_back({kind, IdVector<PointId, Cost>(costs.size(), Cost{0, 0, 0})});
  segment_of_.push_back(segments_.size() - 1);
  for (const PointId p : segments_.back().costs.ids()) {
    Cost& sum = segments_.back().costs[p];
    sum.time += costs[index_of(p)].time;
    sum.energy += costs[index_of(p)].energy;
    sum.traffic += costs[index_of(p)].traffic;
  }
}

/// Between the segment `before` and the next.
void Divider::add_transition(const Profile& profile, const GraphTask& task, std::size_t before, std::uint32_t batch) {
  const Network& network = profile.network();
  const KindId from = segments_[before].kind, to = segments_[before + 1].kind;
  const KindSpec &left = spec(from), &entered = spec(to);
  const bool over = left.fallback == entered.name;
  const TransitionRule by_fallback{.time = over ? left.fallback_time : entered.fallback_time, .by_producer = !over};
  const TransitionRule rule = stated_transition(platform_, from, to).value_or(by_fallback);
  SegmentCosts& by = segments_[rule.by_producer ? before : before + 1];
  const double bytes = batch * bytes_read(network, task, segment_of_, segments_, before + 1);
  double time = rule.time + bytes * rule.seconds_per_byte, energy = rule.energy + bytes * rule.energy_per_byte;
  std::size_t last = 0;
  for (std::size_t i = 0; i < segment_of_.size(); ++i)
    if (segment_of_[i] == before) last = i;
  const KindSpec& doing = spec(by.kind);
  if (const auto* row = measured_transition(network, network.layers[task.layers[last]].name, left, entered)) {
    const double growth = doing.batch_fixed_share + (1 - doing.batch_fixed_share) * batch;
    time = row->time * growth;
    energy = row->energy * growth;
  }
  for (const PointId p : by.costs.ids()) {
    const bool total = doing.task_energy == TaskEnergy::total;
    by.costs[p].time += time;
    by.costs[p].energy += energy + (total ? doing.operating_points[index_of(p)].active_power / doing.slots * time : 0);
  }
}

std::vector<SegmentCosts> Divider::divide(const Profile& profile, const GraphTask& task, KindId kind,
                                          std::uint32_t batch) {
  segments_.clear();
  segment_of_.clear();
  const KindSpec& own = spec(kind);
  KindId other = KindId::none;
  if (!own.fallback.empty()) {
    other = id_of<KindId>(index_of_kind(platform_, own.fallback));
    if (!costs_.kinds()[other].in_use || spec(other).max_batch < batch) other = KindId::none;
  }
  own_.resize(own.operating_points.size());
  if (other != KindId::none) other_.resize(spec(other).operating_points.size());
  for (const std::uint32_t layer : task.layers) {
    const LayerSpec& it = profile.network().layers[layer];
    costs_.find(profile, it, VariantId::original, kind, own_);
    if (other == KindId::none || std::any_of(own_.begin(), own_.end(), possible)) {
      add(kind, own_);
      continue;
    }
    costs_.find(profile, it, VariantId::original, other, other_);
    if (!std::all_of(other_.begin(), other_.end(), possible)) return {};
    add(other, other_);
  }
  const auto loadables = std::count_if(segments_.begin(), segments_.end(),
                                       [kind](const SegmentCosts& segment) { return segment.kind == kind; });
  if (loadables == 0 || loadables > own.max_loadables.value_or(loadables)) return {};
  for (std::size_t s = 0; s + 1 < segments_.size(); ++s) add_transition(profile, task, s, batch);
  return std::move(segments_);
}

void Divider::sum(std::span<const SegmentCosts> segments, KindId kind, std::span<Cost> cells) const {
  std::fill(cells.begin(), cells.end(), segments.empty() ? Cost{} : Cost{0, 0, 0});
  for (const SegmentCosts& segment : segments)
    for (std::size_t p = 0; p < cells.size(); ++p) {
      std::size_t at = p;
      double beyond_idle = 0;
      if (segment.kind != kind) {
        const std::vector<OperatingPointSpec>& points = spec(segment.kind).operating_points;
        const auto same = std::find_if(points.begin(), points.end(), [&](const OperatingPointSpec& point) {
          return point.name == spec(kind).operating_points[p].name;
        });
        at = same == points.end() ? 0 : static_cast<std::size_t>(same - points.begin());
        beyond_idle = points[at].active_power - points[at].idle_power;
      }
      const Cost& cost = segment.costs[id_of<PointId>(at)];
      cells[p].time += cost.time;
      cells[p].energy += cost.energy + (beyond_idle != 0 ? beyond_idle * cost.time : 0);
      cells[p].traffic += cost.traffic;
    }
  for (Cost& cell : cells)
    if (cell.time == kNever) cell = Cost{};
}

}  // namespace hetsched
