#include "support/static_plan.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "support/occupancy.hpp"

namespace hetsched {
namespace {

/// What a task is planned to take: dispatch, and computing with the memory to itself. kNever: not there, or
/// not now.
Seconds duration(const SystemView& view, const ModelTask& task, AcceleratorId a, PointId point) {
  const Accelerator& accelerator = view.accelerators[a];
  if (!accelerator.available) return kNever;
  return view.kinds[accelerator.kind].dispatch_time + view.alone_time_at(task, a, point);
}

bool has_finished_input(const SystemView& view, TaskRef task) {
  const auto& inputs = view.model_task(task).inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const Edge& edge) {
    return view.request(task).tasks[edge.task].progress == Progress::finished;
  });
}

}  // namespace

bool insertion_parameter(Params& params, bool fallback) {
  return params.flag("insertion", fallback, "use gaps between planned tasks, not only the end of the plan");
}

StaticPlan::StaticPlan(Params& params) : horizon_(Horizon::request) {
  const std::string horizon = params.choice(
      "horizon", {.fallback = "request",
                  .of = {"request", "live", "workload"},
                  .doc = "plan each request when it can start, around what is planned; or then plan all live requests "
                         "anew; or plan all arrivals beforehand (clairvoyant)"});
  across_ = params.flag("across_requests", true, "plan around the tasks of other requests, not on an empty platform");
  if (horizon == "live") horizon_ = Horizon::live;
  if (horizon == "workload") {
    horizon_ = Horizon::workload;
    params.clairvoyant();
  }
}

void StaticPlan::begin(const SystemView& view) {
  const auto accelerators = static_cast<std::uint32_t>(view.accelerators.size());
  rows_.resize(accelerators);
  slots_.clear();
  for (const AcceleratorId a : view.accelerators.ids())
    slots_.insert(slots_.end(), std::clamp(view.accelerators[a].slots, 1u, kMostSlots), a);
  const auto rows = static_cast<std::uint32_t>(slots_.size());
  platform_ = planning::Problem(rows);
  for (std::uint32_t a = 0; a < rows; ++a)
    for (std::uint32_t b = 0; b < rows; ++b) {
      const MemoryId from = view.accelerators[slots_[a]].memory, to = view.accelerators[slots_[b]].memory;
      if (from != to) platform_.set_link(a, b, view.route(from, to));
    }
}

void StaticPlan::decide(const SystemView& view, Decisions& out) {
  if (!begun_) take_in_future(view);
  note_events(view, out);
  for (Row& row : rows_)
    while (!row.empty() && is_over(view, row.front())) row.pop_front();
  plan_what_is_new(view, out);
  begun_ = true;
  for (const Event& event : view.events)
    if (event.type == Event::Type::task_finished) prefetch_outputs(view, event.task, out);
  start_heads(view, out);
}

void StaticPlan::take_in_future(const SystemView& view) {
  if (horizon_ != Horizon::workload) return;
  for (const FutureRequest& future : view.future) {
    const Key key{future.stream, future.index};
    Job job;
    job.model = future.model;
    job.arrival = future.arrival;
    if (jobs_.emplace(key, std::move(job)).second) expected_.emplace_back(future.arrival, key);
  }
}

/// Who has ended is forgotten; who has arrived takes over the plan that was made for it, if one was.
void StaticPlan::note_events(const SystemView& view, Decisions& out) {
  for (const Event& event : view.events) {
    if (event.type == Event::Type::request_finished) jobs_.erase(key_of(view.request(event.task)));
    if (event.type == Event::Type::request_dropped) forget(key_of(view.request(event.task)));
    if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
    const Request& request = view.request(event.task);
    Job& job = jobs_[key_of(request)];
    if (job.request != RequestRef::none) continue;
    job.request = event.task.request;
    job.request_id = request.id;
    job.model = request.model;
    job.arrival = request.arrival;
    if (!job.where.empty()) announce(view, job, out);
  }
  // Who was expected and has not come (turned away before this policy saw it) must not keep a place; if it
  // comes after all, it is planned then.
  for (; !expected_.empty() && expected_.front().first <= view.now; expected_.pop_front()) {
    const auto job = jobs_.find(expected_.front().second);
    if (job != jobs_.end() && job->second.request == RequestRef::none) forget(Key(job->first));
  }
}

void StaticPlan::forget(const Key& key) {
  jobs_.erase(key);
  for (Row& row : rows_) std::erase_if(row, [&](const Reservation& r) { return r.job == key; });
}

/// Has it started, or has its request ended?
bool StaticPlan::is_over(const SystemView& view, const Reservation& reservation) const {
  const auto job = jobs_.find(reservation.job);
  if (job == jobs_.end()) return true;
  if (job->second.request == RequestRef::none) return false;
  return view.state({job->second.request, reservation.task}).progress >= Progress::running;
}

