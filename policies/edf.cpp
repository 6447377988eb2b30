#include "builtin.hpp"
#include "support/free_slots.hpp"
#include "support/ready_queue.hpp"

namespace hetsched {
namespace {

/// Earliest deadline first, global, non-preemptive inside a task: ready tasks by absolute deadline (ties: request
/// id, task), each on the free accelerator that would finish it first. O(log ready) per task, and O(accelerators) for each
/// that is looked at.
class Edf final : public Policy {
 public:
  explicit Edf(Params&) {}

  void decide(const SystemView& view, Decisions& out) override {
    queue_.update(view, [&](TaskRef task) { return view.request(task).deadline; });
    free_.reset(view);
    queue_.offer(view, [&](TaskRef task) {
      if (!free_.any()) return false;
      const std::uint32_t accelerator = free_.fastest(view, task);
      if (accelerator == kNone) return true;
      out.start(task, accelerator);
      free_.take(accelerator);
      return free_.any();
    });
  }

 private:
  ReadyQueue<Seconds> queue_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry edf() {
  return policy<Edf>("edf", "earliest deadline first; each task on the free accelerator that finishes it first",
                     {.source = "Liu and Layland, JACM 1973 (here global and non-preemptive inside a task)",
                      .complexity = "R log R + A for each task looked at",
                      .knowledge = "deadlines",
                      .verified_by = "Liu and Layland's sets: no miss at U <= 1 where rate-monotonic misses"});
}

}  // namespace hetsched
