#include <algorithm>

#include "energy/virtual_deadlines.hpp"
#include "hetsched/policy.hpp"
#include "support/placement.hpp"
#include "support/ready_queue.hpp"

namespace hetsched {
namespace {

/// Ready tasks by deadline of their own (the request's, divided along its longest path), each where and at the point
/// that it needs least energy among those that keep that deadline; if none does, where it is done first. Ties: sooner
/// done, lower accelerator, lower point.
///
/// What it counts as energy decides what it is:
/// - min_energy: what the task adds to the idle power that the accelerator draws otherwise (Placement::added).
/// - pace: the same, and accelerators with nothing to do go to the point of least idle power, which is what they draw
///   otherwise. Of several speeds it never takes one below the critical speed, at which a task adds least energy:
///   s* = (P_s / 2c)^(1/3) for P = P_s + c s^3, where P_s does not count what is drawn idle.
/// - race_to_idle: energy does not count: every task at the fastest point where it is done first, then the point of
///   least idle power.
class MinEnergy final : public Policy {
 public:
  enum class Way : std::uint8_t { least, pace, race };

  MinEnergy(Params& p, Way way)
      : way_(way),
        sleep_(way == Way::least
                   ? p.flag("sleep", false, "accelerators with nothing to do go to the point of least idle power")
                   : true) {}

  void begin(const SystemView& view) override { deadlines_.begin(view); }

  void decide(const SystemView& view, Decisions& out) override {
    pass_.reset(view, sleep_);
    queue_.update(view, [&](TaskRef task) { return deadlines_.of(view, task); });
    if (pass_.any_free())
      queue_.offer(view, [&](TaskRef task) {
        const Placement best = choose(view, task);
        if (best.accelerator != AcceleratorId::none) pass_.take(view, task, best, out);
        return pass_.any_free();
      });
    if (sleep_) send_to_sleep(view, out);
  }

 private:
  [[nodiscard]] Placement choose(const SystemView& view, TaskRef task) {
    const PlacementPass::Ways& ways = pass_.ways(view, task);
    Placement best;
    if (way_ != Way::race) {
      const Seconds deadline = deadlines_.of(view, task);
      for (const PlacementPass::Way& way : ways.by_energy) {
        const bool any = best.accelerator != AcceleratorId::none;
        if (any && clearly_less(best.added, way.added, std::max(best.scale, way.scale))) break;
        const Placement here = pass_.at(way);
        if (clearly_before(deadline, here.finish)) continue;
        if (!any || clearly_before(here.finish, best.finish)) best = here;
      }
    }
    if (best.accelerator == AcceleratorId::none)
      for (const PlacementPass::Way& way : ways.fastest) {
        const Placement here = pass_.at(way);
        if (best.accelerator == AcceleratorId::none || clearly_before(here.finish, best.finish)) best = here;
      }
    return best;
  }

  void send_to_sleep(const SystemView& view, Decisions& out) const {
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (!pass_.empty(view, a) || !view.accelerators[a].available) continue;
      const IdSpan<PointId, const OperatingPoint> points = view.kind(a).points;
      PointId deepest = view.accelerators[a].point;
      for (const PointId p : points.ids())
        if (points[p].idle_power < points[deepest].idle_power) deepest = p;
      if (deepest != view.accelerators[a].point) out.set_operating_point(a, deepest);
    }
  }

  Way way_;
  bool sleep_;
  VirtualDeadlines deadlines_;
  PlacementPass pass_;
  ReadyQueue<Seconds> queue_;  ///< by deadlines_
};

template <MinEnergy::Way way>
class OneWay final : public Policy {
 public:
  explicit OneWay(Params& p) : policy_(p, way) {}
  void begin(const SystemView& view) override { policy_.begin(view); }
  void decide(const SystemView& view, Decisions& out) override { policy_.decide(view, out); }

 private:
  MinEnergy policy_;
};

}  // namespace

PolicyEntry min_energy() {
  return policy<OneWay<MinEnergy::Way::least>>(
      "min_energy", "least energy of each task among the placements that keep its share of the deadline",
      {.source = "deadline division: Abbott and Garcia-Molina 1992; the greedy choice is textbook",
       .complexity = "log R per task + A points for each task looked at",
       .knowledge = "deadlines, energy, operating points",
       .verified_by =
           "critical speed: 0.6463 J where 1 J/s runs cost 1.2 J; never more than the cheapest placement in time"});
}

PolicyEntry pace() {
  return policy<OneWay<MinEnergy::Way::pace>>(
      "pace",
      "critical-speed pacing: the slowest points that save energy and keep the deadlines, then the least idle power",
      {.source = "Irani, Shukla, Gupta, ACM TALG 3(4), 2007 (critical speed)",
       .complexity = "log R per task + A points for each task looked at",
       .knowledge = "deadlines, energy, operating points",
       .verified_by = "P = 0.2 + s^3: s* = 0.4642 with 0.6463 J of 0.8625 J at 0.25 and 1.2 J at 1"});
}

PolicyEntry race_to_idle() {
  return policy<OneWay<MinEnergy::Way::race>>(
      "race_to_idle", "everything at full speed where it is done first, then the point of least idle power",
      {.source = "textbook; e.g. Albers and Antoniadis, ACM TALG 10(2), 2014",
       .complexity = "log R per task + A points for each task looked at",
       .knowledge = "deadlines, operating points",
       .verified_by = "P = 0.2 + s^3: 1.2 J for unit work"});
}

}  // namespace hetsched
