#include "planning/planned_policy.hpp"

#include <algorithm>
#include <tuple>

#include "planning/from_view.hpp"
#include "planning/rules/rule.hpp"

namespace hetsched::planning {
namespace {

/// Does something that it reads exist already: an output, or the request's own input, which lies somewhere?
bool has_input(const SystemView& view, TaskRef task) {
  if (view.streams[view.request(task).stream].source != MemoryId::none && view.model_task(task).source.bytes > 0)
    return true;
  const auto& inputs = view.model_task(task).inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const Edge& edge) {
    return view.request(task).tasks[edge.task].progress == Progress::finished;
  });
}

/// From the end of a task that is to run there until its part of the result is where the stream wants it.
Seconds result_time(const SystemView& view, const Stream& stream, TaskId task, AcceleratorId accelerator) {
  if (stream.sink == MemoryId::none || accelerator == AcceleratorId::none) return 0;
  return view.route_time(view.accelerators[accelerator].memory, stream.sink,
                         view.models[stream.model].tasks[task].sink_bytes);
}

Horizon horizon_parameter(Params& params, Horizon fallback) {
  const std::vector<std::string_view> names = {"request", "live", "workload"};
  const auto horizon = static_cast<Horizon>(params.choice_index(
      "horizon", {.fallback = names[static_cast<std::size_t>(fallback)],
                  .of = names,
                  .doc = "plan each request when it can start, around what is planned; or then plan all live requests "
                         "anew; or plan all arrivals beforehand (clairvoyant)"}));
  if (horizon == Horizon::workload) params.clairvoyant();
  return horizon;
}

/// Promises a time to something else: what runs late is in its way.
void promise(std::vector<Interval>& promised, Seconds free, const Interval& time) {
  if (promised.empty() || !clearly_less(time.start, free)) {
    promised.push_back(time);
  } else {
    promised.back().end = std::max(free, time.end);
    promised.back().model = time.model;
  }
}

}  // namespace

bool insertion_parameter(Params& params, bool fallback) { return params.flag("insertion", fallback, kInsertionDoc); }

PlannedPolicy::PlannedPolicy(Params& params, Horizon fallback, Limit limit)
    : horizon_(horizon_parameter(params, fallback)),
      across_(
          params.flag("across_requests", true, "plan around the tasks of other requests, not on an empty platform")),
      switches_(params.flag("plan_switches", true, "plan for the time that a kind takes to switch models")),
      max_tasks_(
          limit == Limit::none
              ? 0
              : static_cast<std::size_t>(params.number(
                    "max_tasks", {.fallback = 128,
                                  .min = 1,
                                  .max = 1e6,
                                  .integer = true,
                                  .doc = "with more tasks than that, only new requests choose accelerators; with "
                                         "16 times as many, each is planned by itself, as with "
                                         "horizon=request"}))) {}

TaskCost PlannedPolicy::cost(const SystemView& view, const ModelTask& task, AcceleratorId accelerator) const {
  return cost_at(view, task, accelerator, view.accelerators[accelerator].point);
}

void PlannedPolicy::begin(const SystemView& view) {
  platform_ = idle_platform(view);
  platform_.switches = switches_;
  rows_.resize(view.accelerators.size());
  blocks_.resize(view.accelerators.size());
}

void PlannedPolicy::decide(const SystemView& view, Decisions& out) {
  if (!begun_) take_in_future(view);
  std::vector<JobPtr> added = note_events(view, out);
  for (Row& row : rows_)
    while (!row.empty() && is_over(view, row.front().item)) row.pop_front();
  plan_what_is_new(view, std::move(added), out);
  begun_ = true;
  for (const Event& event : view.events)
    if (event.type == Event::Type::task_finished) prefetch_outputs(view, event.task, out);
  start_heads(view, out);
}

void PlannedPolicy::take_in_future(const SystemView& view) {
  if (horizon_ != Horizon::workload) return;
  for (const FutureRequest& future : view.future) {
    const Key key{future.stream, future.index};
    JobPtr& job = expected_[key];
    if (job != nullptr) continue;
    job = std::make_shared<Job>();
    job->key = key;
    job->model = future.model;
    job->arrival = future.arrival;
    job->deadline = future.deadline;
    arrivals_.push_back(job);
  }
}

