#include "decorators/drop/rule.hpp"

namespace hetsched::drop_rules {
namespace {

/// Requests whose deadline has passed.
class Late final : public Rule {
 public:
  void arrived(const SystemView& view, const Request& request, Decisions& out) override {
    wake_when_late(view, request, out);
  }

  void choose(const SystemView& view, GivenUp& given_up) override {
    for (const RequestRef r : view.live)
      if (view.now >= just_after(view.requests[r].deadline)) given_up.add(view, r);
  }
};

}  // namespace

std::unique_ptr<Rule> late(Params&, const Window&) { return std::make_unique<Late>(); }

}  // namespace hetsched::drop_rules
