#include <cmath>

#include "hetsched/policy.hpp"
#include "support/placement.hpp"

namespace hetsched {
namespace {

/// Energy-delay product, greedy: ready tasks in order of arrival, each on the accelerator and operating point with the
/// least E x T^n, where E is the energy of the task and T the time from now until it would be done there, waiting
/// included. A task whose choice is busy waits for it. Ties: sooner done, lower accelerator, lower point.
class Edp final : public Policy {
 public:
  explicit Edp(Params& p) {
    const std::string metric = p.choice(
        "metric", {.fallback = "edp", .of = {"energy", "edp", "ed2p", "delay"}, .doc = "E, E T, E T^2, or T alone"});
    energy_ = metric == "delay" ? 0 : 1;
    delay_ = metric == "energy" ? 0 : metric == "ed2p" ? 2 : 1;
  }

  void decide(const SystemView& view, Decisions& out) override {
    pass_.reset(view);
    for (const TaskRef task : view.ready) {
      if (!pass_.any_free()) return;
      Placement best;
      double least = kNever;
      pass_.for_each(view, task, [&](const Placement& placement) {
        const Seconds time = placement.finish - view.now;
        const double score = std::pow(placement.energy, energy_) * std::pow(time, delay_);
        if (best.accelerator != AcceleratorId::none && !clearly_less(score, least) &&
            (clearly_less(least, score) || !clearly_before(placement.finish, best.finish)))
          return;
        best = placement;
        least = score;
      });
      if (best.accelerator != AcceleratorId::none) pass_.take(view, task, best, out);
    }
  }

 private:
  int energy_ = 1, delay_ = 1;
  PlacementPass pass_;
};

}  // namespace

PolicyEntry edp() {
  return policy<Edp>(
      "edp", "energy-delay product, greedy: the accelerator and operating point with the least E x T^n",
      {.source = "Gonzalez and Horowitz, IEEE JSSC 31(9), 1996 (the metric); greedy mapping as in Herald, HPCA 2021",
       .complexity = "R A points",
       .knowledge = "energy, operating points",
       .verified_by = "hand-worked choices for E, E T, E T^2 and T"});
}

}  // namespace hetsched
