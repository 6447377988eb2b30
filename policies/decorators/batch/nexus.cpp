#include <algorithm>

#include "decorators/batch/latencies.hpp"
#include "decorators/batch/rule.hpp"

namespace hetsched::batch_rules {
namespace {

/// Size: the largest b with 2 l(b) <= relative deadline (Shen et al., Nexus, SOSP 2019), l(b) being the time that the
/// whole model takes as batches of b: each task where it is fastest, the longest way through them, and no less than
/// their sum spread over all slots. Goes earlier if the oldest would otherwise be late.
class Nexus final : public Rule {
 public:
  void begin(const SystemView&, std::uint32_t largest) override { largest_ = largest; }

  std::size_t enough(const SystemView& view, const Group& group) override {
    const Request& oldest = view.request(group.front());
    std::uint32_t b = 1;
    const Seconds allowed = oldest.deadline - oldest.arrival;
    while (b < largest_ && !clearly_less(allowed, 2 * latencies_.of(view, oldest.model, b + 1).whole)) ++b;
    return b;
  }
  Seconds goes_at(const SystemView& view, const Group& group) override {
    const Request& oldest = view.request(group.front());
    return oldest.deadline - latencies_.of(view, oldest.model, static_cast<std::uint32_t>(group.size())).whole;
  }
  std::size_t most(const SystemView& view, const Group& group, std::size_t limit) override {
    return std::min(limit, enough(view, group));
  }

 private:
  std::uint32_t largest_ = 1;
  Latencies latencies_;
};

}  // namespace

std::unique_ptr<Rule> nexus(Params&, const Waiting&) { return std::make_unique<Nexus>(); }

}  // namespace hetsched::batch_rules
