#include <algorithm>

#include "decorators/batch/rule.hpp"

namespace hetsched::batch_rules {
namespace {

/// When `size` of them wait, or the oldest has waited for `delay`; never more than `size`.
class Fixed final : public Rule {
 public:
  explicit Fixed(const Waiting& waiting) : waiting_(waiting) {}

  void begin(const SystemView&, std::uint32_t largest) override { largest_ = largest; }
  std::size_t enough(const SystemView&, const Group&) override {
    return waiting_.sizes.empty() ? largest_ : static_cast<std::size_t>(waiting_.sizes.back());
  }
  Seconds goes_at(const SystemView& view, const Group& group) override {
    return view.state(group.front()).ready + waiting_.delay;
  }
  std::size_t most(const SystemView& view, const Group& group, std::size_t limit) override {
    return std::min(limit, enough(view, group));
  }

 private:
  Waiting waiting_;
  std::uint32_t largest_ = 1;
};

}  // namespace

std::unique_ptr<Rule> fixed(Params&, const Waiting& waiting) { return std::make_unique<Fixed>(waiting); }

}  // namespace hetsched::batch_rules
