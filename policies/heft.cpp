#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "builtin.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// A time an accelerator is promised to a task.
struct Reservation {
  Seconds start = 0, end = 0;
  std::uint64_t order = 0;  ///< of planning: breaks ties between tasks of no duration
  TaskRef task;
  std::uint64_t request_id = 0;
};

/// HEFT: when a request can start, all its tasks are planned by decreasing upward rank, each where it finishes
/// earliest, with insertion into gaps, around what is planned already for other requests. Execution keeps each
/// accelerator's planned order and moves tensors to where they will be needed as soon as they exist.
///
/// rank_u(t) = mean_p w(t,p) + max_s (mean_{p != q} c(t,s,p,q) + rank_u(s)); ties by topological order.
/// O(tasks x (predecessors + reservations) x accelerators) per request. When an accelerator is turned off or
/// on, everything that has not started is planned anew.
class Heft final : public Policy {
 public:
  explicit Heft(Params& p)
      : insertion_(p.flag("insertion", true, "use gaps between planned tasks, not only the end of the plan")),
        across_(p.flag("across_requests", true, "plan around the tasks of other requests, not on an empty platform")) {}

  void begin(const SystemView& view) override {
    plans_.resize(view.accelerators.size());
    for (const Model& model : view.models) orders_.push_back(priority_order(view, model));
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& event : view.events)
      if (event.type == Event::Type::accelerator_changed) replan(view, out);
    for (const Event& event : view.events) {
      if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped)
        planned_.erase(view.request(event.task).id);
      if (event.type == Event::Type::request_dropped) forget(view.request(event.task).id);
      if (event.type == Event::Type::task_ready && view.request(event.task).live) plan(view, event.task.request, out);
    }
    for (const Event& event : view.events)
      if (event.type == Event::Type::task_finished) prefetch_outputs(view, event.task, out);
    start_heads(view, out);
  }

 private:
  using Plan = std::vector<Reservation>;  ///< of one accelerator, by (start, order); only tasks not started yet

  [[nodiscard]] static Seconds duration(const SystemView& view, const ModelTask& task, std::uint32_t a) {
    const Accelerator& accelerator = view.accelerators[a];
    return view.kinds[accelerator.kind].dispatch_time + view.alone_time(task, a);
  }

  static Seconds mean_transfer(const SystemView& view, Bytes bytes) {
    Seconds sum = 0;
    const std::size_t n = view.accelerators.size();
    for (const Accelerator& from : view.accelerators)
      for (const Accelerator& to : view.accelerators) sum += view.route_time(from.memory, to.memory, bytes);
    return n > 1 ? sum / static_cast<double>(n * (n - 1)) : 0;
  }

  /// The tasks of a model by decreasing upward rank.
  static std::vector<std::uint32_t> priority_order(const SystemView& view, const Model& model) {
    std::vector<double> rank(model.tasks.size(), 0);
    for (std::size_t t = model.tasks.size(); t-- > 0;) {
      double sum = 0, supported = 0;
      for (std::uint32_t a = 0; a < view.accelerators.size(); ++a) {
        const Seconds time = duration(view, model.tasks[t], a);
        if (time == kNever) continue;
        sum += time;
        ++supported;
      }
      double tail = 0;
      for (const Edge& edge : model.tasks[t].outputs)
        tail = std::max(tail, mean_transfer(view, edge.bytes) + rank[edge.task]);
      rank[t] = (supported > 0 ? sum / supported : 0) + tail;
    }
    // Sums in another order differ in the last bits: what is equal on paper must tie here.
    const double grain = 1e-12 * *std::max_element(rank.begin(), rank.end());
    if (grain > 0)
      for (double& r : rank) r = std::round(r / grain) * grain;
    std::vector<std::uint32_t> order(model.tasks.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return rank[a] > rank[b]; });
    return order;
  }

  void plan(const SystemView& view, std::uint32_t r, Decisions& out) {
    const Request& request = view.requests[r];
    if (!planned_.try_emplace(request.id).second) return;
    std::vector<Placement> placed(request.tasks.size());
    for (std::uint32_t t = 0; t < request.tasks.size(); ++t)
      if (request.tasks[t].progress >= Progress::running)
        placed[t] = {request.tasks[t].accelerator, std::max(request.tasks[t].finish, view.now)};
    Seconds finish = view.now;
    for (const std::uint32_t t : orders_[request.model]) {
      if (request.tasks[t].progress < Progress::running) placed[t] = place(view, {r, t}, placed);
      finish = std::max(finish, placed[t].end);
    }
    if (finish < kNever) out.forecast(r, finish);
    std::vector<std::uint32_t>& where = planned_[request.id];
    for (const Placement& p : placed) where.push_back(p.accelerator);
    // Inputs that exist already (after planning anew) can move at once.
    for (std::uint32_t t = 0; t < request.tasks.size(); ++t)
      if (request.tasks[t].progress < Progress::running && where[t] != kNone && view.memories > 1)
        out.prefetch({r, t}, where[t]);
  }

  struct Placement {
    std::uint32_t accelerator = kNone;
    Seconds end = kNever;
  };

  /// Reserves the accelerator on which the task finishes earliest (ties: lowest index).
  Placement place(const SystemView& view, TaskRef task, const std::vector<Placement>& placed) {
    const ModelTask& model_task = view.model_task(task);
    Placement best;
    Reservation reservation{kNever, kNever, next_order_++, task, view.request(task).id};
    for (std::uint32_t a = 0; a < view.accelerators.size(); ++a) {
      const Accelerator& accelerator = view.accelerators[a];
      const Seconds time = duration(view, model_task, a);
      if (!accelerator.available || time == kNever) continue;
      Seconds inputs_there = view.now;
      for (const Edge& edge : model_task.inputs) {
        const Placement& from = placed[edge.task];
        if (from.accelerator == kNone) continue;
        const std::uint32_t memory = view.accelerators[from.accelerator].memory;
        inputs_there = std::max(inputs_there, from.end + view.route_time(memory, accelerator.memory, edge.bytes));
      }
      const Seconds start = earliest(view, a, task, inputs_there, time);
      if (start + time < best.end * (1 - 1e-12) || best.accelerator == kNone) {
        best = {a, start + time};
        reservation.start = start;
        reservation.end = start + time;
      }
    }
    if (best.accelerator == kNone) return best;  // nothing that is on can run it: planned anew when something changes
    Plan& plan = plans_[best.accelerator];
    const auto at = std::upper_bound(plan.begin(), plan.end(), reservation, [](const Reservation& x, const Reservation& y) {
      return x.start != y.start ? x.start < y.start : x.order < y.order;
    });
    plan.insert(at, reservation);
    return best;
  }

  /// Earliest start on an accelerator from `from` on, for `time`.
  [[nodiscard]] Seconds earliest(const SystemView& view, std::uint32_t a, TaskRef task, Seconds from, Seconds time) const {
    const Accelerator& accelerator = view.accelerators[a];
    const std::uint64_t request = view.request(task).id;
    Seconds start = from;
    if (accelerator.free_slots == 0 && across_) start = std::max(start, accelerator.free_at);
    for (const Reservation& r : plans_[a]) {
      if (!across_ && r.request_id != request) continue;
      if (insertion_ && start + time <= r.start) break;
      start = std::max(start, r.end);
    }
    return start;
  }

  void prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const {
    if (view.memories == 1 || !view.request(task).live) return;
    const auto where = planned_.find(view.request(task).id);
    if (where == planned_.end()) return;
    std::uint32_t last = kNone;
    for (const Edge& edge : view.model_task(task).outputs) {
      if (edge.task == last || where->second[edge.task] == kNone) continue;
      last = edge.task;
      out.prefetch({task.request, edge.task}, where->second[edge.task]);
    }
  }

  void start_heads(const SystemView& view, Decisions& out) {
    free_.reset(view);
    for (std::uint32_t a = 0; a < plans_.size(); ++a) {
      Plan& plan = plans_[a];
      std::size_t done = 0;
      for (; done < plan.size(); ++done) {
        const Reservation& head = plan[done];
        const Request& request = view.request(head.task);
        if (!request.live || request.id != head.request_id) continue;
        const Progress progress = request.tasks[head.task.task].progress;
        if (progress >= Progress::running) continue;
        // A task that would only wait for its inputs must not keep later ones out of the gap before it.
        if (progress != Progress::ready || !free_.at(a) || !view.inputs_at(head.task, a)) break;
        out.start(head.task, a);
        free_.take(a);
      }
      plan.erase(plan.begin(), plan.begin() + static_cast<std::ptrdiff_t>(done));
    }
  }

  void forget(std::uint64_t request_id) {
    for (Plan& plan : plans_)
      std::erase_if(plan, [&](const Reservation& r) { return r.request_id == request_id; });
  }

  void replan(const SystemView& view, Decisions& out) {
    for (Plan& plan : plans_) plan.clear();
    const std::map<std::uint64_t, std::vector<std::uint32_t>> before = std::exchange(planned_, {});
    for (const std::uint32_t r : view.live)
      if (before.count(view.requests[r].id) > 0) plan(view, r, out);
  }

  bool insertion_, across_;
  std::vector<std::vector<std::uint32_t>> orders_;  ///< by model
  std::vector<Plan> plans_;                         ///< by accelerator
  std::map<std::uint64_t, std::vector<std::uint32_t>> planned_;  ///< request id -> accelerator of each task
  std::uint64_t next_order_ = 0;
  FreeSlots free_;
};

}  // namespace

PolicyEntry heft() {
  return policy<Heft>("heft", "heterogeneous earliest finish time: a static plan per request, with insertion",
                      {.source = "Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002",
                       .complexity = "per request: tasks x (inputs + plan) x A",
                       .knowledge = "the layers and tensors of each request, routes",
                       .verified_by = "Topcuoglu's graph: 80; Arabnejad and Barbosa's: 133; a second request into the gaps: 109"});
}

}  // namespace hetsched
