#include <algorithm>
#include <utility>

#include "hetsched/policy.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/ranked_ready.hpp"

namespace hetsched {
namespace {

/// PREMA: a request starts with as many tokens as its priority, and earns priority x (time waited / estimated
/// time alone) while it waits. Those with at least the threshold, which is the largest number of tokens
/// rounded down to a priority class (1, 3, 9), are candidates; of them the one with the shortest estimated
/// remaining time runs next (ties: request id). Slots that candidates leave free go to the others in the same
/// order. Preemption is between tasks (the paper's DRAIN, at the granularity of the stream), each task goes
/// to the free accelerator that would finish it first. Priorities below 1 count as 1. O(R) per call with a free
/// slot.
///
/// The paper is known from memory; the public code of Dysta, which runs PREMA as a baseline, differs by
/// adding all the time since the request last ran at every decision (waiting = since_run) and by leaving
/// requests that it sees for the first time out of the threshold (count_new = false).
class Prema final : public Policy {
 public:
  explicit Prema(Params& p)
      : estimates_(p),
        since_run_(p.choice("waiting", {.fallback = "since_decision",
                                        .of = {"since_decision", "since_run"},
                                        .doc = "time that earns tokens at a decision: since the last one, or all "
                                               "since the request ran"}) == "since_run"),
        above_(p.choice("candidates", {.fallback = "at_least",
                                       .of = {"at_least", "above"},
                                       .doc = "the threshold suffices, or must be exceeded (if nothing exceeds it, it "
                                              "suffices)"}) == "above"),
        count_new_(p.flag("count_new", true, "requests that are seen for the first time count in the threshold")) {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    if (!free_.any() || view.ready.empty()) return;
    const double threshold = earn(view);
    const bool exceeded = above_ && std::any_of(view.ready.begin(), view.ready.end(), [&](TaskRef task) {
                            return clearly_less(threshold, tokens_[task.request].count);
                          });
    const auto score = [&](TaskRef task) {
      const Request& request = view.request(task);
      const double tokens = tokens_[task.request].count;
      const bool candidate = exceeded ? clearly_less(threshold, tokens) : !clearly_less(tokens, threshold);
      return std::pair(!candidate, estimates_.remaining(request));
    };
    ranked_.offer(view, score, [&](TaskRef task) { return free_.start_fastest(view, task, out); });
  }

 private:
  struct Tokens {
    std::uint64_t id = ~std::uint64_t{0};  ///< of the request whose they are
    double count = 0;
    Seconds updated = 0;
  };

  /// Adds what waiting requests have earned; returns the threshold.
  double earn(const SystemView& view) {
    tokens_.resize(view.requests.size());
    double most = 0;
    std::uint64_t last = ~std::uint64_t{0};
    for (const TaskRef task : view.ready) {
      const Request& request = view.request(task);
      if (request.id == last) continue;  // its first ready task has waited longest or was next to it
      last = request.id;
      const double priority = std::max(1, request.priority);
      Tokens& tokens = tokens_[task.request];
      const bool fresh = tokens.id != request.id;
      if (fresh) tokens = {request.id, priority, request.arrival};
      const Seconds ready = view.state(task).ready;
      const Seconds waited = view.now - (since_run_ ? ready : std::max(ready, tokens.updated));
      const Seconds alone = estimates_.total(view, request);
      if (!(fresh && since_run_) && alone > 0) tokens.count += priority * waited / alone;
      tokens.updated = view.now;
      if (!fresh || count_new_) most = std::max(most, tokens.count);
    }
    return !clearly_less(most, 9) ? 9 : !clearly_less(most, 3) ? 3 : 1;
  }

  Estimates estimates_;
  bool since_run_, above_, count_new_;
  IdVector<RequestRef, Tokens> tokens_;
  RankedReady<std::pair<bool, Seconds>> ranked_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry prema() {
  return policy<Prema>("prema", "PREMA: tokens for waiting by priority, then the shortest of those with enough",
                       {.source = "Choi and Rhu, PREMA, HPCA 2020 (arXiv 1909.04548), Algorithm 2",
                        .complexity = "R + A for each task looked at",
                        .knowledge = "priorities (1, 3, 9), the models of requests",
                        .verified_by = "the public Dysta code's PREMA on five requests: its order and finish times"});
}

}  // namespace hetsched