/// Who has ended is forgotten. Those that have arrived without a plan are returned, by id of request.
std::vector<PlannedPolicy::JobPtr> PlannedPolicy::note_events(const SystemView& view, Decisions& out) {
  std::vector<JobPtr> added;
  jobs_.resize(view.requests.size());
  for (const Event& event : view.events) {
    if (event.task.request == RequestRef::none) continue;
    const JobPtr known = job_of(view, event.task.request);
    if (event.type == Event::Type::request_finished && known != nullptr) {
      known->ended = true;
      jobs_[event.task.request].reset();
    }
    if (event.type == Event::Type::request_dropped && known != nullptr) forget(*known);
    if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
    if (known != nullptr && known->request != RequestRef::none) continue;
    const JobPtr job = arrived(view, event.task.request);
    if (job->where.empty())
      added.push_back(job);
    else
      announce(view, *job, out);
  }
  // Who was expected and has not come (turned away before this policy saw it) must not keep a place; if it
  // comes after all, it is planned then.
  for (; !arrivals_.empty() && !clearly_before(view.now, arrivals_.front()->arrival); arrivals_.pop_front())
    if (arrivals_.front()->request == RequestRef::none) forget(*arrivals_.front());
  return added;
}

/// The job of a request that has arrived, or is expected. Null: it is not known.
PlannedPolicy::JobPtr PlannedPolicy::job_of(const SystemView& view, RequestRef request) const {
  const Key key = key_of(view.requests[request]);
  if (jobs_[request] != nullptr && jobs_[request]->key == key) return jobs_[request];
  const auto expected = expected_.find(key);
  return expected != expected_.end() ? expected->second : nullptr;
}

/// Notes that a request has arrived; it keeps the plan that was made for it.
PlannedPolicy::JobPtr PlannedPolicy::arrived(const SystemView& view, RequestRef request) {
  const Request& it = view.requests[request];
  JobPtr job = job_of(view, request);
  if (job == nullptr) job = std::make_shared<Job>();
  expected_.erase(key_of(it));
  job->key = key_of(it);
  job->request = request;
  job->model = it.model;
  job->arrival = it.arrival;
  job->deadline = it.deadline;
  return jobs_[request] = job;
}

/// Its tasks will not run: their times are free.
void PlannedPolicy::forget(const Job& job) {
  for (const AcceleratorId a : rows_.ids())
    if (std::erase_if(rows_[a], [&](const Reservation& r) { return r.item.job.get() == &job; }) > 0)
      blocks_[a].known = false;
  if (job.request == RequestRef::none)
    expected_.erase(job.key);
  else
    jobs_[job.request].reset();
}

/// Has it started, or has its request ended?
bool PlannedPolicy::is_over(const SystemView& view, const Item& item) {
  if (item.job->ended) return true;
  if (item.job->request == RequestRef::none) return false;
  return view.state({item.job->request, item.task}).progress >= Progress::running;
}

void PlannedPolicy::plan_what_is_new(const SystemView& view, std::vector<JobPtr> added, Decisions& out) {
  const bool changed = std::any_of(view.events.begin(), view.events.end(),
                                   [](const Event& event) { return event.type == Event::Type::accelerator_changed; });
  const bool all = changed || (!begun_ && !arrivals_.empty());
  if (added.empty() && !all) return;
  // In order of arrival; those that are still to come behind all others.
  std::vector<JobPtr> jobs;
  std::size_t tasks = 0;
  if (all || max_tasks_ > 0 || horizon_ == Horizon::live)
    for (const RequestRef r : view.live) {
      if (!all && tasks > kManyTimes * max_tasks_ && max_tasks_ > 0) break;  // then each is planned by itself
      const auto& states = view.requests[r].tasks;
      tasks += static_cast<std::size_t>(std::count_if(
          states.begin(), states.end(), [](const TaskState& state) { return state.progress < Progress::running; }));
      if (jobs_[r] != nullptr) jobs.push_back(jobs_[r]);
    }
  if (all) {
    for (const JobPtr& job : arrivals_) {
      if (job->request != RequestRef::none) continue;
      tasks += view.models[job->model].tasks.size();
      jobs.push_back(job);
    }
    for (const JobPtr& job : jobs) job->where.clear();
    added = jobs;
  }
  const bool too_many = max_tasks_ > 0 && tasks > kManyTimes * max_tasks_;
  const bool anew = all || (horizon_ == Horizon::live && !too_many);
  if (anew) clear_rows();
  if (horizon_ == Horizon::request || too_many)
    for (const JobPtr& job : added) plan_together(view, std::span(&job, 1), false, out);
  else
    plan_together(view, anew ? jobs : added, max_tasks_ > 0 && tasks > max_tasks_, out);
}

