#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/request_queue.hpp"

namespace hetsched {
namespace {

/// Shortest remaining processing time: requests by the estimated time of their unfinished tasks (ties:
/// request id), preemptive between tasks; each ready task on the free accelerator that would finish it first.
/// O(log live) per event and request looked at, O(accelerators) per task.
class Srpt final : public Policy {
 public:
  explicit Srpt(Params& p) : estimates_(p) {}

  void decide(const SystemView& view, Decisions& out) override {
    queue_.update(view, [&](const Request& request) {
      // What is left is the total less what is done.
      TimeDifference left(estimates_.total(view, request), 0);
      left.value = estimates_.remaining(request);
      return left;
    });
    free_.reset(view);
    if (free_.any()) queue_.offer(view, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  Estimates estimates_;
  RequestQueue<TimeDifference> queue_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry srpt() {
  return policy<Srpt>("srpt", "shortest remaining processing time first, preemptive between tasks",
                      {.source = "Schrage, Operations Research 16(3), 1968; Stallings, ch. 9 (there SRT)",
                       .complexity = "log live per event; A per task looked at",
                       .knowledge = "the models of requests",
                       .verified_by = "Stallings' five processes, Silberschatz's waiting times, the SJF of the "
                                      "public Dysta code on five requests"});
}

}  // namespace hetsched