void StaticPlan::plan_what_is_new(const SystemView& view, Decisions& out) {
  const bool changed = std::any_of(view.events.begin(), view.events.end(),
                                   [](const Event& event) { return event.type == Event::Type::accelerator_changed; });
  bool is_new = false;
  for (const Event& event : view.events) {
    if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
    is_new |= jobs_.at(key_of(view.request(event.task))).where.empty();
  }
  const bool first = !begun_ && !expected_.empty();
  if (!changed && !is_new && !first) return;
  const bool anew = changed || first || horizon_ == Horizon::live;
  if (anew)
    for (Row& row : rows_) row.clear();

  std::vector<Jobs::value_type*> jobs;
  for (const RequestRef r : view.live) {
    const auto job = jobs_.find(key_of(view.requests[r]));
    if (job != jobs_.end() && (anew || job->second.where.empty())) jobs.push_back(&*job);
  }
  if (anew)
    for (const auto& [arrival, key] : expected_)
      if (const auto job = jobs_.find(key); job != jobs_.end() && job->second.request == RequestRef::none)
        jobs.push_back(&*job);
  if (horizon_ == Horizon::request) {
    for (Jobs::value_type* job : jobs) plan_together(view, std::span(&job, 1), out);
  } else if (!jobs.empty()) {
    plan_together(view, jobs, out);
  }
}

void StaticPlan::plan_together(const SystemView& view, std::span<Jobs::value_type* const> jobs, Decisions& out) {
  planning::Problem problem = platform_;
  if (across_) add_reservations(view, problem);
  items_.clear();
  for (Jobs::value_type* job : jobs) add_tasks(view, *job, problem);
  reserve(view, plan(problem));
  for (const Jobs::value_type* job : jobs)
    if (job->second.request != RequestRef::none) announce(view, job->second, out);
}

/// What accelerators are busy with, from now: what runs, and what is planned.
void StaticPlan::add_reservations(const SystemView& view, planning::Problem& problem) const {
  std::uint32_t next = 0;  // the first row of the accelerator
  for (const AcceleratorId a : rows_.ids()) {
    const std::uint32_t first = next;
    while (next < slots_.size() && slots_[next] == a) ++next;
    if (next - first > 1) {
      add_to_slots(view, a, std::span(problem.busy).subspan(first, next - first));
      continue;
    }
    std::vector<planning::Interval>& busy = problem.busy[first];
    const Accelerator& accelerator = view.accelerators[a];
    if (accelerator.free_slots == 0 && accelerator.free_at > view.now)
      busy.push_back({0, accelerator.free_at - view.now});
    for (const Reservation& r : rows_[a]) {
      const planning::Interval interval{r.start - view.now, r.end - view.now};
      if (busy.empty() || interval.start >= busy.back().end) {
        busy.push_back(interval);
      } else {
        busy.back().end = std::max(busy.back().end, interval.end);  // what runs late is in its way
      }
    }
  }
}

/// The same for several slots: what is planned takes the slot that is free first, in its order, as it will when it
/// is carried out.
void StaticPlan::add_to_slots(const SystemView& view, AcceleratorId accelerator,
                              std::span<std::vector<planning::Interval>> rows) const {
  const Accelerator& what = view.accelerators[accelerator];
  std::vector<Seconds> free_at;
  for (const RequestRef r : view.live)
    for (const TaskState& task : view.requests[r].tasks)
      if (task.progress == Progress::running && task.accelerator == accelerator)
        free_at.push_back(std::max(task.finish - view.now, 0.0));
  free_at = busy_slots(view, accelerator, std::move(free_at));
  free_at.insert(free_at.end(), what.free_slots, 0);
  std::sort(free_at.begin(), free_at.end());
  free_at.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (free_at[i] > 0) rows[i].push_back({0, free_at[i]});
  for (const Reservation& r : rows_[accelerator]) {
    const auto slot = static_cast<std::size_t>(std::min_element(free_at.begin(), free_at.end()) - free_at.begin());
    const Seconds start = std::max(r.start - view.now, free_at[slot]);
    free_at[slot] = start + (r.end - r.start);
    rows[slot].push_back({start, free_at[slot]});
  }
}

