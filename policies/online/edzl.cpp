#include <set>

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
    by_laxity_.update(
        view, [&](const Request& request) { return TimeDifference(request.deadline, estimates_.remaining(request)); });
    by_deadline_.update(view, [](const Request& request) { return request.deadline; });
    free_.reset(view);
    if (!free_.any()) return;
    offered_.clear();
    by_laxity_.offer_while(
        view,
        [&](const Request& request) {
          const Seconds must_start = request.deadline - estimates_.remaining(request);
          return must_start < kNever && !clearly_before(view.now, must_start, request.deadline);
        },
        [&](TaskRef task) {
          offered_.insert(view.request(task).id);
          return free_.start_fastest(view, task, out);
        });
    if (!free_.any()) return;
    by_deadline_.offer(view, [&](TaskRef task) {
      return offered_.contains(view.request(task).id) || free_.start_fastest(view, task, out);
    });
  }

 private:
  Estimates estimates_;
  RequestQueue<TimeDifference> by_laxity_;
  RequestQueue<Seconds> by_deadline_;
  std::set<std::uint64_t> offered_;  ///< requests, as those without laxity at this call
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
