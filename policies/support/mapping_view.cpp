#include "support/mapping_view.hpp"

#include <algorithm>

#include "support/occupancy.hpp"

namespace hetsched::mapping {
namespace {

std::vector<Price> prices_of(const SystemView& view, const ModelTask& task) {
  std::vector<Price> prices(view.accelerators.size());
  for (const AcceleratorId a : view.accelerators.ids()) {
    const Accelerator& accelerator = view.accelerators[a];
    const Cost& cost = view.cost(task, accelerator.kind, accelerator.point);
    if (!accelerator.available || !(cost.time < kNever)) continue;
    prices[index_of(a)] = {view.alone_time(task, a), cost.traffic, view.alone_energy_at(task, a, accelerator.point)};
  }
  return prices;
}

std::vector<Seconds> delays_of(const SystemView& view, Bytes bytes) {
  std::vector<Seconds> delays;
  for (const Accelerator& from : view.accelerators)
    for (const Accelerator& to : view.accelerators) delays.push_back(view.route_time(from.memory, to.memory, bytes));
  return delays;
}

/// When the slots of an accelerator become free, from now.
void occupy(const SystemView& view, const IdVector<AcceleratorId, std::vector<Seconds>>& ends, AcceleratorId a,
            Server& server) {
  const Accelerator& accelerator = view.accelerators[a];
  if (!accelerator.available) {
    server.free_at.clear();
    return;
  }
  const std::vector<Seconds> busy = busy_slots(view, a, ends[a]);
  std::copy(busy.begin(), busy.end(), server.free_at.begin());
}

}  // namespace

MappingProblem idle_problem_of(const SystemView& view) {
  MappingProblem problem(static_cast<std::uint32_t>(view.accelerators.size()));
  problem.memory_bandwidths.assign(view.memory_bandwidths.begin(), view.memory_bandwidths.end());
  for (const AcceleratorId a : view.accelerators.ids()) {
    const Accelerator& accelerator = view.accelerators[a];
    const Kind& kind = view.kinds[accelerator.kind];
    Server& server = problem.servers[index_of(a)];
    server.free_at.assign(accelerator.slots, 0);
    server.memory = static_cast<std::uint32_t>(accelerator.memory);
    server.port = accelerator.bandwidth;
    server.overhead = kind.dispatch_time;
    server.switch_time = kind.switch_time;
    server.last_model = static_cast<std::uint32_t>(accelerator.last_model);
    for (const Accelerator& to : view.accelerators)
      problem.links.push_back(accelerator.memory == to.memory ? Route{} : view.route(accelerator.memory, to.memory));
  }
  return problem;
}

MappingProblem problem_of(const SystemView& view) {
  MappingProblem problem = idle_problem_of(view);
  IdVector<AcceleratorId, std::vector<Seconds>> ends(view.accelerators.size());
  for (const RequestRef r : view.live)
    for (const TaskState& task : view.requests[r].tasks)
      if (task.progress == Progress::running) ends[task.accelerator].push_back(std::max(task.finish - view.now, 0.0));
  for (const AcceleratorId a : view.accelerators.ids()) occupy(view, ends, a, problem.servers[index_of(a)]);
  return problem;
}

std::vector<TaskId> add_live_request(MappingProblem& problem, const SystemView& view, RequestRef request) {
  const hetsched::Request& live = view.requests[request];
  const Model& model = view.models[live.model];
  const std::uint32_t r = problem.add_request(live.deadline - view.now);
  std::vector<TaskId> added;
  IdVector<TaskId, std::uint32_t> ids(model.tasks.size(), kNone);
  for (const TaskId t : model.tasks.ids()) {
    const TaskState& state = live.tasks[t];
    if (state.progress >= Progress::running) {
      Seconds& finish = problem.requests[r].finish;
      finish = std::max(finish, state.finish - view.now);
      continue;
    }
    ids[t] = problem.add_task(r, prices_of(view, model.tasks[t]), static_cast<std::uint32_t>(live.model));
    added.push_back(t);
    for (const Edge& edge : model.tasks[t].inputs) {
      if (ids[edge.task] != kNone) {
        problem.add_edge(ids[edge.task], ids[t], delays_of(view, edge.bytes), edge.bytes);
        continue;
      }
      std::vector<Seconds>& there = problem.tasks.back().inputs_there;
      there.resize(problem.accelerators(), 0);
      for (const AcceleratorId a : view.accelerators.ids())
        there[index_of(a)] = std::max(there[index_of(a)], output_there(view, live, edge, a));
    }
  }
  return added;
}

void add_fresh_request(MappingProblem& problem, const SystemView& view, ModelId model) {
  const std::uint32_t r = problem.add_request();
  const std::uint32_t first = problem.size();
  for (const ModelTask& task : view.models[model].tasks) {
    const std::uint32_t id = problem.add_task(r, prices_of(view, task), static_cast<std::uint32_t>(model));
    for (const Edge& edge : task.inputs)
      problem.add_edge(first + static_cast<std::uint32_t>(edge.task), id, delays_of(view, edge.bytes), edge.bytes);
  }
}

}  // namespace hetsched::mapping
