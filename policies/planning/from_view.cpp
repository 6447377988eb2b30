#include "planning/from_view.hpp"

#include <algorithm>

namespace hetsched::planning {
namespace {

/// When the output of a task that has started is at an accelerator, from now.
Seconds output_there(const SystemView& view, const Request& request, const Edge& edge, const Accelerator& to) {
  const TaskState& from = request.tasks[edge.task];
  for (const Replica& copy : request.replicas)
    if (copy.tensor == edge.tensor && copy.memory == to.memory && copy.arrived) return 0;
  const Seconds end = time_until(from.finish, view.now);
  return end + view.route_time(view.place_of(request, edge.tensor, from.accelerator), to.memory, edge.bytes);
}

/// From the end of a task to when its output can be computed with, by the accelerators of both.
std::vector<Seconds> delays_of(const SystemView& view, const Model& model, const Edge& input, const ModelTask& task) {
  std::vector<Seconds> delays;
  for (const Accelerator& from : view.accelerators)
    for (const Accelerator& to : view.accelerators) {
      const KindId left = view.exit_kind(model.tasks[input.task], from.kind), entered = view.entry_kind(task, to.kind);
      delays.push_back(view.route_time(from.memory, to.memory, input.bytes) +
                       view.time_of(view.transition(model, input, left, entered), entered));
    }
  return delays;
}

/// What it takes to bring a part of a request's own input to an accelerator, if that begins when the request is
/// released.
Seconds input_there(const SystemView& view, const Request* live, const Edge& input, MemoryId source,
                    const Accelerator& to) {
  if (live != nullptr)
    for (const Replica& copy : live->replicas)
      if (copy.tensor == input.tensor && copy.memory == to.memory && copy.arrived) return 0;
  return view.route_time(source, to.memory, input.bytes);
}

/// When the slots of an accelerator become free, from now, those first that are free.
std::vector<Seconds> slots_free_at(const SystemView& view, AcceleratorId accelerator, std::vector<Seconds> ends) {
  const Accelerator& a = view.accelerators[accelerator];
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());  // a batch has one slot
  ends.resize(a.slots - a.free_slots, time_until(a.free_at, view.now));
  ends.insert(ends.end(), a.free_slots, 0);
  std::sort(ends.begin(), ends.end());
  return ends;
}

}  // namespace

TaskCost cost_at(const SystemView& view, const ModelTask& task, AcceleratorId accelerator, PointId point) {
  const Accelerator& it = view.accelerators[accelerator];
  const Seconds time = it.available ? view.alone_time_at(task, accelerator, point) : kNever;
  if (!(time < kNever)) return {};
  return {time, view.cost(task, it.kind, point).traffic, view.alone_energy_at(task, accelerator, point),
          view.demand_at(task, accelerator, point)};
}

Problem idle_platform(const SystemView& view) {
  Problem problem;
  problem.co_run = view.co_run;
  problem.memory_bandwidths.clear();
  for (const double bandwidth : view.memory_bandwidths) problem.memory_bandwidths.push_back(bandwidth);
  for (const Accelerator& a : view.accelerators) {
    const Kind& kind = view.kinds[a.kind];
    problem.add_accelerator({.kind = a.kind,
                             .memory = a.memory,
                             .port = a.bandwidth,
                             .overhead = kind.dispatch_time,
                             .switch_time = kind.switch_time,
                             .switch_energy = kind.switch_energy,
                             .last_model = a.last_model,
                             .slots = a.slots});
  }
  for (const AcceleratorId from : problem.accelerators.ids())
    for (const AcceleratorId to : problem.accelerators.ids()) {
      const MemoryId at = problem.accelerators[from].memory, there = problem.accelerators[to].memory;
      if (at != there) problem.set_link(from, to, view.route(at, there));
    }
  return problem;
}

void add_running(Problem& problem, const SystemView& view, std::span<const TaskRef> running) {
  IdVector<AcceleratorId, std::vector<Seconds>> ends(problem.accelerators.size());
  for (const TaskRef task : running)
    ends[view.state(task).accelerator].push_back(time_until(view.state(task).finish, view.now));
  for (const AcceleratorId a : problem.accelerators.ids()) {
    const std::vector<Seconds> all_free_at = slots_free_at(view, a, ends[a]);
    auto free_at = all_free_at.begin();
    for (const SlotId slot : problem.slots_of(a)) {
      if (*free_at > 0) problem.slots[slot].promised.push_back({0, *free_at, view.accelerators[a].last_model});
      ++free_at;
    }
  }
}

PlanRequestId add_request(Problem& problem, const SystemView& view, StreamId stream, const Request* live,
                          Seconds release, Seconds deadline, const CostOf& cost) {
  const ModelId model = view.streams[stream].model;
  const MemoryId source = view.streams[stream].source;
  const PlanRequestId request = problem.add_request(deadline);
  const auto& tasks = view.models[model].tasks;
  IdVector<TaskId, PlanTaskId> ids(tasks.size(), PlanTaskId::none);
  std::vector<TaskCost> costs(problem.accelerators.size());
  for (const TaskId t : tasks.ids()) {
    if (live != nullptr && live->tasks[t].progress >= Progress::running) {
      Seconds& finish = problem.requests[request].finish;
      finish = std::max(finish, time_until(live->tasks[t].finish, view.now));
      continue;
    }
    for (const AcceleratorId a : problem.accelerators.ids()) costs[index_of(a)] = cost(tasks[t], a);
    ids[t] = problem.add_task(request, costs, model);
    PlanTask& task = problem.tasks[ids[t]];
    task.model_task = t;
    task.release = release;
    for (const Edge& edge : tasks[t].inputs) {
      if (ids[edge.task] != PlanTaskId::none) {
        if (view.transitions.empty())
          problem.add_edge(ids[edge.task], ids[t], edge.bytes);
        else
          problem.add_edge(ids[edge.task], ids[t], delays_of(view, view.models[model], edge, tasks[t]));
        continue;
      }
      task.inputs_at.resize(problem.accelerators.size(), 0);
      for (const AcceleratorId a : problem.accelerators.ids()) {
        Seconds& there = task.inputs_at[index_of(a)];
        const KindId entered = view.entry_kind(tasks[t], view.accelerators[a].kind);
        there = std::max(there, output_there(view, *live, edge, view.accelerators[a]) +
                                    view.time_of(view.transition(*live, edge, entered), entered));
      }
    }
    if (source == MemoryId::none || tasks[t].source.bytes <= 0) continue;
    task.inputs_at.resize(problem.accelerators.size(), 0);
    for (const AcceleratorId a : problem.accelerators.ids()) {
      Seconds& there = task.inputs_at[index_of(a)];
      there = std::max(there, release + input_there(view, live, tasks[t].source, source, view.accelerators[a]));
    }
  }
  return request;
}

}  // namespace hetsched::planning
