#include <algorithm>
#include <memory>

#include "decorators/cache/rule.hpp"

namespace hetsched::cache_rules {
namespace {

/// What has been used least recently leaves; what came and was not used yet counts as used then.
class Lru final : public Rule {
 public:
  [[nodiscard]] double worth(const SystemView& view, Place place) const override {
    const Residence& lie = view.residence(place.weights, place.memory);
    return std::max(lie.last_use, lie.since) - view.now;
  }
};

}  // namespace

std::unique_ptr<Rule> lru(Params&) { return std::make_unique<Lru>(); }

}  // namespace hetsched::cache_rules
