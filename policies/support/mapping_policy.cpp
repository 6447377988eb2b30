#include "support/mapping_policy.hpp"

#include <algorithm>
#include <tuple>

#include "support/mapping_view.hpp"

namespace hetsched {

MappingPolicy::MappingPolicy(Params& params, MappingHorizon fallback, bool gaps) : gaps_(gaps) {
  const std::string horizon = params.choice(
      "horizon", {.fallback = fallback == MappingHorizon::live ? "live" : "request",
                  .of = {"live", "request"},
                  .doc = "plan together all that has not started of live requests, or each request when it arrives, "
                         "behind what is planned"});
  horizon_ = horizon == "live" ? MappingHorizon::live : MappingHorizon::request;
  max_tasks_ = static_cast<std::uint32_t>(params.number(
      "max_tasks", {.fallback = 128,
                    .min = 1,
                    .max = 1e6,
                    .integer = true,
                    .doc = "with more tasks than that, only new requests choose accelerators; with 16 times "
                           "as many, each is planned by itself, as with horizon=request"}));
}

void MappingPolicy::decide(const SystemView& view, Decisions& out) {
  rows_.resize(view.accelerators.size());
  const bool anew = note_events(view);
  for (std::deque<Entry>& row : rows_)
    while (!row.empty() && is_over(view, row.front())) row.pop_front();
  plan_what_is_new(view, anew, out);
  for (const Event& event : view.events)
    if (event.type == Event::Type::task_finished) prefetch_outputs(view, event.task, out);
  start_heads(view, out);
}

/// True if what is planned may not be possible any more.
bool MappingPolicy::note_events(const SystemView& view) {
  bool anew = false;
  for (const Event& event : view.events) {
    anew |= event.type == Event::Type::accelerator_changed || event.type == Event::Type::task_failed;
    if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped)
      jobs_.erase(view.request(event.task).id);
    if (event.type == Event::Type::task_ready && view.request(event.task).live)
      jobs_[view.request(event.task).id].request = event.task.request;
  }
  return anew;
}

/// Has it started, or has its request ended?
bool MappingPolicy::is_over(const SystemView& view, const Entry& entry) const {
  const auto job = jobs_.find(entry.request_id);
  return job == jobs_.end() || view.state({job->second.request, entry.task}).progress >= Progress::running;
}

void MappingPolicy::plan_what_is_new(const SystemView& view, bool anew, Decisions& out) {
  if (anew) {
    for (std::deque<Entry>& row : rows_) row.clear();
    for (Jobs::value_type& job : jobs_) job.second.where.clear();
  }
  std::vector<Jobs::value_type*> all, added;
  std::size_t tasks = 0;
  for (Jobs::value_type& job : jobs_) {
    const auto& states = view.requests[job.second.request].tasks;
    tasks += static_cast<std::size_t>(std::count_if(
        states.begin(), states.end(), [](const TaskState& state) { return state.progress < Progress::running; }));
    all.push_back(&job);
    if (job.second.where.empty()) added.push_back(&job);
  }
  if (added.empty()) return;
  if (horizon_ == MappingHorizon::live && tasks <= kManyTimes * max_tasks_) {
    for (std::deque<Entry>& row : rows_) row.clear();
    plan_together(view, all, tasks > max_tasks_, out);
    return;
  }
  for (Jobs::value_type* job : added) plan_together(view, {job}, false, out);
}

/// `keep`: those that are planned stay on their accelerators.
void MappingPolicy::plan_together(const SystemView& view, const std::vector<Jobs::value_type*>& jobs, bool keep,
                                  Decisions& out) {
  struct Item {
    Jobs::value_type* job;
    TaskId task;
  };
  std::vector<Item> items;  // by task of the problem
  mapping::MappingProblem problem = mapping::problem_of(view);
  wait_for_planned(view, problem);
  for (Jobs::value_type* job : jobs) {
    const Request& request = view.requests[job->second.request];
    IdVector<TaskId, AcceleratorId>& where = job->second.where;
    const bool fixed = keep && !where.empty();
    where.resize(request.tasks.size(), AcceleratorId::none);
    for (const TaskId t : request.tasks.ids())
      if (request.tasks[t].progress >= Progress::running) where[t] = request.tasks[t].accelerator;
    for (const TaskId t : mapping::add_live_request(problem, view, job->second.request)) {
      if (fixed && where[t] != AcceleratorId::none)
        problem.fix(static_cast<std::uint32_t>(items.size()), static_cast<std::uint32_t>(where[t]));
      items.push_back({job, t});
    }
  }
  const double effort =
      std::min(1.0, static_cast<double>(max_tasks_) / static_cast<double>(std::max(items.size(), std::size_t{1})));
  const mapping::Plan planned = plan(problem, effort);
  IdVector<AcceleratorId, std::vector<std::uint32_t>> orders(rows_.size());
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const auto where = static_cast<AcceleratorId>(planned.where[i]);
    items[i].job->second.where[items[i].task] = where;
    if (where != AcceleratorId::none) orders[where].push_back(i);
  }
  for (const AcceleratorId a : rows_.ids()) {
    std::stable_sort(orders[a].begin(), orders[a].end(), [&](std::uint32_t i, std::uint32_t j) {
      return planned.timing.start[i] < planned.timing.start[j];
    });
    for (const std::uint32_t i : orders[a])
      rows_[a].push_back(
          {items[i].job->first, items[i].task, view.now + planned.timing.start[i], view.now + planned.timing.end[i]});
    if (gaps_ && !orders[a].empty())
      std::stable_sort(rows_[a].begin(), rows_[a].end(), [](const Entry& x, const Entry& y) {
        return std::tie(x.start, x.end) < std::tie(y.start, y.end);
      });
  }
  for (std::size_t r = 0; r < jobs.size(); ++r) {
    jobs[r]->second.forecast = view.now + planned.timing.finish[r];
    announce(view, jobs[r]->second, out);
  }
}

