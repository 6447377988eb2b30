#include <algorithm>
#include <functional>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/pinned_queues.hpp"
#include "support/ready_queue.hpp"

namespace hetsched {
namespace {

/// Earliest deadline first, non-preemptive inside a task: ready tasks by absolute deadline (ties: request id,
/// task).
///  - global: each on the free accelerator that would finish it first.
///  - partitioned: streams keep to one accelerator each. First-fit decreasing by utilisation: streams by
///  their
///    least utilisation (time of the model there over the period, or over the relative deadline if they have
///    none), largest first, ties by index; each on the first accelerator where the sum stays within its
///    slots, else where the sum is least. Streams that no accelerator supports as a whole stay global, and so
///    do those of an accelerator that is turned off, until it is back.
/// O(log ready) per task, and O(accelerators) for each that is looked at.
class Edf final : public Policy {
 public:
  explicit Edf(Params& p)
      : partitioned_(p.choice("scope", {.fallback = "global",
                                        .of = {"global", "partitioned"},
                                        .doc = "one queue, or one per accelerator, with the streams packed by "
                                               "utilisation"}) == "partitioned") {}

  void begin(const SystemView& view) override {
    if (partitioned_) partition(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    const auto deadline = [&](TaskRef task) { return view.request(task).deadline; };
    free_.reset(view);
    if (partitioned_) {
      pinned_.update(view, deadline, [&](TaskRef task) { return pins_[view.request(task).stream]; });
      pinned_.dispatch(view, free_, out);
      return;
    }
    queue_.update(view, deadline);
    if (free_.any()) queue_.offer(view, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  static double utilisation(const SystemView& view, const Stream& stream, AcceleratorId accelerator) {
    const Seconds time = whole_time(view, view.models[stream.model], accelerator);
    const Seconds every = stream.period < kNever ? stream.period : stream.relative_deadline;
    if (!(time < kNever)) return kNever;
    return every < kNever && every > 0 ? time / every : 0;
  }

  void partition(const SystemView& view) {
    IdVector<StreamId, double> least(view.streams.size(), kNever);
    IdVector<AcceleratorId, double> sum(view.accelerators.size(), 0);
    for (const StreamId s : view.streams.ids())
      for (const AcceleratorId a : sum.ids()) least[s] = std::min(least[s], utilisation(view, view.streams[s], a));
    std::vector<StreamId> order = view.streams.ids().list();
    std::stable_sort(order.begin(), order.end(), [&](StreamId a, StreamId b) { return least[a] > least[b]; });
    settle_ties(
        order.begin(), order.end(), [&](StreamId a, StreamId b) { return clearly_less(least[b], least[a]); },
        std::less<>());
    pins_.assign(view.streams.size(), AcceleratorId::none);
    for (const StreamId s : order) {
      AcceleratorId& pin = pins_[s];
      double lowest = kNever;
      for (const AcceleratorId a : sum.ids()) {
        if (!clearly_less(1, lowest)) break;
        const double load = (sum[a] + utilisation(view, view.streams[s], a)) / view.accelerators[a].slots;
        if (!clearly_less(load, lowest)) continue;
        lowest = load;
        pin = a;
      }
      if (pin != AcceleratorId::none) sum[pin] += utilisation(view, view.streams[s], pin);
    }
  }

  bool partitioned_;
  IdVector<StreamId, AcceleratorId> pins_;  ///< none: no accelerator supports it
  ReadyQueue<Seconds> queue_;
  PinnedQueues<Seconds> pinned_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry edf() {
  return policy<Edf>("edf", "earliest deadline first; each task on the free accelerator that finishes it first",
                     {.source = "Liu and Layland, JACM 1973 (here global or partitioned, non-preemptive inside a task)",
                      .complexity = "R log R + A for each task looked at",
                      .knowledge = "deadlines; partitioned: periods",
                      .verified_by = "Liu and Layland's sets: no miss at U <= 1 where rate-monotonic misses; "
                                     "Dhall's effect, and its absence when partitioned"});
}

}  // namespace hetsched
