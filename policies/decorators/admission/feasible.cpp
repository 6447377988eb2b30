#include <algorithm>
#include <vector>

#include "decorators/admission/rule.hpp"
#include "decorators/pending_work.hpp"
#include "support/remaining_time.hpp"

namespace hetsched::admission_rules {
namespace {

/// Not those with which, taking what is admitted in order of deadlines, they or one that would be in time without them
/// end too late: now + (what is left of all running tasks + the work with an earlier or equal deadline that has not
/// begun, spread over the accelerators) + (the request's own least time) > deadline. Work is that of
/// decorators/pending_work.hpp. On one accelerator of one slot, tasks as given at its fastest point, nothing admitted
/// is late under EDF if predictions hold: tasks that run are not interrupted, and whoever arrives later was asked
/// whether he delays those that are there, or is blocked.
class Feasible final : public Rule {
 public:
  void begin(const SystemView& view) override {
    remaining_.begin(view);
    pending_.begin(view);
  }

  /// With it, are it and all admitted ones in time that are without it? O(live requests x tasks).
  bool admits(const SystemView& view, const Candidate& candidate) override {
    const Request& request = candidate.request;
    if (request.deadline == kNever) return true;
    struct Load {
      Seconds deadline, to_start, running, least;
      bool is_new;
    };
    std::vector<Load> loads;
    Seconds running = 0;
    for (const RequestRef r : view.live) {
      const Request& other = view.requests[r];
      // Those that arrive with it but come after it are asked later.
      if (other.id > request.id || candidate.rejected.contains(other.id)) continue;
      loads.push_back({other.deadline, pending_.to_start(other), PendingWork::running(view, other),
                       remaining_.of(view, other, true), other.id == request.id});
      running += loads.back().running;
    }
    std::sort(loads.begin(), loads.end(), [](const Load& a, const Load& b) { return a.deadline < b.deadline; });
    const auto m = static_cast<double>(view.accelerators.size());
    const Seconds added = pending_.to_start(request) / m;
    Seconds ahead = 0, switches = 0;
    for (std::size_t from = 0, to = 0; from < loads.size() && loads[from].deadline < kNever; from = to) {
      for (; to < loads.size() && !clearly_before(loads[from].deadline, loads[to].deadline); ++to) {
        ahead += loads[to].to_start;
        switches += pending_.switch_time();
      }
      for (std::size_t i = from; i < to && !clearly_before(loads[i].deadline, request.deadline); ++i) {
        const Load& load = loads[i];
        const Seconds own = std::max(load.least, (load.to_start + load.running) / m);
        const Seconds end = view.now + (ahead - load.to_start + running - load.running) / m + own;
        // Whoever would be late even without it, and without a switch for anybody, is not made late by it.
        const Seconds without = end - added - switches / m;
        if (clearly_before(load.deadline, end) && (load.is_new || !clearly_before(load.deadline, without, end)))
          return false;
      }
    }
    return true;
  }

 private:
  RemainingTime remaining_;
  PendingWork pending_;
};

}  // namespace

std::unique_ptr<Rule> feasible(Params&) { return std::make_unique<Feasible>(); }

}  // namespace hetsched::admission_rules
