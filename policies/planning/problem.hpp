/// \file
/// What is planned: tasks with costs on unrelated accelerators, tensors between them, what the accelerators are
/// promised to, and how they disturb each other. Rules and searches get a problem and return a plan; nothing here
/// knows of events or of the engine. Time 0 is when planning happens.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "hetsched/ids.hpp"
#include "hetsched/tolerance.hpp"
#include "hetsched/view.hpp"

namespace hetsched::planning {

/// A task of a problem, a request of a problem, a slot of one of its accelerators. Accelerators, memories and models
/// have the ids of the platform and the workload.
enum class PlanTaskId : std::uint32_t { none = 0xffffffffu };
enum class PlanRequestId : std::uint32_t { none = 0xffffffffu };
enum class SlotId : std::uint32_t { none = 0xffffffffu };

/// Of a task alone on an accelerator.
struct TaskCost {
  Seconds time = kNever;  ///< without the overheads of the accelerator; kNever: it cannot run there
  Bytes traffic = 0;      ///< over the accelerator's memory meanwhile
  Joules energy = 0;
  double demand = 0;  ///< B/s that it wants of the memory, as SystemView::demand_at()
};

/// A time that a slot is promised to something else.
struct Interval {
  Seconds start = 0, end = 0;
  ModelId model = ModelId::none;  ///< what runs there, for the switch that comes after it
};

struct PlanAccelerator {
  KindId kind{};
  MemoryId memory{};
  double port = kNever;     ///< B/s between one task and the memory, at most
  Seconds overhead = 0;     ///< before every task
  Seconds switch_time = 0;  ///< before a task of another model than the one that started last
  Joules switch_energy = 0;
  ModelId last_model = ModelId::none;
  std::uint32_t slots = 1;  ///< tasks it runs at once; see Problem::kMostSlots
};

struct PlanSlot {
  AcceleratorId accelerator{};
  std::vector<Interval> promised = {};  ///< by start, apart from each other
};

/// A tensor from or to another task of the problem.
struct PlanEdge {
  PlanTaskId task{};  ///< the other end
  Bytes bytes = 0;
  std::uint32_t delays = 0;  ///< 0: it takes what its bytes take over the links; else which table of delays it has
};

struct PlanTask {
  PlanRequestId request{};
  ModelId model = ModelId::none;
  TaskId model_task = TaskId::none;     ///< what it is, for those who look it up
  Seconds release = 0;                  ///< it starts no earlier
  std::vector<Seconds> inputs_at = {};  ///< by accelerator: when its inputs from outside are there; empty: they are
  std::vector<PlanEdge> inputs = {}, outputs = {};
};

struct PlanRequest {
  Seconds deadline = kNever;
  Seconds finish = 0;  ///< it ends no earlier, whatever becomes of its tasks here
};

/// How tasks that share a memory of limited bandwidth are expected to slow each other down:
///  - none: they are not
///  - max_min: bytes flow beside computing; the bandwidth is shared max-min fairly, each task capped by its port
///  - proportional: a task needs traffic / time; if all need more than there is, all slow down by the same factor
/// A memory for which the platform has a model of its own slows them down by that instead, unless they are not at all.
enum class Sharing : std::uint8_t { none, max_min, proportional };

/// Whom an accelerator is expected to serve first: who has waited longest, or who belongs to the earlier request; ties
/// by task. Of those who estimate queues instead of planning starts.
enum class Queue : std::uint8_t { ready, request };

/// Tasks are in a topological order, those of a request together: inputs name earlier tasks, outputs later ones. That
/// order is the "lowest task" of all tie rules, and that of slots the "lowest accelerator".
class Problem {
 public:
  /// Slots of one accelerator that are planned with, at most: what rules cost grows with them.
  static constexpr std::uint32_t kMostSlots = 64;

  Problem() = default;
  /// So many accelerators of one slot each, without overheads.
  explicit Problem(std::size_t count) {
    for (std::size_t a = 0; a < count; ++a) add_accelerator({});
  }

