#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/pinned_queues.hpp"

namespace hetsched {
namespace {

/// First come, first served: tasks by arrival of their request.
///  - queue = global: one queue; each task on the free accelerator that would finish it first. O(ready tasks
///    looked at x accelerators) per call.
///  - queue = accelerator: a request joins the accelerator with the fewest requests per slot of those that
///    support its whole model (ties: the one that is faster for it, then the lowest index), and stays.
///  - queue = model_pinned: the same, for models once and for all: each model, in order, goes where the
///  fewest
///    have gone.
/// With the last two, what no accelerator supports as a whole, and what waits for one that is turned off,
/// goes where a slot is free. O(log ready) per task.
class Fcfs final : public Policy {
 public:
  explicit Fcfs(Params& p)
      : queue_(p.choice("queue", {.fallback = "global",
                                  .of = {"global", "accelerator", "model_pinned"},
                                  .doc = "one for all, or one per accelerator, which requests join as they "
                                         "arrive or models own"})) {}

  void begin(const SystemView& view) override {
    load_.assign(view.accelerators.size(), 0);
    if (queue_ == "model_pinned")
      for (const Model& model : view.models) model_pins_.push_back(least_loaded(view, model));
  }

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    if (queue_ == "global") {
      for (const TaskRef task : view.ready)
        if (!free_.any() || !free_.start_fastest(view, task, out)) return;
      return;
    }
    if (queue_ == "accelerator") join(view);
    pinned_.update(
        view, [&](TaskRef task) { return view.request(task).id; },
        [&](TaskRef task) {
          return model_pins_.empty() ? request_pins_[task.request] : model_pins_[view.request(task).model];
        });
    pinned_.dispatch(view, free_, out);
  }

 private:
  /// The accelerator with the least load per slot that supports the model, which it then carries.
  AcceleratorId least_loaded(const SystemView& view, const Model& model) {
    AcceleratorId best = AcceleratorId::none;
    double least = kNever;
    Seconds fastest = kNever;
    for (const AcceleratorId a : load_.ids()) {
      const double load = load_[a] / view.accelerators[a].slots;
      const Seconds time = whole_time(view, model, a);
      if (!(time < kNever) || load > least || (load == least && !clearly_less(time, fastest))) continue;
      best = a;
      least = load;
      fastest = time;
    }
    if (best != AcceleratorId::none) ++load_[best];
    return best;
  }

  void join(const SystemView& view) {
    request_pins_.resize(view.requests.size(), AcceleratorId::none);
    for (const Event& event : view.events) {
      const RequestRef r = event.task.request;
      if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped) {
        if (request_pins_[r] != AcceleratorId::none) --load_[request_pins_[r]];
        request_pins_[r] = AcceleratorId::none;
      } else if (event.type == Event::Type::request_arrived && view.requests[r].live) {
        request_pins_[r] = least_loaded(view, view.models[view.requests[r].model]);
      }
    }
  }

  std::string queue_;
  IdVector<AcceleratorId, double> load_;  ///< requests, or models, that it carries
  IdVector<ModelId, AcceleratorId> model_pins_;
  IdVector<RequestRef, AcceleratorId> request_pins_;
  PinnedQueues<std::uint64_t> pinned_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry fcfs() {
  return policy<Fcfs>("fcfs", "first come, first served; each task on the free accelerator that finishes it first",
                      {.source = "textbook; e.g. Stallings, Operating Systems, ch. 9",
                       .complexity = "R A; with queues per accelerator log R per task",
                       .knowledge = "arrivals",
                       .verified_by = "Stallings' five processes; M/M/1, M/M/m and M/D/1 waiting times"});
}

}  // namespace hetsched
