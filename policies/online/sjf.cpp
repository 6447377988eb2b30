#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/request_queue.hpp"

namespace hetsched {
namespace {

/// Shortest job first: requests by the estimated time of the whole (ties: request id), each ready task on the
/// free accelerator that would finish it first. Requests are not preempted: those that have begun come first,
/// unless `preemptive`. O(log live) per event and request looked at, O(accelerators) per task.
class Sjf final : public Policy {
 public:
  explicit Sjf(Params& p)
      : estimates_(p),
        preemptive_(p.flag("preemptive", false, "a shorter request may go between the tasks of one that has begun")) {}

  void decide(const SystemView& view, Decisions& out) override {
    queue_.update(view, [&](const Request& request) {
      return Key{preemptive_ || !begun(request), estimates_.total(view, request)};
    });
    free_.reset(view);
    if (free_.any()) queue_.offer(view, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  using Key = std::pair<bool, Seconds>;

  Estimates estimates_;
  bool preemptive_;
  RequestQueue<Key> queue_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry sjf() {
  return policy<Sjf>("sjf", "shortest job first: requests by their estimated time, not preempted once begun",
                     {.source = "textbook; e.g. Stallings, Operating Systems, ch. 9 (there SPN)",
                      .complexity = "log live per event; A per task looked at",
                      .knowledge = "the models of requests",
                      .verified_by = "Stallings' five processes, Silberschatz's waiting times"});
}

}  // namespace hetsched
