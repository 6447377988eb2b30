#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/request_queue.hpp"

namespace hetsched {
namespace {

/// Earliest deadline until zero laxity: global EDF, but requests that must run from now on without a pause to
/// meet their deadline (deadline - estimated remaining time <= now) come first, by that. Ties: request id.
/// Preemptive between tasks; each ready task on the free accelerator that would finish it first.
/// O(log live) per event and request looked at.
class Edzl final : public Policy {
 public:
  explicit Edzl(Params& p) : estimates_(p) {}

  void decide(const SystemView& view, Decisions& out) override {
    by_laxity_.update(view, [&](const Request& request) { return must_start(request); });
    by_deadline_.update(view, [](const Request& request) { return request.deadline; });
    free_.reset(view);
    if (!free_.any()) return;
    // Sums of times that are equal on paper differ in the last bits.
    const Seconds now = view.now + 1e-12 * view.now;
    by_laxity_.offer_up_to(view, now, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
    if (!free_.any()) return;
    by_deadline_.offer(view, [&](TaskRef task) {
      return must_start(view.request(task)) <= now || free_.start_fastest(view, task, out);
    });
  }

 private:
  [[nodiscard]] Seconds must_start(const Request& request) const {
    return request.deadline - estimates_.remaining(request);
  }

  Estimates estimates_;
  RequestQueue<Seconds> by_laxity_, by_deadline_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry edzl() {
  return policy<Edzl>("edzl", "earliest deadline first, but requests without laxity before all others",
                      {.source = "Cho, Lee, Han, Lin, IEICE Trans. 2002 (global, preemptive between tasks)",
                       .complexity = "log live per event; A per task looked at",
                       .knowledge = "deadlines, the models of requests",
                       .verified_by = "Dhall's set, which global EDF misses and EDZL meets"});
}

}  // namespace hetsched
