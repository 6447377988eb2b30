#include "study/bounds.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "planning/bounds.hpp"
#include "planning/from_view.hpp"
#include "planning/search/branch_and_bound.hpp"

namespace hetsched {
namespace {

constexpr std::uint32_t kMostTasks = 14;
constexpr std::uint64_t kMostNodes = 200000;

/// The least time of a task on an accelerator at a point: what is handed over at whatever point of the helper.
Seconds least_time(const SystemView& view, const ModelTask& task, AcceleratorId a, PointId point, VariantId variant,
                   std::uint32_t batch = 1) {
  const AcceleratorId helper = view.accelerators[a].helper;
  if (helper == AcceleratorId::none || view.segments(task, view.accelerators[a].kind, variant, batch).empty())
    return view.alone_time_at(task, a, point, variant, batch);
  IdVector<AcceleratorId, Accelerator> accelerators;
  accelerators.all().assign(view.accelerators.begin(), view.accelerators.end());
  SystemView changed = view;
  changed.accelerators = accelerators;
  Seconds least = kNever;
  for (const PointId p : view.kind(helper).points.ids()) {
    accelerators[helper].point = p;
    least = std::min(least, changed.alone_time_at(task, a, point, variant, batch));
  }
  return least;
}

/// Accelerators that are as fast as each other count as one with more slots: the linear program is small
/// then.
class Machines {
 public:
  explicit Machines(const SystemView& view) : view_(view) {
    for (const AcceleratorId a : view.accelerators.ids()) {
      const Accelerator& accelerator = view.accelerators[a];
      std::size_t m = 0;
      while (m < first_.size() && !(view.accelerators[first_[m]].kind == accelerator.kind &&
                                    view.accelerators[first_[m]].bandwidth == accelerator.bandwidth))
        ++m;
      if (m == first_.size()) {
        first_.push_back(a);
        slots_.push_back(0);
      }
      slots_[m] += accelerator.slots;
    }
  }
  [[nodiscard]] const std::vector<double>& slots() const { return slots_; }

  /// The least time that a task keeps a slot of each busy; `shared`: its part of it, if it is in a batch.
  [[nodiscard]] std::vector<Seconds> times(const ModelTask& task, bool shared) const {
    std::vector<Seconds> row;
    for (const AcceleratorId a : first_) {
      const Kind& kind = view_.kind(a);
      Seconds least = kNever;
      for (std::uint32_t batch = 1; batch <= kind.max_batch; ++batch)
        for (const PointId point : kind.points.ids())
          for (const VariantId variant : task.variant_ids())
            least = std::min(
                least, (kind.dispatch_time + least_time(view_, task, a, point, variant, batch)) / (shared ? batch : 1));
      row.push_back(least);
    }
    return row;
  }

