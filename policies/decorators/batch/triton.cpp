#include "decorators/batch/rule.hpp"

namespace hetsched::batch_rules {
namespace {

/// At once, or after `delay` if fewer than `size` wait; whoever waits when the accelerator is free joins, up to its
/// max_batch (NVIDIA Triton's dynamic batcher: max_queue_delay, preferred_batch_size).
class Triton final : public Rule {
 public:
  explicit Triton(const Waiting& waiting) : waiting_(waiting) {}

  void begin(const SystemView&, std::uint32_t largest) override { largest_ = largest; }
  std::size_t enough(const SystemView&, const Group&) override {
    return static_cast<std::size_t>(waiting_.size > 0 ? waiting_.size : largest_);
  }
  Seconds goes_at(const SystemView& view, const Group& group) override {
    return view.state(group.front()).ready + waiting_.delay;
  }

 private:
  Waiting waiting_;
  std::uint32_t largest_ = 1;
};

}  // namespace

std::unique_ptr<Rule> triton(Params&, const Waiting& waiting) { return std::make_unique<Triton>(waiting); }

}  // namespace hetsched::batch_rules