  IdVector<AcceleratorId, PlanAccelerator> accelerators;
  IdVector<SlotId, PlanSlot> slots;  ///< those of an accelerator together, in order of accelerators
  IdVector<MemoryId, double> memory_bandwidths = {kNever};  ///< B/s
  const CoRunModel* co_run = nullptr;  ///< who knows of memories with a model of their own; valid while it plans
  IdVector<PlanTaskId, PlanTask> tasks;
  IdVector<PlanRequestId, PlanRequest> requests;
  Sharing sharing = Sharing::none;
  Queue queue = Queue::ready;
  double contention = 1;  ///< while several accelerators are busy, each is this many times slower
  bool switches = true;   ///< plan for switch times

  AcceleratorId add_accelerator(const PlanAccelerator& accelerator) {
    const AcceleratorId id = accelerators.push_back(accelerator);
    const std::size_t n = accelerators.size();
    first_slots_.push_back(slots.size());
    for (std::uint32_t s = 0; s < std::clamp(accelerator.slots, 1u, kMostSlots); ++s) slots.push_back({id});
    links_.resize(n * n);  // links are set when all accelerators are there
    return id;
  }
  PlanRequestId add_request(Seconds deadline = kNever, Seconds finish = 0) {
    return requests.push_back({deadline, finish});
  }
  /// `costs` by accelerator.
  PlanTaskId add_task(PlanRequestId request, std::span<const TaskCost> costs, ModelId model = ModelId::none) {
    costs_.insert(costs_.end(), costs.begin(), costs.end());
    PlanTask task;
    task.request = request;
    task.model = model;
    return tasks.push_back(std::move(task));
  }
  void add_edge(PlanTaskId from, PlanTaskId to, Bytes bytes) { add_edge(from, to, bytes, 0); }
  /// `delays`: from the end of one task to when the other may start, by accelerator of the first and of the second.
  void add_edge(PlanTaskId from, PlanTaskId to, std::span<const Seconds> delays) {
    delays_.insert(delays_.end(), delays.begin(), delays.end());
    add_edge(from, to, 0, static_cast<std::uint32_t>(delays_.size() / delays.size()));
  }
  /// The way from one accelerator's memory to another's.
  void set_link(AcceleratorId from, AcceleratorId to, const Route& route) { links_[pair(from, to)] = route; }
  void forbid(PlanTaskId task, AcceleratorId accelerator) { costs_[at(task, accelerator)].time = kNever; }
  /// The task may run nowhere else.
  void fix(PlanTaskId task, AcceleratorId accelerator) {
    for (const AcceleratorId a : accelerators.ids())
      if (a != accelerator) forbid(task, a);
  }

