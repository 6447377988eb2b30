#include <memory>

#include "decorators/cache/rule.hpp"

namespace hetsched::cache_rules {
namespace {

/// What is needed again last leaves (Belady, IBM Systems Journal 5(2), 1966): the fewest loads possible where all
/// weights are of one size, are loaded when needed, and requests are served in order of arrival. Requests to come
/// follow those that are there.
class Belady final : public Rule {
 public:
  [[nodiscard]] bool foresees() const override { return true; }
  [[nodiscard]] double worth(const SystemView& view, Place place) const override {
    const Weights& weights = view.weights[place.weights];
    double place_in_line = 0;
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      for (const TaskId t : request.tasks.ids()) {
        if (request.tasks[t].progress > Progress::ready) continue;
        if (request.model == weights.model && t == weights.task) return -place_in_line;
        ++place_in_line;
      }
    }
    for (const FutureRequest& request : view.future) {
      if (request.model == weights.model) return -(place_in_line + static_cast<double>(index_of(weights.task)));
      place_in_line += static_cast<double>(view.models[request.model].tasks.size());
    }
    return -kNever;
  }
};

}  // namespace

std::unique_ptr<Rule> belady(Params&) { return std::make_unique<Belady>(); }

}  // namespace hetsched::cache_rules