/// `keep`: those that are planned stay on their accelerators.
void PlannedPolicy::plan_together(const SystemView& view, std::span<const JobPtr> jobs, bool keep, Decisions& out) {
  Problem& problem = problem_ = platform_;
  for (const AcceleratorId a : problem.accelerators.ids())
    problem.accelerators[a].last_model = view.accelerators[a].last_model;
  if (across_) add_running(problem, view, running(view));
  std::vector<Item> items;  // by task of the problem
  for (const JobPtr& entry : jobs) {
    Job& job = *entry;
    const Request* live = job.request == RequestRef::none ? nullptr : &view.requests[job.request];
    add_request(problem, view, job.key.first, live, live == nullptr ? time_until(job.arrival, view.now) : 0,
                clearly_before(job.deadline, view.now) ? job.deadline - view.now : time_until(job.deadline, view.now),
                [&](const ModelTask& task, AcceleratorId a) { return cost(view, task, a); });
    job.forecast = view.now;
    const bool fixed = keep && !job.where.empty();
    job.where.resize(view.models[job.model].tasks.size(), AcceleratorId::none);
    for (std::size_t i = items.size(); i < problem.size(); ++i) {
      const auto id = id_of<PlanTaskId>(i);
      const TaskId task = problem.tasks[id].model_task;
      const AcceleratorId before = job.where[task];
      if (fixed && before != AcceleratorId::none) problem.fix(id, before);
      items.push_back({entry, task});
    }
    if (live == nullptr) continue;
    for (const TaskId t : live->tasks.ids()) {
      if (live->tasks[t].progress < Progress::running) continue;
      job.where[t] = live->tasks[t].accelerator;
      job.forecast = std::max(job.forecast, live->tasks[t].finish);
    }
  }
  if (across_) add_reservations(view, problem);
  const double most = max_tasks_ > 0 ? static_cast<double>(max_tasks_) : kNever;
  reserve(view, items, plan(problem, std::min(1.0, most / std::max(1.0, static_cast<double>(items.size())))));
  for (const JobPtr& job : jobs)
    if (job->request != RequestRef::none) announce(view, *job, out);
}

std::vector<TaskRef> PlannedPolicy::running(const SystemView& view) {
  std::vector<TaskRef> found;
  std::erase_if(started_, [&](const Started& started) {
    const Request& request = view.request(started.task);
    if (!request.live || request.id != started.request_id) return true;
    const Progress progress = view.state(started.task).progress;
    if (progress == Progress::running) found.push_back(started.task);
    // What is neither may be held back by a decorator, and start later.
    return progress == Progress::finished || progress == Progress::ready;
  });
  return found;
}

/// What accelerators are promised to already, from now. On several slots what is planned takes the slot that is free
/// first, in its order, as it will when it is carried out.
void PlannedPolicy::add_reservations(const SystemView& view, Problem& problem) {
  for (const AcceleratorId a : rows_.ids()) {
    if (in_blocks(problem, a)) {
      add_blocks(view, problem, a);
      continue;
    }
    blocks_[a].known = false;
    for (const Reservation& r : rows_[a]) {
      const auto slots = problem.slots_of(a);
      const SlotId slot = *std::min_element(slots.begin(), slots.end(), [&](SlotId p, SlotId q) {
        return clearly_less(problem.busy_until(p), problem.busy_until(q));
      });
      std::vector<Interval>& promised = problem.slots[slot].promised;
      const Seconds start = time_until(r.placement.start, view.now), end = time_until(r.placement.end, view.now);
      const Seconds free = problem.busy_until(slot);
      const ModelId model = r.item.job->model;
      if (slots.size() > 1) {
        const Seconds later = std::max(start, free);
        promised.push_back({later, later + (r.placement.end - r.placement.start), model});
      } else {
        promise(promised, free, {start, end, model});
      }
    }
  }
}

