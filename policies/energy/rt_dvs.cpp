#include "energy/rt_dvs.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// EDF on each accelerator by itself (streams are divided among them, first fit by decreasing utilization), at the
/// lowest operating point whose speed is enough: static (U), cycle-conserving (what finished early lowers U until the
/// next release), or look-ahead (work is put off as far as possible). The worst case of a request is its tasks'
/// predicted times on the accelerator at its fastest point, times `worst_case`: deadlines are kept as far as no request
/// takes more. Preemption is between tasks: late by at most the longest task.
///
/// The speed of a point is the ratio of the slowest of its tasks. Streams without period take their relative deadline;
/// those without both, and those that fit nowhere, make their accelerator run at full speed.
class RealTimeDvs final : public Policy {
 public:
  explicit RealTimeDvs(Params& p)
      : worst_case_(p.number(
            "worst_case",
            {.fallback = 1, .min = 1, .max = 1e6, .doc = "longest time of a request over the predicted one"})) {
    const std::string rule = p.choice("rule", {.fallback = "look_ahead",
                                               .of = {"full", "static", "cycle_conserving", "look_ahead"},
                                               .doc = "how the speed follows the work; full: plain partitioned EDF"});
    rule_ = rule == "full"               ? RtDvs::Rule::full
            : rule == "static"           ? RtDvs::Rule::fixed
            : rule == "cycle_conserving" ? RtDvs::Rule::cycle_conserving
                                         : RtDvs::Rule::look_ahead;
  }

