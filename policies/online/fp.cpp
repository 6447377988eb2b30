#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/ready_queue.hpp"

namespace hetsched {
namespace {

/// Fixed priorities, global, preemptive between tasks; ready tasks by priority (ties: request id, task), each
/// on the free accelerator that would finish it first. The priority is the request's own, or shorter periods
/// (rate monotonic) or relative deadlines (deadline monotonic) come first; streams without one come last.
/// O(log ready) per task, O(accelerators) for each that is looked at.
class FixedPriority final : public Policy {
 public:
  explicit FixedPriority(Params& p)
      : assignment_(p.choice("assignment", {.fallback = "stream",
                                            .of = {"stream", "rm", "dm"},
                                            .doc = "the stream's priority; rate monotonic; deadline monotonic"})) {}

  void decide(const SystemView& view, Decisions& out) override {
    queue_.update(view, [&](TaskRef task) -> double {
      const Request& request = view.request(task);
      if (assignment_ == "rm") return view.streams[request.stream].period;
      if (assignment_ == "dm") return view.streams[request.stream].relative_deadline;
      return -request.priority;
    });
    free_.reset(view);
    if (free_.any()) queue_.offer(view, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  std::string assignment_;
  ReadyQueue<double> queue_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry fp() {
  return policy<FixedPriority>(
      "fp", "fixed priorities: of the streams, rate monotonic or deadline monotonic",
      {.source = "Liu and Layland, JACM 1973; Leung and Whitehead, Performance Evaluation 2(4), 1982",
       .complexity = "log R per task + A for each task looked at",
       .knowledge = "priorities, periods or relative deadlines",
       .verified_by = "response-time analysis at the critical instant: 3, 6, 20; the sets where RM misses"});
}

}  // namespace hetsched
