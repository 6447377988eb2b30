#include <algorithm>

#include "decorators/batch/latencies.hpp"
#include "decorators/batch/rule.hpp"

namespace hetsched::batch_rules {
namespace {

/// By deadline; at the start the batch grows while its earliest deadline is at or after the end of what is left of the
/// model with it: the task as it starts, then the longest way through those after it as batches of that size. Requests
/// that would be late even alone are given up.
class Slo final : public Rule {
 public:
  void order(const SystemView& view, Group& group) const override {
    std::stable_sort(group.begin(), group.end(),
                     [&](TaskRef a, TaskRef b) { return view.request(a).deadline < view.request(b).deadline; });
    settle_ties(
        group.begin(), group.end(),
        [&](TaskRef a, TaskRef b) { return clearly_before(view.request(a).deadline, view.request(b).deadline); },
        [&](TaskRef a, TaskRef b) { return view.request(a).id < view.request(b).id; });
  }

  bool gives_up(const SystemView& view, TaskRef first) override {
    const Seconds alone = latency(view, view.model_task(first), 1) + after(view, first, 1);
    return clearly_before(view.request(first).deadline, view.now + alone);
  }

  std::size_t enough(const SystemView&, const Group&) override { return 1; }
  Seconds goes_at(const SystemView& view, const Group&) override { return view.now; }

  bool allows(const SystemView& view, const Larger& batch) override {
    const Seconds end = view.now + view.overhead(batch.task, batch.start.accelerator) + batch.time +
                        after(view, batch.task, batch.size);
    return !clearly_before(batch.deadline, end);
  }

 private:
  /// What is left of a request from the end of this task on, as batches of one size.
  Seconds after(const SystemView& view, TaskRef t, std::uint32_t batch) {
    return latencies_.of(view, view.request(t).model, batch).after[t.task];
  }

  Latencies latencies_;
};

}  // namespace

std::unique_ptr<Rule> slo(Params&, const Waiting&) { return std::make_unique<Slo>(); }

}  // namespace hetsched::batch_rules
