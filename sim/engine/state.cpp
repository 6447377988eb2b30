#include "engine/state.hpp"

#include <algorithm>
#include <tuple>

#include "base/errors.hpp"
#include "engine/event_queue.hpp"

namespace hetsched {

State::State(const Tables& tables) {
  tables.fill(view_);
  models_ = view_.models;
  streams_ = view_.streams;
  accelerators_.all().assign(view_.accelerators.begin(), view_.accelerators.end());
  memory_states_ = tables.room().memories;
  residences_ = tables.room().residences;
  view_.memory_states = memory_states_;
  view_.residences = residences_;
}

RequestRef State::release(StreamId stream, std::uint64_t index, double now, double deadline, bool gated) {
  RequestRef place = {};
  if (free_.empty()) {
    place = requests_.push_back({});
    accounts_.emplace_back();
    tasks_.emplace_back();
    replicas_.emplace_back();
  } else {
    place = free_.back();
    free_.pop_back();
  }
  const Stream& source = streams_[stream];
  const Model& model = models_[source.model];
  IdVector<TaskId, TaskState>& tasks = tasks_[place];
  tasks.assign(model.tasks.size(), TaskState{});
  for (const TaskId t : tasks.ids()) {
    std::uint32_t missing = 0;  // an edge carries a tensor; a predecessor may feed several
    const std::span<const Edge> inputs = model.tasks[t].inputs;
    for (std::size_t e = 0; e < inputs.size(); ++e)
      if (e == 0 || inputs[e].task != inputs[e - 1].task) ++missing;
    tasks[t].missing = missing;
  }
  replicas_[place].clear();
  RequestAccount& account = accounts_[place];
  account.gated = gated;
  account.running = account.leaving = 0;
  account.first_start = account.forecast = kNever;
  account.energy = 0;
  account.fetched.clear();
  requests_[place] = {.id = next_id_++,
                      .index = index,
                      .stream = stream,
                      .model = source.model,
                      .arrival = now,
                      .deadline = deadline,
                      .priority = source.priority,
                      .unfinished = static_cast<std::uint32_t>(tasks.size()),
                      .remaining_best = model.best_time,
                      .remaining_mean = model.mean_time,
                      .tasks = tasks,
                      .replicas = {},
                      .live = true};
  live_.push_back(place);
  if (!gated) open_gate(place, now);
  return place;
}

void State::open_gate(RequestRef request, double now) {
  accounts_[request].gated = false;
  const IdVector<TaskId, TaskState>& tasks = tasks_[request];
  for (const TaskId t : tasks.ids())
    if (tasks[t].missing == 0) make_ready({request, t}, now);
}

std::size_t State::ready_position(TaskRef task) const {
  const auto key = [this](TaskRef t) { return std::pair{requests_[t.request].id, t.task}; };
  const std::span<const TaskRef> items = ready_.items();
  const auto at =
      std::lower_bound(items.begin(), items.end(), task, [&](TaskRef a, TaskRef b) { return key(a) < key(b); });
  return static_cast<std::size_t>(at - items.begin());
}

void State::make_ready(TaskRef t, double now) {
  TaskState& state = task(t);
  state.progress = Progress::ready;
  state.ready = now;
  ready_.insert(ready_position(t), t);
  push_event({Event::Type::task_ready, t});
}

void State::start(TaskRef t, AcceleratorId accelerator, VariantId variant, double now, double finish) {
  ready_.erase(ready_position(t));
  TaskState& state = task(t);
  state.progress = Progress::running;
  state.accelerator = accelerator;
  state.variant = variant;
  state.start = now;
  state.compute = kNever;
  state.finish = finish;
  state.predicted = finish - now;
  ++state.attempts;
  RequestAccount& account = accounts_[t.request];
  ++account.running;
  account.first_start = std::min(account.first_start, now);
}

void State::take_slot(AcceleratorId accelerator, ModelId model) {
  --accelerators_[accelerator].free_slots;
  accelerators_[accelerator].last_model = model;
}

void State::begin_compute(TaskRef t, double now, double finish) {
  task(t).compute = now;
  task(t).finish = finish;
}

bool State::finish(TaskRef t, double finished_at, double now) {
  TaskState& state = task(t);
  state.progress = Progress::finished;
  state.finish = finished_at;
  --accounts_[t.request].running;
  Request& request = requests_[t.request];
  const ModelTask& done = model_task(t);
  --request.unfinished;
  if (request.unfinished == 0) {
    request.remaining_best = request.remaining_mean = 0;
  } else {
    request.remaining_best -= done.best_time;
    request.remaining_mean -= done.mean_time;
  }
  TaskId last = TaskId::none;
  for (const Edge& edge : done.outputs) {
    if (edge.task == last) continue;
    last = edge.task;
    TaskState& next = tasks_[t.request][edge.task];
    // A task that has run before needs no second run because one before it had one.
    if (--next.missing == 0 && next.progress == Progress::waiting) make_ready({t.request, edge.task}, now);
  }
  return request.unfinished == 0;
}

void State::interrupt(TaskRef t, double now, bool again) {
  TaskState& state = task(t);
  --accounts_[t.request].running;
  state.accelerator = AcceleratorId::none;
  state.finish = state.compute = state.start = kNever;
  state.progress = Progress::waiting;
  if (again) make_ready(t, now);
}

void State::redo(TaskRef t, std::uint32_t missing, double now) {
  TaskState& state = task(t);
  HETSCHED_ASSERT(state.progress == Progress::finished, "only what has finished is run again");
  state.accelerator = AcceleratorId::none;
  state.finish = state.compute = state.start = kNever;
  state.progress = Progress::waiting;
  state.missing = missing;
  Request& request = requests_[t.request];
  const ModelTask& again = model_task(t);
  ++request.unfinished;
  request.remaining_best += again.best_time;
  request.remaining_mean += again.mean_time;
  TaskId last = TaskId::none;
  for (const Edge& edge : again.outputs) {
    if (edge.task == last) continue;
    last = edge.task;
    TaskState& next = tasks_[t.request][edge.task];
    ++next.missing;
    if (next.progress != Progress::ready) continue;
    ready_.erase(ready_position({t.request, edge.task}));
    next.progress = Progress::waiting;
  }
  if (missing == 0) make_ready(t, now);
}

void State::free_slot(AcceleratorId accelerator, double now) {
  Accelerator& a = accelerators_[accelerator];
  ++a.free_slots;
  a.free_at = std::min(a.free_at, now);  // what was predicted no longer matters
}

RequestRecord State::record(RequestRef request, RequestStatus status, double end) const {
  const Request& r = requests_[request];
  const RequestAccount& account = accounts_[request];
  RequestRecord record;
  record.request = r.id;
  record.stream = streams_[r.stream].name;
  record.model = models_[r.model].name;
  record.index = r.index;
  record.arrival = r.arrival;
  if (r.deadline < kNever) record.deadline = r.deadline;
  if (account.first_start < kNever) record.start = account.first_start;
  if (account.forecast < kNever) record.forecast = account.forecast;
  record.status = status;
  record.energy = account.energy;
  record.accuracy_loss = r.accuracy_loss;
  record.end = end;
  if (status != RequestStatus::finished && status != RequestStatus::late) return record;
  record.finish = end;
  record.latency = end - r.arrival;
  if (r.deadline < kNever) record.tardiness = status == RequestStatus::late ? end - r.deadline : 0;
  return record;
}

void State::end(RequestRef request) {
  if (requests_[request].unfinished > 0)
    for (const TaskId t : tasks_[request].ids()) {
      if (tasks_[request][t].progress != Progress::ready) continue;
      ready_.erase(ready_position({request, t}));
      tasks_[request][t].progress = Progress::waiting;
    }
  if (std::erase(departing_, request) == 0) take_from_live(request);
  ended_.push_back(request);
}

void State::depart(RequestRef request) {
  take_from_live(request);
  departing_.push_back(request);
}

void State::take_from_live(RequestRef request) {
  const std::span<const RequestRef> items = live_.items();
  const auto at = std::lower_bound(items.begin(), items.end(), requests_[request].id,
                                   [this](RequestRef place, std::uint64_t id) { return requests_[place].id < id; });
  HETSCHED_ASSERT(at != items.end() && *at == request, "a request ends once");
  live_.erase(static_cast<std::size_t>(at - items.begin()));
  requests_[request].live = false;
}

void State::free_ended() {
  free_.insert(free_.end(), ended_.begin(), ended_.end());
  ended_.clear();
}

void State::sort_events() {
  if (events_.size() < 2) return;
  const auto key = [this](const Event& e) {
    const bool has_request = e.task.request != RequestRef::none;
    return std::tuple{e.type, has_request ? requests_[e.task.request].id : 0, e.task.task, e.accelerator};
  };
  const auto before = [&](const Event& a, const Event& b) { return key(a) < key(b); };
  constexpr std::size_t kFew = 16;  // for which std::stable_sort, which allocates memory, takes longer
  if (events_.size() > kFew) {
    std::stable_sort(events_.begin(), events_.end(), before);
    return;
  }
  for (std::size_t i = 1; i < events_.size(); ++i)
    for (std::size_t k = i; k > 0 && before(events_[k], events_[k - 1]); --k) std::swap(events_[k], events_[k - 1]);
}

void State::foretell(std::vector<FutureRequest> future) {
  future_ = std::move(future);
  view_.future = future_;
}

const SystemView& State::view(double now) {
  while (!view_.future.empty() && view_.future.front().arrival <= now + instant_width(now))
    view_.future = view_.future.subspan(1);
  view_.now = now;
  view_.events = events_;
  view_.accelerators = accelerators_;
  view_.requests = requests_;
  view_.live = live_.items();
  view_.ready = ready_.items();
  return view_;
}

}  // namespace hetsched
