#include <map>

#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/request_queue.hpp"

namespace hetsched {
namespace {

/// Least laxity first (least slack time): requests by deadline - now - estimated remaining time (ties:
/// request id), preemptive between tasks; each ready task on the free accelerator that would finish it first.
/// As `now` is common to all, the order changes with events only: O(log live) per event and request looked
/// at.
///
/// Equal laxities make requests alternate at every task. With a quantum > 0, a request that was chosen keeps
/// coming first until it has been served for that long.
class Llf final : public Policy {
 public:
  explicit Llf(Params& p)
      : estimates_(p),
        quantum_(p.number("quantum", {.fallback = 0,
                                      .min = 0,
                                      .doc = "least time of service, by prediction, before a request gives way",
                                      .unit = "s"})) {}

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& event : view.events)
      if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped)
        served_.erase(view.request(event.task).id);
    queue_.update(view, [&](const Request& request) {
      return Key{served_.count(request.id) == 0, {request.deadline, estimates_.remaining(request)}};
    });
    free_.reset(view);
    if (free_.any()) queue_.offer(view, [&](TaskRef task) { return start(view, task, out); });
  }

 private:
  using Key = std::pair<bool, TimeDifference>;  ///< not in its quantum, laxity + now

  bool start(const SystemView& view, TaskRef task, Decisions& out) {
    const AcceleratorId accelerator = free_.fastest(view, task);
    if (accelerator == AcceleratorId::none) return true;
    if (quantum_ > 0) {
      const std::uint64_t id = view.request(task).id;
      if (!clearly_less(served_[id] += view.run_time(task, accelerator), quantum_)) served_.erase(id);
    }
    return free_.start_fastest(view, task, out);
  }

  Estimates estimates_;
  Seconds quantum_;
  std::map<std::uint64_t, Seconds> served_;  ///< request id -> service of a quantum that is not over
  RequestQueue<Key> queue_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry llf() {
  return policy<Llf>("llf", "least laxity first (least slack time): deadline - now - estimated remaining time",
                     {.source = "Dertouzos 1974; Mok 1983 (here global and preemptive between tasks)",
                      .complexity = "log live per event; A per task looked at",
                      .knowledge = "deadlines, the models of requests",
                      .verified_by = "the set (2,5), (4,7): no miss, in unit-quantum order; Dhall's set: no miss"});
}

}  // namespace hetsched
