#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>

#include "builtin.hpp"
#include "support/veil.hpp"

namespace hetsched {
namespace {

/// Keeps the power of accelerators and board at or below a cap. A start that would exceed it is made at the fastest
/// operating point that does not, if the accelerator is empty, or else waits, in the order in which the policy inside
/// decided, until others finish. That policy sees the accelerator's slot as taken meanwhile.
///
/// Predicted power: base power, idle power of empty slots, active power of busy ones (or, where a task's energy is its
/// total, energy / time), and dynamic energy / time of each task. Transfers, and energy of memories, are not in.
class PowerCap final : public Policy {
 public:
  PowerCap(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        cap_(p.number("cap", {.fallback = 0, .min = 0, .max = 1e9, .doc = "W; 0: none"})),
        scale_(p.flag("scale", true, "start at a slower operating point rather than wait")) {}

  void begin(const SystemView& view) override {
    inner_->begin(view);
    if (cap_ <= 0) return;
    Watts idle = view.base_power;
    for (const Accelerator& a : view.accelerators) {
      Watts least = kNever;
      for (const OperatingPoint& point : view.kinds[a.kind].points) least = std::min(least, point.idle_power);
      idle += scale_ ? least : view.kinds[a.kind].points[a.point].idle_power;
    }
    if (idle > cap_)
      throw std::runtime_error("the cap of " + std::to_string(cap_) + " W is less than the " + std::to_string(idle) +
                               " W that the idle platform draws; raise it");
  }

  void decide(const SystemView& view, Decisions& out) override {
    if (cap_ <= 0) {
      inner_->decide(view, out);
      return;
    }
    account(view);
    std::erase_if(held_, [&](const Held& h) { return !still_possible(view, h); });
    start_held(view, out);
    veil_.reset(view);
    if (!held_.empty() || !started_.empty()) hide_held(view);
    inside_.clear();
    inner_->decide(veil_.shown(), inside_);
    for (const Decision& decision : inside_.all()) take(view, decision, out);
    forbid_standstill(view);
    started_.clear();
  }

 private:
  struct Held {
    Start start;
    std::uint64_t request_id = 0;
    std::vector<std::uint64_t> other_ids;
  };
  struct Device {
    std::uint32_t point = 0, busy = 0;
    Watts tasks = 0;  ///< what its tasks draw beyond idle slots
  };

  /// What a task draws beyond the idle slot that it takes.
  [[nodiscard]] static Watts added(const SystemView& view, const Start& start, std::uint32_t point) {
    const Accelerator& a = view.accelerators[start.accelerator];
    const Kind& kind = view.kinds[a.kind];
    const auto batch = static_cast<std::uint32_t>(1 + start.also.size());
    const Cost& cost = view.cost(view.model_task(start.task), a.kind, point, start.variant, batch);
    const Watts own = cost.time > 0 ? cost.energy / cost.time : 0;
    const Watts idle = kind.points[point].idle_power / a.slots;
    // Before it computes, a task draws the active power of its slot whatever its energy means.
    const Watts active = kind.points[point].active_power / a.slots;
    return kind.energy_is_total ? std::max(own, active) - idle : active + own - idle;
  }

  void account(const SystemView& view) {
    devices_.assign(view.accelerators.size(), {});
    for (std::uint32_t a = 0; a < devices_.size(); ++a) {
      devices_[a].point = view.accelerators[a].point;
      devices_[a].busy = view.accelerators[a].slots - view.accelerators[a].free_slots;
    }
    // What runs together on an accelerator of one slot is one batch; with several slots each task counts by itself, which
    // is more than a batch draws, not less.
    std::map<std::tuple<std::uint32_t, Seconds, std::uint32_t, std::uint32_t>, Start> running;
    for (const std::uint32_t r : view.live)
      for (std::uint32_t t = 0; t < view.requests[r].tasks.size(); ++t) {
        const TaskState& task = view.requests[r].tasks[t];
        if (task.progress != Progress::running) continue;
        const Accelerator& on = view.accelerators[task.accelerator];
        const bool batches = view.kinds[on.kind].max_batch > 1 && on.slots == 1;
        const auto key = batches ? std::tuple{task.accelerator, task.start, view.requests[r].model, t}
                                 : std::tuple{task.accelerator, task.start, r + 0x40000000u, t};
        const auto [at, is_new] = running.try_emplace(key, Start{{r, t}, task.accelerator, task.variant, {}});
        if (!is_new) at->second.also.push_back({r, t});
      }
    for (const auto& [key, start] : running) devices_[start.accelerator].tasks += added(view, start, devices_[start.accelerator].point);
  }

  [[nodiscard]] Watts power(const SystemView& view) const {
    Watts sum = view.base_power;
    for (std::uint32_t a = 0; a < devices_.size(); ++a)
      if (view.accelerators[a].available)
        sum += view.kinds[view.accelerators[a].kind].points[devices_[a].point].idle_power + devices_[a].tasks;
    return sum;
  }

  /// Starts it if the cap allows, at the point it is at or, on an empty accelerator, at the fastest that fits.
  bool start_within_cap(const SystemView& view, const Start& start, Decisions& out) {
    Device& device = devices_[start.accelerator];
    const Kind& kind = view.kinds[view.accelerators[start.accelerator].kind];
    const auto batch = static_cast<std::uint32_t>(1 + start.also.size());
    const Watts others = power(view) - kind.points[device.point].idle_power;
    std::uint32_t best = kNone;
    Seconds fastest = kNever;
    for (std::uint32_t p = 0; p < kind.points.size(); ++p) {
      if (p != device.point && (device.busy > 0 || !scale_)) continue;
      const Seconds time = view.alone_time_at(view.model_task(start.task), start.accelerator, p, start.variant, batch);
      const Watts then = others + kind.points[p].idle_power + added(view, start, p);
      constexpr double kRounding = 1e-9;
      if (time == kNever || then > cap_ * (1 + kRounding)) continue;
      if (time < fastest || (time == fastest && p == device.point)) {
        fastest = time;
        best = p;
      }
    }
    if (best == kNone) return false;
    if (best != device.point) out.set_operating_point(start.accelerator, best);
    device.point = best;
    device.tasks += added(view, start, best);
    ++device.busy;
    out.add(start);
    return true;
  }

  void start_held(const SystemView& view, Decisions& out) {
    started_.clear();
    std::erase_if(held_, [&](const Held& h) {
      if (!start_within_cap(view, h.start, out)) return false;
      started_.push_back(h.start);
      return true;
    });
  }

  [[nodiscard]] static bool still_possible(const SystemView& view, const Held& h) {
    if (h.start.task.request >= view.requests.size() || view.request(h.start.task).id != h.request_id) return false;
    if (!view.request(h.start.task).live || !view.can_start(h.start.task, h.start.accelerator, h.start.variant)) return false;
    for (std::size_t i = 0; i < h.start.also.size(); ++i) {
      const TaskRef other = h.start.also[i];
      if (view.request(other).id != h.other_ids[i] || !view.request(other).live ||
          view.state(other).progress != Progress::ready)
        return false;
    }
    return true;
  }

  void hide_held(const SystemView& view) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> tasks;
    const auto note = [&](const Start& start) {
      tasks.emplace(start.task.request, start.task.task);
      for (const TaskRef other : start.also) tasks.emplace(other.request, other.task);
      Accelerator& a = veil_.accelerators()[start.accelerator];
      if (a.free_slots > 0) --a.free_slots;
      if (a.free_slots == 0) a.free_at = view.now + view.run_time(start.task, start.also, start.accelerator, start.variant);
    };
    for (const Held& h : held_) note(h.start);
    for (const Start& start : started_) note(start);
    for (std::uint32_t a = 0; a < devices_.size(); ++a) veil_.accelerators()[a].point = devices_[a].point;
    veil_.hide_tasks([&](TaskRef t) { return tasks.contains({t.request, t.task}); });
  }

