#include "contract/watched_policy.hpp"

#include <algorithm>
#include <optional>

namespace hetsched::contract {

void WatchedPolicy::begin(const SystemView& view) {
  expect(view.live.empty(), "nothing has arrived before the run begins");
  for (const MemoryState& memory : view.memory_states) used_at_start_.push_back(memory.used);
  policy_.begin(view);
}

void WatchedPolicy::decide(const SystemView& view, Decisions& out) {
  expect(view.now >= last_, "time never goes back");
  last_ = view.now;
  check_events(view);
  check_requests(view);
  check_accelerators(view);
  check_memories(view);
  policy_.decide(view, out);
}

void WatchedPolicy::expect(bool holds, const char* what) {
  if (!holds && std::find(broken_.begin(), broken_.end(), what) == broken_.end()) broken_.emplace_back(what);
}

void WatchedPolicy::check_events(const SystemView& view) {
  expect(!view.events.empty(), "a call has a reason");
  expect(std::is_sorted(view.events.begin(), view.events.end(),
                        [](const Event& a, const Event& b) { return a.type < b.type; }),
         "events come by kind");
  for (const Event& e : view.events) {
    if (e.type == Event::Type::request_arrived) {
      expect(view.request(e.task).id == arrived_++, "requests arrive one after the other");
    } else if (e.type == Event::Type::request_finished || e.type == Event::Type::request_dropped) {
      expect(!view.request(e.task).live, "a request that ended is not live");
      expect(ended_.insert(view.request(e.task).id).second, "a request ends once");
    } else if (e.type == Event::Type::task_ready && view.request(e.task).live) {
      expect(view.state(e.task).progress == Progress::ready, "task_ready: the task is ready");
    } else if (e.type == Event::Type::task_finished) {
      expect(view.state(e.task).progress == Progress::finished, "task_finished: the task has finished");
    }
  }
}

void WatchedPolicy::check_requests(const SystemView& view) {
  std::vector<TaskRef> ready;
  std::optional<std::uint64_t> last;
  for (const RequestRef r : view.live) {
    const Request& request = view.requests[r];
    expect(request.live, "live requests are live");
    expect(!last || *last < request.id, "live requests are ordered by id");
    last = request.id;
    expect(request.arrival <= view.now, "nothing is seen before it arrives");
    expect(ended_.count(request.id) == 0, "what ended stays away");
    check_tasks(view, request);
    for (const TaskId t : request.tasks.ids())
      if (request.tasks[t].progress == Progress::ready) ready.push_back({r, t});
  }
  expect(std::equal(ready.begin(), ready.end(), view.ready.begin(), view.ready.end()),
         "ready lists what is ready, by request and task");
}

void WatchedPolicy::check_tasks(const SystemView& view, const Request& request) {
  const IdSpan<TaskId, const ModelTask> tasks = view.models[request.model].tasks;
  std::uint32_t unfinished = 0;
  for (const TaskId t : tasks.ids()) {
    const TaskState& task = request.tasks[t];
    unfinished += task.progress == Progress::finished ? 0 : 1;
    std::set<TaskId> missing;
    for (const Edge& e : tasks[t].inputs)
      if (request.tasks[e.task].progress != Progress::finished) missing.insert(e.task);
    expect(task.missing == missing.size(), "missing counts predecessors");
    expect(task.progress == Progress::waiting || task.progress == Progress::finished || missing.empty(),
           "only tasks without missing predecessors get ready");
    expect((task.accelerator == AcceleratorId::none) == (task.progress < Progress::running),
           "tasks that run or ran have an accelerator");
  }
  expect(unfinished > 0, "a live request has something left");
  expect(request.unfinished == unfinished, "unfinished counts tasks");
}

void WatchedPolicy::check_accelerators(const SystemView& view) {
  IdVector<AcceleratorId, std::uint32_t> running(view.accelerators.size(), 0);
  for (const RequestRef r : view.live)
    for (const TaskState& task : view.requests[r].tasks)
      if (task.progress == Progress::running) ++running[task.accelerator];
  for (const AcceleratorId a : running.ids()) {
    const Accelerator& accelerator = view.accelerators[a];
    const std::uint32_t taken = accelerator.slots - accelerator.free_slots - accelerator.guests;
    expect(view.kinds[accelerator.kind].max_batch > 1 ? taken <= running[a] && (taken > 0) == (running[a] > 0)
                                                      : taken == running[a],
           "slots are free or taken, by one task or batch each");
    expect(accelerator.available || running[a] == 0, "nothing runs on what is off");
    expect(accelerator.free_slots == 0 || accelerator.free_at <= view.now,
           "an accelerator with a free slot is free now");
  }
}

void WatchedPolicy::check_memories(const SystemView& view) {
  for (const MemoryId m : view.memory_states.ids()) {
    const MemoryState& memory = view.memory_states[m];
    Bytes loaded = used_at_start_[m];
    for (const WeightsId w : view.weights.ids()) {
      const Residence& lie = view.residence(w, m);
      expect(!lie.kept || lie.presence == Presence::there, "what is kept is there");
      expect(lie.users == 0 || lie.presence != Presence::absent, "weights in use are not absent");
      if (!lie.kept && lie.presence != Presence::absent) loaded += memory.in_pages(view.weights[w].bytes);
    }
    expect(memory.used <= memory.capacity, "no memory holds more than its capacity");
    expect(memory.used >= loaded, "weights take room");
    // A request that is not live may still have its result on the way.
    if (ended_.size() == arrived_) expect(memory.used == loaded, "without requests nothing but weights takes room");
  }
}

}  // namespace hetsched::contract
