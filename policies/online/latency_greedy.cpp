#include <algorithm>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// XRBench's LatencyGreedy: one queue per stream; passes over the queues in alphabetical order of model names
/// start at most the head of each, on the free accelerator that computes it fastest (no waiting for a busy one;
/// ties: lowest index), until a pass starts nothing. A head that cannot start blocks its own queue only.
/// O(tasks of live requests + streams x accelerators) per call.
class LatencyGreedy final : public Policy {
 public:
  explicit LatencyGreedy(Params& p)
      : by_model_(p.choice("queue_order", {.fallback = "model",
                                           .of = {"model", "stream"},
                                           .doc = "visit queues in alphabetical order of model names, or in the "
                                                  "workload's order of streams"}) == "model") {}

  void begin(const SystemView& view) override {
    order_ = view.streams.ids().list();
    if (by_model_)
      std::stable_sort(order_.begin(), order_.end(), [&](StreamId a, StreamId b) {
        return view.models[view.streams[a].model].name < view.models[view.streams[b].model].name;
      });
    queues_.resize(view.streams.size());
  }

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    if (!free_.any()) return;
    for (auto& queue : queues_) queue = {};
    for (const RequestRef r : view.live) collect(view, r);
    for (bool started = true; started && free_.any();) {
      started = false;
      for (const StreamId stream : order_) started |= start_head(view, queues_[stream], out);
    }
  }

 private:
  struct Queue {
    std::vector<TaskRef> waiting;  ///< next task of each request that has not started, by request id
    std::size_t head = 0;
  };

  /// Queues the first task of a request that is not running or finished; tasks run one after the other.
  void collect(const SystemView& view, RequestRef r) {
    const Request& request = view.requests[r];
    for (const TaskId t : request.tasks.ids()) {
      const Progress progress = request.tasks[t].progress;
      if (progress == Progress::finished) continue;
      if (progress != Progress::running) queues_[request.stream].waiting.push_back({r, t});
      return;
    }
  }

  bool start_head(const SystemView& view, Queue& queue, Decisions& out) {
    if (queue.head == queue.waiting.size() || !free_.any()) return false;
    const TaskRef task = queue.waiting[queue.head];
    if (view.state(task).progress != Progress::ready) return false;
    AcceleratorId best = AcceleratorId::none;
    Seconds least = kNever;
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (!free_.at(a) || !clearly_less(view.cost_on(task, a).time, least)) continue;
      least = view.cost_on(task, a).time;
      best = a;
    }
    if (best == AcceleratorId::none) return false;
    out.start(task, best);
    free_.take(best);
    ++queue.head;
    return true;
  }

  bool by_model_;
  std::vector<StreamId> order_;
  IdVector<StreamId, Queue> queues_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry latency_greedy() {
  return policy<LatencyGreedy>("latency_greedy",
                               "XRBench's scheduler: queue heads by model name, each on the fastest free accelerator",
                               {.source = "Kwon et al., XRBench, MLSys 2023 (arXiv 2211.08675) and its public code",
                                .complexity = "live requests + streams x A",
                                .knowledge = "names of models",
                                .verified_by = "XRBench's published scores, 26 of 26"});
}

}  // namespace hetsched
