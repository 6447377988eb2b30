#include "engine/parts.hpp"

#include <algorithm>

namespace hetsched {
namespace {

/// Adds the transitions of the inputs of one task: to the first segment, or as parts before it.
void add_transitions(TaskRef task, KindId to, const SystemView& view, std::vector<Part>& before, Cost& with_first) {
  for (const Edge& input : view.model_task(task).inputs) {
    const Transition made = view.transition(view.request(task), input, to);
    if (made.by == KindId::none) continue;
    if (made.by == to) {
      with_first.time += made.time;
      with_first.energy += made.energy;
    } else {
      // Of the producer's kind; if that had its last segment computed by another one, the helper's.
      const AcceleratorId producer = view.request(task).tasks[input.task].accelerator;
      const Accelerator& a = view.accelerators[producer];
      before.push_back({a.kind == made.by ? producer : a.helper, {}, {made.time, made.energy, 0}});
    }
  }
}

}  // namespace

std::vector<Part> parts_of(const Start& start, const SystemView& view) {
  if (view.programs.empty() && view.transitions.empty()) return {};
  const ModelTask& task = view.model_task(start.task);
  const Accelerator& a = view.accelerators[start.accelerator];
  const auto batch = static_cast<std::uint32_t>(1 + start.also.size());
  const std::span<const Segment> segments = view.segments(task, a.kind, start.variant, batch);
  const KindId to = view.entry_kind(task, a.kind, start.variant);
  std::vector<Part> parts;
  Cost with_first{0, 0, 0};
  add_transitions(start.task, to, view, parts, with_first);
  for (const TaskRef other : start.also) add_transitions(other, to, view, parts, with_first);
  if (parts.empty() && segments.empty() && with_first.time <= 0 && with_first.energy <= 0) return {};
  const std::size_t first = parts.size();
  for (const Segment& segment : segments)
    parts.push_back({segment.kind == a.kind ? start.accelerator : a.helper, segment.costs, {0, 0, 0}});
  if (segments.empty()) {
    const std::span<const Cost> cells(&view.cost(task, a.kind, id_of<PointId>(0), start.variant, batch),
                                      view.kinds[a.kind].points.size());
    parts.push_back({start.accelerator, IdSpan<PointId, const Cost>(cells), {0, 0, 0}});
  }
  parts[first].transition = with_first;
  return parts;
}

Cost cost_of(const Part& part, const Accelerator& by, const Kind& kind) {
  Cost cost = part.costs.empty() ? Cost{0, 0, 0} : part.costs[by.point];
  cost.time += part.transition.time;
  cost.energy += part.transition.energy;
  // Where a cost is all that is drawn, the active power during the transition has to be in it.
  if (kind.energy_is_total) cost.energy += kind.points[by.point].active_power / by.slots * part.transition.time;
  return cost;
}

Seconds time_of(const Part& part, const Accelerator& by, const Kind& kind) {
  const Cost cost = cost_of(part, by, kind);
  return std::max(cost.time, cost.traffic / by.bandwidth);
}

}  // namespace hetsched
