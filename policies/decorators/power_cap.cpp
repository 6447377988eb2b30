#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>

#include "decorators/filtered_view.hpp"
#include "decorators/held_starts.hpp"
#include "decorators/start_check.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {
namespace {

/// Keeps the power of accelerators and board at or below a cap. A start keeps the operating point that the policy
/// inside chose, if that is within the cap, once idle accelerators have gone to points at which they draw less. If not,
/// an empty accelerator starts it at the fastest of the slower points that is; else the start waits, in the order in
/// which the policy inside decided, until others finish. That policy sees the accelerator's slot as taken meanwhile,
/// and idle accelerators at the points that it chose itself. Those are moved only if the cap would not hold otherwise.
///
/// Predicted power: base power, idle power of empty slots, active power of busy ones (or, where a task's energy is its
/// total, energy / time), and dynamic energy / time of each task. Energy of transfers and memories is not in, nor what
/// a task draws more that runs faster than predicted. What is turned off counts as idle: it may come back at any time.
class PowerCap final : public Policy {
 public:
  PowerCap(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        cap_(p.number("cap", {.min = 0, .max = 1e9, .doc = "most power; 0: no cap", .unit = "W", .required = true})),
        scale_(p.flag("scale", true, "start at a slower operating point rather than wait")) {}

  void begin(const SystemView& view) override {
    inner_->begin(view);
    if (cap_ <= 0) return;
    wanted_.clear();
    for (const Accelerator& a : view.accelerators) wanted_.push_back(a.point);
    Watts idle = view.base_power;
    for (const Accelerator& a : view.accelerators) {
      const Kind& kind = view.kinds[a.kind];
      idle += kind.points[scale_ ? least_idle(kind, a.point) : a.point].idle_power;
    }
    if (!within_cap(idle))
      throw std::runtime_error("the cap of " + std::to_string(cap_) + " W is less than the " + std::to_string(idle) +
                               " W that the idle platform draws; raise it");
  }

  void decide(const SystemView& view, Decisions& out) override {
    if (cap_ <= 0) {
      inner_->decide(view, out);
      return;
    }
    account(view);
    if (scale_) (void)make_room(view, power(view), AcceleratorId::none, out);
    held_.begin_call(view);
    held_.start_those([&](const Start& start) { return start_within_cap(view, start, out); });
    filtered_.reset(view);
    held_.show(view, filtered_);
    show_points(view);
    inside_.clear();
    inner_->decide(filtered_.shown(), inside_);
    for (const Decision& decision : inside_.all()) std::visit([&](const auto& d) { take(view, d, out); }, decision);
    forbid_standstill(view);
  }

 private:
  struct Device {
    PointId point = {};
    std::uint32_t busy = 0;  ///< slots
    std::vector<Start> running;
  };

  [[nodiscard]] bool within_cap(Watts power) const { return !clearly_less(cap_, power); }

  /// The point at which an idle accelerator draws least; `now` if no other one is better.
  [[nodiscard]] static PointId least_idle(const Kind& kind, PointId now) {
    PointId least = now;
    for (const PointId p : kind.points.ids())
      if (kind.points[p].idle_power < kind.points[least].idle_power) least = p;
    return least;
  }

  /// What a task draws beyond the idle slot that it takes.
  [[nodiscard]] static Watts added(const SystemView& view, const Start& start, PointId point) {
    const Accelerator& a = view.accelerators[start.accelerator];
    const Kind& kind = view.kinds[a.kind];
    const auto batch = static_cast<std::uint32_t>(1 + start.also.size());
    const ModelTask& task = view.model_task(start.task);
    // While one accelerator computes, the other waits: the most that any part adds, whatever the helper's point.
    const auto segments = view.segments(task, a.kind, start.variant, batch);
    Watts most = segments.empty() ? added(a, kind, view.cost(task, a.kind, point, start.variant, batch), point) : 0;
    for (const Segment& segment : segments)
      for (const PointId p : segment.costs.ids())
        if (segment.kind != a.kind)
          most = std::max(most, added(view.accelerators[a.helper], view.kinds[segment.kind], segment.costs[p], p));
        else if (p == point)
          most = std::max(most, added(a, kind, segment.costs[p], p));
    if (view.transitions.empty()) return most;
    const KindId to = view.entry_kind(task, a.kind, start.variant);
    for (const Edge& input : task.inputs) {
      const Transition made = view.transition(view.request(start.task), input, to);
      if (made.by == KindId::none || made.by == a.kind) continue;
      AcceleratorId by = a.helper;
      if (made.by != to) {
        const AcceleratorId producer = view.request(start.task).tasks[input.task].accelerator;
        by = view.accelerators[producer].kind == made.by ? producer : view.accelerators[producer].helper;
      }
      for (const PointId p : view.kind(by).points.ids())
        most = std::max(most, added(view.accelerators[by], view.kind(by), {made.time, made.energy, 0}, p));
    }
    return most;
  }
  [[nodiscard]] static Watts added(const Accelerator& a, const Kind& kind, const Cost& cost, PointId point) {
    const Watts own = cost.time > 0 ? cost.energy / cost.time : 0;
    const Watts idle = kind.points[point].idle_power / a.slots;
    // Before it computes, a task draws the active power of its slot whatever its energy means.
    const Watts active = kind.points[point].active_power / a.slots;
    return kind.energy_is_total ? std::max(own, active) - idle : active + own - idle;
  }

  void account(const SystemView& view) {
    devices_.assign(view.accelerators.size(), {});
    for (const AcceleratorId a : devices_.ids()) {
      devices_[a].point = view.accelerators[a].point;
      devices_[a].busy = view.accelerators[a].slots - view.accelerators[a].free_slots;
    }
    // What runs together on an accelerator of one slot is one batch; with several slots each task counts by itself,
    // which is more than a batch draws, not less.
    using Together = std::variant<ModelId, RequestRef>;
    std::map<std::tuple<AcceleratorId, Seconds, Together, TaskId>, Start> running;
    for (const RequestRef r : view.live)
      for (const TaskId t : view.requests[r].tasks.ids()) {
        const TaskState& task = view.requests[r].tasks[t];
        if (task.progress != Progress::running) continue;
        const Accelerator& on = view.accelerators[task.accelerator];
        const bool batches = view.kinds[on.kind].max_batch > 1 && on.slots == 1;
        const std::tuple key{task.accelerator, task.start, batches ? Together(view.requests[r].model) : Together(r), t};
        const auto [at, is_new] = running.try_emplace(key, Start{{r, t}, task.accelerator, task.variant, {}});
        if (!is_new) at->second.also.push_back({r, t});
      }
    for (const auto& [key, start] : running) devices_[start.accelerator].running.push_back(start);
  }

  /// Of an accelerator with what runs there, at a point.
  [[nodiscard]] Watts power_at(const SystemView& view, AcceleratorId accelerator, PointId point) const {
    Watts sum = view.kind(accelerator).points[point].idle_power;
    for (const Start& start : devices_[accelerator].running) sum += added(view, start, point);
    return sum;
  }

  [[nodiscard]] Watts power(const SystemView& view) const {
    Watts sum = view.base_power;
    for (const AcceleratorId a : devices_.ids()) sum += power_at(view, a, devices_[a].point);
    return sum;
  }

  void move(AcceleratorId accelerator, PointId point, Decisions& out) {
    if (devices_[accelerator].point == point) return;
    devices_[accelerator].point = point;
    out.set_operating_point(accelerator, point);
  }

  /// Brings `power` within the cap by moving idle accelerators but `except` to points at which they draw less, no more
  /// of them than are needed; moves none if all together are not enough.
  bool make_room(const SystemView& view, Watts power, AcceleratorId except, Decisions& out) {
    const auto gain = [&](AcceleratorId a) {
      if (a == except || devices_[a].busy > 0) return 0.0;
      const Kind& kind = view.kind(a);
      return kind.points[devices_[a].point].idle_power - kind.points[least_idle(kind, devices_[a].point)].idle_power;
    };
    Watts possible = 0;
    if (scale_)
      for (const AcceleratorId a : devices_.ids()) possible += gain(a);
    if (!within_cap(power - possible)) return false;
    for (const AcceleratorId a : devices_.ids()) {
      if (within_cap(power)) break;
      const Watts less = gain(a);
      if (!clearly_less(0, less, power)) continue;
      power -= less;
      move(a, least_idle(view.kind(a), devices_[a].point), out);
    }
    return true;
  }

  /// The points at which it may start, in the order in which they are tried.
  [[nodiscard]] std::vector<PointId> points_for(const SystemView& view, const Start& start) const {
    if (devices_[start.accelerator].busy > 0) return {devices_[start.accelerator].point};
    const PointId wanted = wanted_[start.accelerator];
    std::vector<PointId> points = {wanted};
    if (!scale_) return points;
    const auto time = [&](PointId p) {
      return view.alone_time_at(view.model_task(start.task), start.accelerator, p, start.variant,
                                static_cast<std::uint32_t>(1 + start.also.size()));
    };
    for (const PointId p : view.kind(start.accelerator).points.ids())
      if (p != wanted && !clearly_less(time(p), time(wanted)) && time(p) < kNever) points.push_back(p);
    std::stable_sort(points.begin() + 1, points.end(), [&](PointId p, PointId q) { return time(p) < time(q); });
    settle_ties(
        points.begin() + 1, points.end(), [&](PointId p, PointId q) { return clearly_less(time(p), time(q)); },
        std::less<>());
    return points;
  }

  /// Starts it if the cap allows, at the first of its points at which it does.
  bool start_within_cap(const SystemView& view, const Start& start, Decisions& out) {
    Device& device = devices_[start.accelerator];
    const Watts others = power(view) - power_at(view, start.accelerator, device.point);
    for (const PointId p : points_for(view, start)) {
      const Watts then = others + power_at(view, start.accelerator, p) + added(view, start, p);
      if (!make_room(view, then, start.accelerator, out)) continue;
      move(start.accelerator, p, out);
      device.running.push_back(start);
      ++device.busy;
      out.add(start);
      return true;
    }
    return false;
  }

  /// Idle accelerators are shown at the points that the policy inside chose.
  void show_points(const SystemView& view) {
    for (const AcceleratorId a : devices_.ids()) {
      const PointId shown = devices_[a].busy > 0 ? devices_[a].point : wanted_[a];
      if (shown != view.accelerators[a].point) filtered_.accelerators()[a].point = shown;
    }
  }

  // What the policy inside decided is handed on, held or left out. What is illegal now is the engine's to refuse.
  void take(const SystemView& view, const Start& start, Decisions& out) {
    if (!is_legal(view, start)) {
      out.add(start);
      return;
    }
    if (start_within_cap(view, start, out)) return;
    held_.hold(view, start);
  }
  void take(const SystemView& view, const SetOperatingPoint& set, Decisions& out) {
    const bool exists = devices_.contains(set.accelerator) && view.kind(set.accelerator).points.contains(set.point);
    if (!exists || sets_within_cap(view, set, out)) out.add(set);
  }
  void take(const SystemView&, const Prefetch& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const Drop& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const WakeAt& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const Forecast& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const Load& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const Evict& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const GiveUp& d, Decisions& out) { out.add(d); }

  [[nodiscard]] bool is_legal(const SystemView& view, const Start& start) const {
    if (!is_there(view, start) || view.state(start.task).progress != Progress::ready) return false;
    const Accelerator& a = view.accelerators[start.accelerator];
    const Device& device = devices_[start.accelerator];
    const PointId point = device.busy > 0 ? device.point : wanted_[start.accelerator];
    return a.available && device.busy < a.slots &&
           view.cost(view.model_task(start.task), a.kind, point, start.variant).time < kNever;
  }

  /// May the accelerator go to that point now? Books it if so. If not, and it is idle, its next start is tried there.
  bool sets_within_cap(const SystemView& view, const SetOperatingPoint& set, Decisions& out) {
    Device& device = devices_[set.accelerator];
    wanted_[set.accelerator] = set.point;
    const Watts before = power_at(view, set.accelerator, device.point);
    const Watts after = power_at(view, set.accelerator, set.point);
    // What draws no more than before is always allowed.
    if (clearly_less(before, after) && !make_room(view, power(view) - before + after, set.accelerator, out))
      return false;
    device.point = set.point;
    return true;
  }

  /// A task that exceeds the cap even alone would wait for ever.
  void forbid_standstill(const SystemView& view) const {
    if (held_.empty()) return;
    for (const Device& device : devices_)
      if (device.busy > 0) return;
    const Start& first = held_.front();
    throw std::runtime_error("the cap of " + std::to_string(cap_) + " W does not allow task " +
                             std::string(view.model_task(first.task).name) + " on " +
                             std::string(view.accelerators[first.accelerator].name) +
                             " even alone, at the operating point chosen for it" + (scale_ ? " or a slower one" : "") +
                             "; raise it");
  }

  std::unique_ptr<Policy> inner_;
  Watts cap_;
  bool scale_;
  IdVector<AcceleratorId, PointId> wanted_;  ///< the point that the policy inside chose last
  IdVector<AcceleratorId, Device> devices_;
  HeldStarts held_;
  Decisions inside_;
  FilteredView filtered_;
};

}  // namespace

DecoratorEntry power_cap() {
  return decorator<PowerCap>(
      "power_cap", "keeps the power of base and accelerators at or below a cap: slower points, then waiting",
      {.source = "textbook; compare DS3's and Batsim's governors",
       .complexity = "tasks of live requests + held starts x points x accelerators",
       .knowledge = "power",
       .verified_by = "the invariant: recorded power of base and accelerators never exceeds the cap"});
}

}  // namespace hetsched