 private:
  const SystemView& view_;
  std::vector<AcceleratorId> first_;  ///< an accelerator of each
  std::vector<double> slots_;
};

/// The least time over accelerators that bytes take to (or from) their memories.
template <class Time>
Seconds least_move(const SystemView& view, MemoryId place, const Time& time) {
  if (place == MemoryId::none) return 0;
  Seconds least = kNever;
  for (const Accelerator& a : view.accelerators) least = std::min(least, time(a.memory));
  return least;
}
/// Of what a task reads of the input of a request.
Seconds least_arrival(const SystemView& view, const Stream& stream, const ModelTask& task) {
  return least_move(view, stream.source,
                    [&](MemoryId memory) { return view.route_time(stream.source, memory, task.source.bytes); });
}
/// Of what it writes of its result.
Seconds least_leaving(const SystemView& view, const Stream& stream, const ModelTask& task) {
  return least_move(view, stream.sink,
                    [&](MemoryId memory) { return view.route_time(memory, stream.sink, task.sink_bytes); });
}

/// The longest way, and the load of one request; kNever if it has a task that nothing can run.
Seconds alone(const SystemView& view, const Machines& machines, const Stream& stream) {
  const Model& model = view.models[stream.model];
  std::vector<std::vector<Seconds>> rows;
  IdVector<TaskId, Seconds> end;
  Seconds last = 0;
  for (const ModelTask& task : model.tasks) {
    rows.push_back(machines.times(task, false));
    Seconds start = least_arrival(view, stream, task);
    for (const Edge& edge : task.inputs) start = std::max(start, end[edge.task]);
    end.push_back(start + *std::min_element(rows.back().begin(), rows.back().end()));
    last = std::max(last, end.back() + least_leaving(view, stream, task));
  }
  return last < kNever ? std::max(last, planning::divisible_load(rows, machines.slots())) : kNever;
}

/// One request, each task on each accelerator as fast as any of its operating points and variants makes it: who
/// changes them must not end before the optimum.
planning::Problem fastest_request(const SystemView& view, StreamId stream) {
  planning::Problem problem = planning::idle_platform(view);
  const auto fastest = [&](const ModelTask& task, AcceleratorId a) {
    planning::TaskCost cost;
    for (const PointId point : view.kind(a).points.ids())
      for (const VariantId variant : task.variant_ids())
        cost.time = std::min(cost.time, least_time(view, task, a, point, variant));
    return cost;
  };
  planning::add_request(problem, view, stream, nullptr, 0, kNever, fastest);
  return problem;
}

/// Does the result of a request have to be moved, depending on where its tasks run? Plans end with the last task.
bool moves_result(const SystemView& view, const Stream& stream) {
  if (stream.sink == MemoryId::none) return false;
  for (const ModelTask& task : view.models[stream.model].tasks)
    for (const Accelerator& a : view.accelerators)
      if (a.memory != stream.sink && task.sink_bytes > 0) return true;
  return false;
}

std::optional<double> optimum_of(const SystemView& view, StreamId id) {
  const Stream& stream = view.streams[id];
  if (view.models[stream.model].tasks.size() > kMostTasks || moves_result(view, stream)) return std::nullopt;
  if (!view.memory_states.empty()) return std::nullopt;  // plans know nothing of room
  const planning::Problem problem = fastest_request(view, id);
  if (planning::placeable_tasks(problem).size() != problem.size()) return std::nullopt;
  const planning::Plan plan = planning::branch_and_bound(problem, kMostNodes);
  return plan.proved ? std::optional(planning::makespan(plan)) : std::nullopt;
}

}  // namespace

planning::Problem first_requests(const Tables& tables) {
  SystemView view;
  tables.fill(view);
  planning::Problem problem = planning::idle_platform(view);
  const auto cost = [&](const ModelTask& task, AcceleratorId a) {
    return planning::cost_at(view, task, a, view.accelerators[a].point);
  };
  for (const StreamId stream : view.streams.ids())
    planning::add_request(problem, view, stream, nullptr, 0, kNever, cost);
  return problem;
}

SummaryBounds bounds_of(const Tables& tables) {
  SystemView view;
  tables.fill(view);
  const Machines machines(view);
  SummaryBounds bounds;
  std::vector<std::vector<std::vector<Seconds>>> rows;  // by stream and task
  for (const Stream& stream : view.streams) {
    const Model& model = view.models[stream.model];
    bounds.latency.push_back(alone(view, machines, stream));
    rows.emplace_back();
    for (const ModelTask& task : model.tasks) rows.back().push_back(machines.times(task, true));
  }
  bounds.load = [rows = std::move(rows), slots = machines.slots()](std::span<const double> finished) {
    std::vector<std::vector<Seconds>> all;
    std::vector<double> weights;
    for (std::size_t s = 0; s < finished.size(); ++s) {
      if (!(finished[s] > 0)) continue;
      all.insert(all.end(), rows[s].begin(), rows[s].end());
      weights.resize(all.size(), finished[s]);
    }
    return planning::divisible_load(all, slots, weights);
  };
  bounds.optimum = [view](std::size_t stream) { return optimum_of(view, id_of<StreamId>(stream)); };
  return bounds;
}

}  // namespace hetsched
