#include "decorators/drop/rule.hpp"

namespace hetsched::drop_rules {
namespace {

/// Requests that cannot be in time even on the fastest accelerators, alone (support/remaining_time.hpp).
class Hopeless final : public Rule {
 public:
  void begin(const SystemView& view) override { remaining_.begin(view); }

  void choose(const SystemView& view, GivenUp& given_up) override {
    for (const RequestRef r : view.live)
      if (is_hopeless(view, remaining_, view.requests[r])) given_up.add(view, r);
  }

 private:
  RemainingTime remaining_;
};

}  // namespace

std::unique_ptr<Rule> hopeless(Params&, const Window&) { return std::make_unique<Hopeless>(); }

}  // namespace hetsched::drop_rules