/// Where nothing but the gaps of a long row matters: what it is full of is not looked at again for each request.
bool PlannedPolicy::in_blocks(const Problem& problem, AcceleratorId accelerator) const {
  constexpr std::size_t kLong = 64;
  const bool switching = problem.switches && problem.accelerators[accelerator].switch_time > 0;
  return rows_[accelerator].size() > kLong && problem.slots_of(accelerator).size() == 1 && !switching;
}

/// O(blocks), or O(row) if something has been taken out of it, or a task is shorter than all before.
void PlannedPolicy::add_blocks(const SystemView& view, Problem& problem, AcceleratorId accelerator) {
  const Row& row = rows_[accelerator];
  Blocks& blocks = blocks_[accelerator];
  for (const PlanTaskId t : problem.tasks.ids()) {
    const Seconds time = problem.time(t, accelerator);
    if (!(time < blocks.shortest)) continue;
    blocks.shortest = time;
    blocks.known = false;
  }
  if (!blocks.known) {
    blocks.list.clear();
    for (const Reservation& r : row) add_to(blocks, r.placement.start, r.placement.end);
    blocks.known = true;
  }
  // What is over has left the row at its front.
  const Seconds first = row.front().placement.start;
  const auto left =
      std::find_if(blocks.list.begin(), blocks.list.end(), [&](const Interval& i) { return i.end >= first; });
  blocks.list.erase(blocks.list.begin(), left);
  if (!blocks.list.empty()) blocks.list.front().start = std::max(blocks.list.front().start, first);
  const SlotId slot = *problem.slots_of(accelerator).begin();
  for (const Interval& block : blocks.list)
    promise(problem.slots[slot].promised, problem.busy_until(slot),
            {time_until(block.start, view.now), time_until(block.end, view.now), ModelId::none});
}

/// Joins it with its neighbours, if no task fits between them. Far from it, so that rounding does not matter.
void PlannedPolicy::add_to(Blocks& blocks, Seconds start, Seconds end) {
  std::vector<Interval>& list = blocks.list;
  const auto next = std::partition_point(list.begin(), list.end(), [&](const Interval& i) {
    return i.start < start || (i.start == start && i.end <= end);
  });
  const auto too_near = [&](Seconds from, Seconds to) { return to - from < 0.999 * blocks.shortest; };
  const bool before = next != list.begin() && too_near(std::prev(next)->end, start);
  const bool after = next != list.end() && too_near(end, next->start);
  if (before && after) {
    std::prev(next)->end = std::max(std::prev(next)->end, next->end);
    list.erase(next);
  } else if (before) {
    std::prev(next)->end = std::max(std::prev(next)->end, end);
  } else if (after) {
    next->start = start;
    next->end = std::max(next->end, end);
  } else {
    list.insert(next, {start, end, ModelId::none});
  }
}

void PlannedPolicy::clear_rows() {
  for (Row& row : rows_) row.clear();
  for (Blocks& blocks : blocks_) blocks.known = false;
}

void PlannedPolicy::reserve(const SystemView& view, std::span<const Item> items, const Plan& plan) {
  IdVector<AcceleratorId, std::vector<Reservation>> added(rows_.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    Placement placement = plan.tasks[id_of<PlanTaskId>(i)];
    placement.start += view.now;
    placement.end += view.now;
    Job& job = *items[i].job;
    job.where[items[i].task] = placement.accelerator;
    job.forecast = std::max(job.forecast, placement.end + result_time(view, view.streams[job.key.first], items[i].task,
                                                                      placement.accelerator));
    if (!placement.placed()) continue;  // nothing that is on can run it: planned anew when something changes
    added[placement.accelerator].push_back({placement, next_order_++, items[i]});
  }
  for (const AcceleratorId a : rows_.ids()) insert(a, std::move(added[a]));
}