  [[nodiscard]] bool has_model(MemoryId memory) const {
    return sharing != Sharing::none && co_run != nullptr && co_run->has_model(memory);
  }
  [[nodiscard]] std::size_t size() const { return tasks.size(); }
  [[nodiscard]] AcceleratorId accelerator(SlotId slot) const { return slots[slot].accelerator; }
  [[nodiscard]] IdRange<SlotId> slots_of(AcceleratorId a) const {
    const std::size_t next = index_of(a) + 1;
    return {first_slots_[index_of(a)], next < first_slots_.size() ? first_slots_[next] : slots.size()};
  }
  /// The end of the last time a slot is promised to something else.
  [[nodiscard]] Seconds busy_until(SlotId slot) const {
    return slots[slot].promised.empty() ? 0 : slots[slot].promised.back().end;
  }
  [[nodiscard]] const TaskCost& cost(PlanTaskId task, AcceleratorId accelerator) const {
    return costs_[at(task, accelerator)];
  }
  [[nodiscard]] bool runs_on(PlanTaskId task, AcceleratorId accelerator) const {
    return cost(task, accelerator).time < kNever;
  }
  [[nodiscard]] bool runs_on(PlanTaskId task, SlotId slot) const { return runs_on(task, accelerator(slot)); }
  [[nodiscard]] bool runs_anywhere(PlanTaskId task) const {
    return std::any_of(costs_.begin() + at(task, AcceleratorId{0}), costs_.begin() + at(task, end_of_row()),
                       [](const TaskCost& c) { return c.time < kNever; });
  }
  /// w(t,p): from taking a slot to the end, without switch and contention.
  [[nodiscard]] Seconds time(PlanTaskId task, AcceleratorId accelerator) const {
    return accelerators[accelerator].overhead + cost(task, accelerator).time;
  }
  [[nodiscard]] Seconds time(PlanTaskId task, SlotId slot) const { return time(task, accelerator(slot)); }
  /// The least of these; kNever: nothing runs it.
  [[nodiscard]] Seconds least_time(PlanTaskId task) const {
    Seconds least = kNever;
    for (const AcceleratorId a : accelerators.ids()) least = std::min(least, time(task, a));
    return least;
  }
  /// When the inputs of a task that come from outside of the problem are at an accelerator, and it may start.
  [[nodiscard]] Seconds released(const PlanTask& task, AcceleratorId accelerator) const {
    return task.inputs_at.empty() ? task.release : std::max(task.release, task.inputs_at[index_of(accelerator)]);
  }
  /// c(e,p,q): predicted time of a transfer, alone.
  [[nodiscard]] Seconds transfer(const PlanEdge& edge, AcceleratorId from, AcceleratorId to) const {
    if (edge.delays != 0) return delays_[(edge.delays - 1) * links_.size() + pair(from, to)];
    if (from == to || edge.bytes <= 0) return 0;
    const Route& link = links_[pair(from, to)];
    return link.latency + edge.bytes * link.seconds_per_byte;
  }
  /// The mean over all ways from one slot to another one.
  [[nodiscard]] Route mean_link() const {
    Route mean;
    for (const PlanSlot& p : slots)
      for (const PlanSlot& q : slots) {
        if (p.accelerator == q.accelerator) continue;
        mean.latency += links_[pair(p.accelerator, q.accelerator)].latency;
        mean.seconds_per_byte += links_[pair(p.accelerator, q.accelerator)].seconds_per_byte;
      }
    const double ways = static_cast<double>(slots.size()) * (static_cast<double>(slots.size()) - 1);
    return ways > 0 ? Route{mean.latency / ways, mean.seconds_per_byte / ways} : mean;
  }
  /// Mean c(e): of an edge with delays over all ways from one accelerator to another one that end.
  [[nodiscard]] Seconds mean_transfer(const PlanEdge& edge, const Route& mean) const {
    if (edge.delays == 0) return edge.bytes > 0 ? mean.latency + edge.bytes * mean.seconds_per_byte : 0;
    double sum = 0, number = 0;
    for (const AcceleratorId from : accelerators.ids())
      for (const AcceleratorId to : accelerators.ids()) {
        const Seconds there = transfer(edge, from, to);
        if (from == to || !(there < kNever)) continue;
        sum += there;
        ++number;
      }
    return number > 0 ? sum / number : 0;
  }
  /// Is a task of this model on an accelerator preceded by a switch, if one of model `before` started there last?
  [[nodiscard]] bool is_switch(AcceleratorId accelerator, ModelId before, ModelId model) const {
    return switches && accelerators[accelerator].switch_time > 0 && before != ModelId::none && before != model;
  }

 private:
  using Offset = std::ptrdiff_t;

  [[nodiscard]] std::size_t pair(AcceleratorId from, AcceleratorId to) const {
    return index_of(from) * accelerators.size() + index_of(to);
  }
  [[nodiscard]] Offset at(PlanTaskId task, AcceleratorId accelerator) const {
    return static_cast<Offset>(index_of(task) * accelerators.size() + index_of(accelerator));
  }
  [[nodiscard]] AcceleratorId end_of_row() const { return id_of<AcceleratorId>(accelerators.size()); }
  void add_edge(PlanTaskId from, PlanTaskId to, Bytes bytes, std::uint32_t delays) {
    tasks[from].outputs.push_back({to, bytes, delays});
    tasks[to].inputs.push_back({from, bytes, delays});
  }

  std::vector<std::size_t> first_slots_;  ///< by accelerator
  std::vector<Route> links_;              ///< accelerators x accelerators, from-major
  std::vector<Seconds> delays_;           ///< per table: likewise
  std::vector<TaskCost> costs_;           ///< tasks x accelerators
};

/// Tasks that can be placed: an accelerator runs them and all they need.
std::vector<PlanTaskId> placeable_tasks(const Problem& problem);

}  // namespace hetsched::planning
