#include <algorithm>
#include <iterator>

#include "decorators/batch/rule.hpp"

namespace hetsched::batch_rules {
namespace {

/// NVIDIA Triton's dynamic batcher (its user guide, "Batchers": preferred_batch_size, max_queue_delay_microseconds; its
/// DynamicBatchScheduler). With preferred sizes: the largest of them that those who wait can form goes at once, and so
/// on with the others; fewer than the smallest wait until the oldest has waited for `delay`, then all of them go.
/// Without: at once when the largest batch can be formed, or after `delay`; whoever waits when the accelerator is free
/// joins.
class Triton final : public Rule {
 public:
  explicit Triton(const Waiting& waiting) : waiting_(waiting) {
    for (const double size : waiting.sizes)
      if (size > 0) preferred_.push_back(static_cast<std::size_t>(size));
  }

  void begin(const SystemView&, std::uint32_t largest) override { largest_ = largest; }
  std::size_t enough(const SystemView&, const Group&) override {
    return preferred_.empty() ? largest_ : preferred_.front();
  }
  Seconds goes_at(const SystemView& view, const Group& group) override {
    return view.state(group.front()).ready + waiting_.delay;
  }
  std::size_t go(const SystemView& view, const Group& group, std::size_t gone) override {
    if (preferred_.empty()) return Rule::go(view, group, gone);
    std::size_t all = 0;
    for (auto size = preferred_.rbegin(); size != preferred_.rend(); ++size)
      all += (group.size() - all) / *size * *size;
    if (all < group.size() && !clearly_before(view.now, view.state(group[all]).ready + waiting_.delay))
      all = group.size();
    return std::max(all, gone);
  }
  std::size_t most(const SystemView& view, const Group& group, std::size_t limit) override {
    if (!view.model_task(group.front()).inputs.empty()) return limit;
    const std::size_t possible = std::min(limit, group.size());
    const auto above = std::upper_bound(preferred_.begin(), preferred_.end(), possible);
    return above == preferred_.begin() ? limit : *std::prev(above);
  }
  [[nodiscard]] bool has_sizes() const override { return true; }

 private:
  Waiting waiting_;
  std::vector<std::size_t> preferred_;  ///< ascending
  std::uint32_t largest_ = 1;
};

}  // namespace

std::unique_ptr<Rule> triton(Params&, const Waiting& waiting) { return std::make_unique<Triton>(waiting); }

}  // namespace hetsched::batch_rules