  void begin(const SystemView& view) override {
    devices_.clear();
    for (const AcceleratorId a : view.accelerators.ids()) {
      Device device(rule_);
      device.fastest = fastest_point(view, a);
      for (const PointId p : view.kind(a).points.ids()) device.speeds.push_back(speed_of(view, a, p, device.fastest));
      devices_.push_back(std::move(device));
    }
    divide(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    account(view);
    for (const Event& e : view.events) note(view, e);
    last_ = view.now;
    set_speeds(view, out);
    start(view, out);
  }

 private:
  struct Device {
    explicit Device(RtDvs::Rule rule) : dvs(rule) {}
    PointId fastest = {}, point = PointId::none;
    IdVector<PointId, double> speeds;
    RtDvs dvs;
    bool full_speed = false;  ///< a stream is here whose needs are not known
  };
  struct Home {
    AcceleratorId device = AcceleratorId::none;
    std::size_t task = 0;  ///< in the device's RtDvs
    bool periodic = false;
  };

  [[nodiscard]] Seconds worst(const SystemView& view, ModelId model, AcceleratorId a, PointId point) const {
    Seconds sum = 0;
    for (const ModelTask& task : view.models[model].tasks)
      sum += view.kind(a).dispatch_time + view.alone_time_at(task, a, point);
    return sum * worst_case_;
  }

  /// The point that most tasks can run at; of several, the one at which these take least time in all.
  static PointId fastest_point(const SystemView& view, AcceleratorId a) {
    PointId best = {};
    std::uint32_t most = 0;
    Seconds least = kNever;
    for (const PointId p : view.kind(a).points.ids()) {
      Seconds sum = 0;
      std::uint32_t count = 0;
      for (const Model& model : view.models)
        for (const ModelTask& task : model.tasks) {
          const Seconds time = view.alone_time_at(task, a, p);
          if (time == kNever) continue;
          sum += time;
          ++count;
        }
      if (count < most || (count == most && !clearly_less(sum, least))) continue;
      most = count;
      least = sum;
      best = p;
    }
    return best;
  }

  /// Of the slowest task, relative to the fastest point; 0 if something that runs there does not run at this one.
  static double speed_of(const SystemView& view, AcceleratorId a, PointId point, PointId fastest) {
    double slowest = 1;
    for (const Model& model : view.models)
      for (const ModelTask& task : model.tasks) {
        const Seconds there = view.alone_time_at(task, a, fastest), here = view.alone_time_at(task, a, point);
        if (there < kNever && here == kNever) return 0;
        if (there < kNever && here > 0) slowest = std::min(slowest, there / here);
      }
    return slowest;
  }

  void divide(const SystemView& view) {
    homes_.assign(view.streams.size(), {});
    std::vector<StreamId> order = view.streams.ids().list();
    const auto period = [&](StreamId s) { return std::min(view.streams[s].period, view.streams[s].relative_deadline); };
    const auto utilization = [&](StreamId s) { return view.models[view.streams[s].model].best_time / period(s); };
    std::stable_sort(order.begin(), order.end(),
                     [&](StreamId x, StreamId y) { return utilization(x) > utilization(y); });
    settle_ties(
        order.begin(), order.end(),
        [&](StreamId x, StreamId y) { return clearly_less(utilization(y), utilization(x)); }, std::less<>());
    for (const StreamId s : order) {
      Home& home = homes_[s];
      AcceleratorId least_loaded = AcceleratorId::none;
      for (const AcceleratorId a : devices_.ids()) {
        const Seconds time = worst(view, view.streams[s].model, a, devices_[a].fastest);
        if (time == kNever) continue;
        if (least_loaded == AcceleratorId::none ||
            clearly_less(devices_[a].dvs.utilization(), devices_[least_loaded].dvs.utilization()))
          least_loaded = a;
        if (period(s) == kNever || devices_[a].full_speed) continue;
        if (clearly_less(1, devices_[a].dvs.utilization() + time / period(s))) continue;
        home = {a, devices_[a].dvs.add(time, period(s)), true};
        break;
      }
      if (home.device != AcceleratorId::none || least_loaded == AcceleratorId::none) continue;
      home = {least_loaded, 0, false};
      devices_[least_loaded].full_speed = true;
    }
  }

  /// What the running tasks have done since the last call.
  void account(const SystemView& view) {
    for (const RequestRef r : view.live) account(view, view.requests[r]);
    for (const Event& e : view.events)
      if (e.type == Event::Type::request_finished) account(view, view.request(e.task));
  }

  void account(const SystemView& view, const Request& request) {
    const Home& home = homes_[request.stream];
    if (!home.periodic) return;
    Device& device = devices_[home.device];
    for (const TaskState& task : request.tasks) {
      if (task.accelerator != home.device || task.start == kNever) continue;
      const Seconds until = task.progress == Progress::finished ? std::min(task.finish, view.now) : view.now;
      const Seconds ran = until - std::max(last_, task.start);
      if (ran > 0) device.dvs.execute(home.task, ran * device.speeds[view.accelerators[home.device].point]);
    }
  }

  void note(const SystemView& view, const Event& e) {
    if (e.task.request == RequestRef::none) return;
    const Request& request = view.request(e.task);
    const Home& home = homes_[request.stream];
    if (!home.periodic) return;
    RtDvs& dvs = devices_[home.device].dvs;
    if (e.type == Event::Type::request_arrived) {
      dvs.release(home.task,
                  request.deadline < kNever ? request.deadline : view.now + view.streams[request.stream].period);
    } else if (e.type == Event::Type::request_finished) {
      dvs.complete(home.task, dvs.done(home.task));
    } else if (e.type == Event::Type::request_dropped) {
      dvs.complete(home.task, 0);
    }
  }

  void set_speeds(const SystemView& view, Decisions& out) {
    for (const AcceleratorId a : devices_.ids()) {
      Device& device = devices_[a];
      if (!view.accelerators[a].available) continue;
      const double needed = device.full_speed ? 1 : std::min(1.0, device.dvs.speed(view.now));
      PointId best = device.fastest;
      for (const PointId p : device.speeds.ids())
        if (!clearly_less(device.speeds[p], needed) && device.speeds[p] > 0 &&
            clearly_less(device.speeds[p], device.speeds[best]))
          best = p;
      if (!runs_at(view, a, best)) continue;  // what fits no accelerator as a whole may need a point of its own
      device.point = best;
      if (best != view.accelerators[a].point) out.set_operating_point(a, best);
    }
  }

  void start(const SystemView& view, Decisions& out) {
    free_.reset(view);
    order_.assign(view.ready.begin(), view.ready.end());
    std::stable_sort(order_.begin(), order_.end(),
                     [&](TaskRef a, TaskRef b) { return view.request(a).deadline < view.request(b).deadline; });
    settle_ties(
        order_.begin(), order_.end(),
        [&](TaskRef a, TaskRef b) { return clearly_before(view.request(a).deadline, view.request(b).deadline); },
        [&](TaskRef a, TaskRef b) {
          return std::tuple(view.request(a).id, a.task) < std::tuple(view.request(b).id, b.task);
        });
    for (const TaskRef task : order_) {
      const AcceleratorId home = homes_[view.request(task).stream].device;
      if (home != AcceleratorId::none && view.accelerators[home].available) {
        if (free_.at(home) && runs_on(view, task, home)) {
          out.start(task, home);
          free_.take(home);
        }
        continue;
      }
      start_anywhere(view, task, out);
    }
  }

  /// A task whose accelerator is off, or whose model no accelerator runs as a whole: on any that can run it.
  void start_anywhere(const SystemView& view, TaskRef task, Decisions& out) {
    for (const AcceleratorId a : devices_.ids()) {
      if (!free_.at(a)) continue;
      const bool empty = free_.left(a) == view.accelerators[a].slots;
      for (const PointId p : devices_[a].speeds.ids()) {
        if (!empty || runs_on(view, task, a)) break;
        if (view.alone_time_at(view.model_task(task), a, p) == kNever) continue;
        devices_[a].point = p;
        out.set_operating_point(a, p);
      }
      if (!runs_on(view, task, a)) continue;
      out.start(task, a);
      free_.take(a);
      return;
    }
  }

  /// Can all that runs on the accelerator go on at that point?
  static bool runs_at(const SystemView& view, AcceleratorId a, PointId point) {
    if (view.accelerators[a].free_slots == view.accelerators[a].slots) return true;
    for (const RequestRef r : view.live)
      for (const TaskId t : view.requests[r].tasks.ids()) {
        const TaskState& task = view.requests[r].tasks[t];
        if (task.progress != Progress::running || task.accelerator != a) continue;
        if (view.alone_time_at(view.model_task({r, t}), a, point, task.variant) == kNever) return false;
      }
    return true;
  }

  /// At the point that the accelerator is at, or has just been set to.
  [[nodiscard]] bool runs_on(const SystemView& view, TaskRef task, AcceleratorId a) const {
    const PointId point = devices_[a].point == PointId::none ? view.accelerators[a].point : devices_[a].point;
    return view.alone_time_at(view.model_task(task), a, point) < kNever;
  }

  double worst_case_;
  RtDvs::Rule rule_ = RtDvs::Rule::look_ahead;
  IdVector<AcceleratorId, Device> devices_;
  IdVector<StreamId, Home> homes_;
  Seconds last_ = 0;
  FreeSlots free_;
  std::vector<TaskRef> order_;
};

}  // namespace

PolicyEntry rt_dvs() {
  return policy<RealTimeDvs>(
      "rt_dvs", "partitioned EDF at the lowest speed that keeps deadlines: static, cycle-conserving, look-ahead",
      {.source = "Pillai and Shin, SOSP 2001",
       .complexity = "R log R + streams log streams per accelerator",
       .knowledge = "periods, deadlines, operating points",
       .verified_by = "Pillai and Shin's example: energy 1, 0.64, 0.52, 0.44 of full speed; "
                      "runs at half of the worst case: 1, 0.64, 0.6, 0.42",
       .needs = Needs::points});
}

}  // namespace hetsched