  void take(const SystemView& view, const Decision& decision, Decisions& out) {
    if (const auto* start = std::get_if<Start>(&decision)) {
      // Nothing overtakes what is held on the same accelerator; an illegal start is the engine's to refuse.
      const bool legal = start->task.request < view.requests.size() && start->accelerator < devices_.size() &&
                         start->task.task < view.request(start->task).tasks.size();
      if (!legal) {
        out.add(decision);
        return;
      }
      if (start_within_cap(view, *start, out)) return;
      Held h{*start, view.request(start->task).id, {}};
      for (const TaskRef other : start->also) h.other_ids.push_back(view.request(other).id);
      held_.push_back(std::move(h));
      return;
    }
    if (const auto* set = std::get_if<SetOperatingPoint>(&decision)) {
      if (set->accelerator < devices_.size() && !within_cap_at(view, *set)) return;
    }
    out.add(decision);
  }

  /// May the accelerator go to that point? Books it if so.
  bool within_cap_at(const SystemView& view, const SetOperatingPoint& set) {
    Device& device = devices_[set.accelerator];
    const Kind& kind = view.kinds[view.accelerators[set.accelerator].kind];
    if (set.point >= kind.points.size()) return true;
    const bool busy = device.busy > 0;
    // Of a busy accelerator only the direction is known without its tasks: down is allowed.
    if (busy && kind.points[set.point].active_power > kind.points[device.point].active_power) return false;
    const Watts then = power(view) - kind.points[device.point].idle_power + kind.points[set.point].idle_power;
    if (!busy && then > cap_) return false;
    if (!busy) device.point = set.point;
    return true;
  }

  /// A task that exceeds the cap even alone would wait for ever.
  void forbid_standstill(const SystemView& view) const {
    if (held_.empty()) return;
    for (const Device& device : devices_)
      if (device.busy > 0) return;
    const Start& first = held_.front().start;
    throw std::runtime_error("the cap of " + std::to_string(cap_) + " W does not allow task " +
                             std::string(view.model_task(first.task).name) + " on " +
                             std::string(view.accelerators[first.accelerator].name) +
                             " even alone, at any operating point; raise it");
  }

  std::unique_ptr<Policy> inner_;
  Watts cap_;
  bool scale_;
  std::vector<Device> devices_;
  std::vector<Held> held_;      ///< in the order in which they were decided
  std::vector<Start> started_;  ///< of those, at this call
  Decisions inside_;
  Veil veil_;
};

}  // namespace

DecoratorEntry power_cap() {
  return decorator<PowerCap>("power_cap", "keeps the platform's power at or below a cap: slower operating points, then waiting",
                             {.source = "textbook; compare DS3's and Batsim's governors",
                              .complexity = "tasks of live requests + held starts x points",
                              .knowledge = "power",
                              .verified_by = "the invariant: recorded power never exceeds the cap"});
}

}  // namespace hetsched