void StaticPlan::add_tasks(const SystemView& view, Jobs::value_type& job, planning::Problem& problem) {
  const Model& model = view.models[job.second.model];
  const Request* request = job.second.request == RequestRef::none ? nullptr : &view.requests[job.second.request];
  const auto rows = static_cast<std::uint32_t>(slots_.size());
  const auto size = static_cast<std::uint32_t>(model.tasks.size());
  job.second.where.assign(size, AcceleratorId::none);
  job.second.forecast = view.now;
  IdVector<TaskId, std::uint32_t> ids(size, kNone);
  std::vector<Seconds> times(rows);
  std::vector<Joules> energies(rows);
  for (const TaskId t : model.tasks.ids()) {
    const ModelTask& task = model.tasks[t];
    if (request != nullptr && request->tasks[t].progress >= Progress::running) {
      job.second.where[t] = request->tasks[t].accelerator;
      job.second.forecast = std::max(job.second.forecast, request->tasks[t].finish);
      continue;
    }
    for (std::uint32_t row = 0; row < rows; ++row) {
      const AcceleratorId a = slots_[row];
      const PointId point = planning_point(view, a);
      times[row] = duration(view, task, a, point);
      energies[row] = times[row] < kNever ? view.alone_energy_at(task, a, point) : 0;
    }
    ids[t] = problem.add_task(times, energies);
    items_.push_back({&job, t});
    problem.tasks.back().release = request == nullptr ? std::max(job.second.arrival - view.now, 0.0) : 0;
    problem.tasks.back().model = static_cast<std::uint32_t>(job.second.model);
    problem.tasks.back().model_task = static_cast<std::uint32_t>(t);
    for (const Edge& edge : task.inputs) {
      if (ids[edge.task] != kNone) {
        problem.add_edge(ids[edge.task], ids[t], edge.bytes);
        continue;
      }
      std::vector<Seconds>& there = problem.tasks.back().inputs_there;
      there.resize(rows, 0);
      for (std::uint32_t row = 0; row < rows; ++row)
        there[row] = std::max(there[row], output_there(view, *request, edge, slots_[row]));
    }
  }
}

void StaticPlan::reserve(const SystemView& view, const planning::Plan& plan) {
  IdVector<AcceleratorId, bool> longer(rows_.size());
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const planning::Placement& placement = plan[i];
    Job& job = items_[i].job->second;
    const AcceleratorId a = placement.accelerator == kNone ? AcceleratorId::none : slots_[placement.accelerator];
    job.where[items_[i].task] = a;
    job.forecast = std::max(job.forecast, view.now + placement.end);
    if (a == AcceleratorId::none) continue;  // nothing that is on can run it: planned anew when something changes
    longer[a] = true;
    rows_[a].push_back({view.now + placement.start, view.now + placement.end, next_order_++, items_[i].job->first,
                        items_[i].task, static_cast<PointId>(placement.point)});
  }
  for (const AcceleratorId a : rows_.ids())
    if (longer[a])
      std::sort(rows_[a].begin(), rows_[a].end(), [](const Reservation& x, const Reservation& y) {
        return std::tie(x.start, x.end, x.order) < std::tie(y.start, y.end, y.order);
      });
}

/// Says when a request is planned to finish. Inputs that exist already (after planning anew) can move at
/// once.
void StaticPlan::announce(const SystemView& view, const Job& job, Decisions& out) const {
  if (job.forecast < kNever) out.forecast(job.request, job.forecast);
  if (view.memories == 1) return;
  for (const TaskId t : job.where.ids())
    if (job.where[t] != AcceleratorId::none && view.state({job.request, t}).progress < Progress::running &&
        has_finished_input(view, {job.request, t}))
      out.prefetch({job.request, t}, job.where[t]);
}

void StaticPlan::prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const {
  if (view.memories == 1 || !view.request(task).live) return;
  const auto job = jobs_.find(key_of(view.request(task)));
  if (job == jobs_.end()) return;
  const IdVector<TaskId, AcceleratorId>& where = job->second.where;
  TaskId last = TaskId::none;
  for (const Edge& edge : view.model_task(task).outputs) {
    if (edge.task == last || where[edge.task] == AcceleratorId::none) continue;
    last = edge.task;
    out.prefetch({task.request, edge.task}, where[edge.task]);
  }
}

void StaticPlan::start_heads(const SystemView& view, Decisions& out) {
  free_.reset(view);
  for (const AcceleratorId a : rows_.ids())
    for (const Reservation& head : rows_[a]) {
      if (is_over(view, head)) continue;  // one before it may have been given back
      const Job& job = jobs_.at(head.job);
      if (job.request == RequestRef::none) {  // if it does not come, others must not wait for it
        if (job.arrival > wake_) out.wake_at(wake_ = job.arrival);
        break;
      }
      // A task that would only wait for its inputs must not keep later ones out of the gap before it.
      const TaskRef task{job.request, head.task};
      if (view.state(task).progress != Progress::ready || !free_.at(a) || !view.inputs_at(task, a)) break;
      if (!start(view, head, task, a, out)) break;
    }
}

/// Starts the task, at its operating point if the accelerator is empty. False if it has to wait: it cannot run at the
/// point that other tasks hold the accelerator at.
bool StaticPlan::start(const SystemView& view, const Reservation& head, TaskRef task, AcceleratorId a, Decisions& out) {
  const Accelerator& accelerator = view.accelerators[a];
  PointId point = accelerator.point;
  if (head.point != PointId::none && head.point != point && free_.left(a) == accelerator.slots) {
    point = head.point;
    out.set_operating_point(a, point);
  }
  if (view.alone_time_at(view.model_task(task), a, point) == kNever) return false;
  out.start(task, a);
  free_.take(a);
  return true;
}

}  // namespace hetsched