/// Among what is planned for an accelerator already: O(new log all), and what lies behind it is moved.
void PlannedPolicy::insert(AcceleratorId accelerator, std::vector<Reservation> added) {
  Row& row = rows_[accelerator];
  // Of tasks that start at once those without duration come first, or, where the order of starts tells which of them
  // are preceded by a switch, those that it was planned for.
  const bool by_turn = switches_ && platform_.accelerators[accelerator].switch_time > 0;
  std::sort(added.begin(), added.end(),
            [&](const Reservation& x, const Reservation& y) { return x.placement.start < y.placement.start; });
  settle_ties(
      added.begin(), added.end(),
      [](const Reservation& x, const Reservation& y) { return clearly_before(x.placement.start, y.placement.start); },
      [](const Reservation& x, const Reservation& y) { return x.order < y.order; });
  for (Reservation& one : added) {
    const Placement& own = one.placement;
    auto at = std::partition_point(row.begin(), row.end(), [&](const Reservation& other) {
      return !clearly_before(own.start, other.placement.start);
    });
    const auto comes_before = [&](const Placement& other) {
      return !by_turn && !clearly_before(other.start, own.start) && clearly_before(own.end, other.end);
    };
    while (at != row.begin() && comes_before(std::prev(at)->placement)) --at;
    if (blocks_[accelerator].known) add_to(blocks_[accelerator], own.start, own.end);
    row.insert(at, std::move(one));
  }
}

/// Says when a request is planned to finish. Inputs that exist already (after planning anew) can move at once.
void PlannedPolicy::announce(const SystemView& view, const Job& job, Decisions& out) const {
  if (job.forecast < kNever) out.forecast(job.request, job.forecast);
  if (view.memories == 1) return;
  for (const TaskId t : job.where.ids())
    if (job.where[t] != AcceleratorId::none && view.state({job.request, t}).progress < Progress::running &&
        has_input(view, {job.request, t}))
      out.prefetch({job.request, t}, job.where[t]);
}

void PlannedPolicy::prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const {
  if (view.memories == 1 || !view.request(task).live) return;
  const JobPtr job = job_of(view, task.request);
  if (job == nullptr || job->where.empty()) return;
  TaskId last = TaskId::none;
  for (const Edge& edge : view.model_task(task).outputs) {
    const AcceleratorId where = job->where[edge.task];
    const TaskRef next{task.request, edge.task};
    if (edge.task == last || where == AcceleratorId::none || view.state(next).progress >= Progress::running) continue;
    last = edge.task;
    out.prefetch(next, where);
  }
}

void PlannedPolicy::start_heads(const SystemView& view, Decisions& out) {
  for (const AcceleratorId a : rows_.ids()) {
    const Accelerator& accelerator = view.accelerators[a];
    std::uint32_t free = accelerator.available ? accelerator.free_slots : 0;
    for (const Reservation& head : rows_[a]) {
      if (is_over(view, head.item)) continue;  // one before it may have been given back
      const Job& job = *head.item.job;
      if (job.request == RequestRef::none) {  // if it does not come, others must not wait for it
        if (job.arrival > wake_) out.wake_at(wake_ = job.arrival);
        break;
      }
      // A task that would only wait for its inputs must not keep later ones out of the gap before it.
      const TaskRef task{job.request, head.item.task};
      if (view.state(task).progress != Progress::ready || free == 0 || !view.inputs_at(task, a)) break;
      if (!start(view, head.placement, task, free, out)) break;
    }
  }
}

/// Starts the task, at its operating point if the accelerator is empty. False if it has to wait: it cannot run at the
/// point that other tasks hold the accelerator at.
bool PlannedPolicy::start(const SystemView& view, const Placement& placement, TaskRef task, std::uint32_t& free,
                          Decisions& out) {
  const AcceleratorId a = placement.accelerator;
  const Accelerator& accelerator = view.accelerators[a];
  PointId point = accelerator.point;
  if (placement.point != PointId::none && placement.point != point && free == accelerator.slots)
    out.set_operating_point(a, point = placement.point);
  if (view.alone_time_at(view.model_task(task), a, point, placement.variant) == kNever) return false;
  out.start(task, a, placement.variant);
  started_.push_back({task, view.request(task).id});
  --free;
  return true;
}

}  // namespace hetsched::planning