/// With horizon request, others that are planned and have not started come first, or keep their times; what is
/// late moves what is behind it.
void MappingPolicy::wait_for_planned(const SystemView& view, mapping::MappingProblem& problem) const {
  for (const AcceleratorId a : rows_.ids())
    for (const Entry& entry : rows_[a])
      if (is_over(view, entry) || !(entry.end < kNever)) {
        continue;
      } else if (mapping::Server& server = problem.servers[index_of(a)]; gaps_ && server.free_at.size() == 1) {
        const Seconds before = server.reserved.empty() ? server.free_at[0] : server.reserved.back().end;
        const Seconds start = std::max(before, entry.start - view.now);
        server.reserved.push_back({start, start + (entry.end - entry.start)});
      } else {
        for (Seconds& free_at : problem.servers[index_of(a)].free_at) free_at = std::max(free_at, entry.end - view.now);
      }
}

/// Says when a request is planned to finish. Inputs that exist already (after planning anew) can move at
/// once.
void MappingPolicy::announce(const SystemView& view, const Job& job, Decisions& out) const {
  const Request& request = view.requests[job.request];
  if (std::find(job.where.begin(), job.where.end(), AcceleratorId::none) == job.where.end() && job.forecast < kNever)
    out.forecast(job.request, job.forecast);
  if (view.memories == 1) return;
  for (const TaskId t : job.where.ids()) {
    if (job.where[t] == AcceleratorId::none || request.tasks[t].progress >= Progress::running) continue;
    const auto& inputs = view.models[request.model].tasks[t].inputs;
    if (std::any_of(inputs.begin(), inputs.end(),
                    [&](const Edge& edge) { return request.tasks[edge.task].progress == Progress::finished; }))
      out.prefetch({job.request, t}, job.where[t]);
  }
}

void MappingPolicy::prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const {
  if (view.memories == 1 || !view.request(task).live) return;
  const auto job = jobs_.find(view.request(task).id);
  if (job == jobs_.end() || job->second.where.empty()) return;
  TaskId last = TaskId::none;
  for (const Edge& edge : view.model_task(task).outputs) {
    const AcceleratorId where = job->second.where[edge.task];
    if (edge.task == last || where == AcceleratorId::none ||
        view.state({task.request, edge.task}).progress >= Progress::running)
      continue;
    last = edge.task;
    out.prefetch({task.request, edge.task}, where);
  }
}

void MappingPolicy::start_heads(const SystemView& view, Decisions& out) {
  free_.reset(view);
  for (const AcceleratorId a : rows_.ids())
    for (const Entry& head : rows_[a]) {
      if (is_over(view, head)) continue;
      const TaskRef task{jobs_.at(head.request_id).request, head.task};
      if (view.state(task).progress != Progress::ready || !free_.at(a) || !view.inputs_at(task, a)) break;
      out.start(task, a);
      free_.take(a);
    }
}

EstimateParameters::EstimateParameters(Params& params)
    : contention_(
          params.number("contention", {.fallback = 1,
                                       .min = 1,
                                       .max = 1000,
                                       .doc = "so many times slower is everything while several accelerators are "
                                              "busy, besides what memories do"})) {
  const std::string sharing = params.choice(
      "bandwidth",
      {.fallback = "max_min",
       .of = {"max_min", "proportional", "none"},
       .doc = "how tasks that draw on one memory are expected to share it: max-min fairly, beside computing; "
              "all slowed down by the same factor (MAGMA); or not expected to"});
  if (sharing == "proportional") sharing_ = mapping::Sharing::proportional;
  if (sharing == "none") sharing_ = mapping::Sharing::none;
  by_request_ = params.choice("queue", {.fallback = "request",
                                        .of = {"request", "ready"},
                                        .doc = "whom an accelerator serves first: the older request, or who is ready "
                                               "first"}) == "request";
  const std::string objective =
      params.choice("objective", {.fallback = "throughput",
                                  .of = {"latency", "throughput", "energy"},
                                  .doc = "what is to be least: the last finish, the sum of finishes, or "
                                         "energy with every request in time"});
  if (objective == "throughput") goal_.objective = mapping::Objective::throughput;
  if (objective == "energy") goal_.objective = mapping::Objective::energy;
  goal_.energy_budget =
      params.number("energy_budget",
                    {.fallback = 0, .min = 0, .doc = "that the tasks of a request may take; 0: no limit", .unit = "J"});
}

void EstimateParameters::apply(mapping::MappingProblem& problem) const {
  problem.sharing = sharing_;
  problem.queue = by_request_ ? mapping::Queue::request : mapping::Queue::ready;
  problem.contention = contention_;
}

mapping::Goal EstimateParameters::goal(const mapping::MappingProblem& problem) const {
  mapping::Goal goal = goal_;
  goal.energy_budget =
      goal_.energy_budget > 0 ? goal_.energy_budget * static_cast<double>(problem.requests.size()) : kNever;
  return goal;
}

}  // namespace hetsched
