#include <algorithm>
#include <tuple>

#include "builtin.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Earliest deadline first, global, non-preemptive inside a task: ready tasks by absolute deadline (ties: request
/// id, task), each on the free accelerator that would finish it first. O(ready + starts log ready) per call.
class Edf final : public Policy {
 public:
  explicit Edf(Params&) {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    const auto later = [&](TaskRef a, TaskRef b) {
      const Request &ra = view.request(a), &rb = view.request(b);
      return std::tuple(ra.deadline, ra.id, a.task) > std::tuple(rb.deadline, rb.id, b.task);
    };
    heap_.assign(view.ready.begin(), view.ready.end());
    std::make_heap(heap_.begin(), heap_.end(), later);
    while (free_.any() && !heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      const TaskRef task = heap_.back();
      heap_.pop_back();
      const std::uint32_t accelerator = free_.fastest(view, task);
      if (accelerator == kNone) continue;
      out.start(task, accelerator);
      free_.take(accelerator);
    }
  }

 private:
  FreeSlots free_;
  std::vector<TaskRef> heap_;
};

}  // namespace

PolicyEntry edf() {
  return policy<Edf>("edf", "earliest deadline first; each task on the free accelerator that finishes it first",
                     "Liu and Layland, JACM 1973 (here global and non-preemptive inside a task)");
}

}  // namespace hetsched
