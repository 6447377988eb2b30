#include <algorithm>
#include <functional>

#include "energy/energy_aware_placement.hpp"
#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Linux's energy-aware scheduling on accelerators: kinds are performance domains, streams are what wakes up. When a
/// request arrives, its stream goes to the accelerator that the kernel's rule chooses (most spare capacity in each
/// domain, then least estimated energy; it leaves the one it was on only if that saves more than `margin`); all tasks
/// of the request run there, first come first served. Every domain runs at the lowest point with `headroom` over the
/// largest utilization of its accelerators (schedutil). When an accelerator is used to more than `tipping_point`,
/// streams go to where most capacity is to spare instead.
///
/// Capacity of a kind at a point: mean over the models that it can run of (best time anywhere) / (time there), x 1024.
/// Utilization of a stream: 1024 x best time of its model / period, the period measured as a moving average if the
/// stream has none. A model that no accelerator runs as a whole has its tasks wherever they are done first.
class Eas final : public Policy {
 public:
  explicit Eas(Params& p)
      : margin_(p.number("margin",
                         {.fallback = 0.06, .min = 0, .max = 1, .doc = "part of the energy that moving must save"})),
        headroom_(p.number("headroom",
                           {.fallback = 1.25, .min = 1, .max = 10, .doc = "capacity over utilization (schedutil)"})),
        tipping_point_(
            p.number("tipping_point",
                     {.fallback = 0.8, .min = 0, .max = 1, .doc = "utilization beyond which load is balanced"})) {}

  void begin(const SystemView& view) override {
    domains_.assign(view.kinds.size(), {});
    points_.assign(view.kinds.size(), {});
    for (const KindId k : view.kinds.ids()) add_domain(view, k);
    streams_.assign(view.streams.size(), {});
    for (const StreamId s : view.streams.ids()) streams_[s].period = view.streams[s].period;
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events)
      if (e.type == Event::Type::request_arrived) wake(view, view.request(e.task));
    set_points(view, out);
    free_.reset(view);
    for (const TaskRef task : view.ready) {
      if (!free_.any()) return;
      const AcceleratorId home = home_of(view, task);
      const AcceleratorId a =
          home != AcceleratorId::none ? (free_.at(home) ? home : AcceleratorId::none) : fastest(view, task);
      if (a == AcceleratorId::none || !runs(view, task, a)) continue;
      out.start(task, a);
      free_.take(a);
    }
  }

 private:
  static constexpr double kCapacity = 1024;
  struct StreamState {
    AcceleratorId home = AcceleratorId::none;
    Seconds period = kNever, last = kNever;
  };

  /// Time of a model on a kind at a point; kNever if a task cannot run there.
  static Seconds model_time(const SystemView& view, const Model& model, KindId kind, PointId point) {
    Seconds sum = 0;
    for (const ModelTask& task : model.tasks) sum += view.cost(task, kind, point).time;
    return sum;
  }

  void add_domain(const SystemView& view, KindId k) {
    PerformanceDomain& domain = domains_[k];
    for (const AcceleratorId a : view.accelerators.ids())
      if (view.accelerators[a].kind == k) domain.processors.push_back(a);
    for (const PointId p : view.kinds[k].points.ids()) {
      double capacity = 0, power = 0, models = 0;
      for (const Model& model : view.models) {
        const Seconds time = model_time(view, model, k, p);
        if (!(time < kNever) || !(time > 0)) continue;
        Joules energy = 0;
        for (const ModelTask& task : model.tasks) energy += view.cost(task, k, p).energy;
        capacity += kCapacity * model.best_time / time;
        power += energy / time;
        ++models;
      }
      if (models == 0) continue;
      const Watts active = view.kinds[k].energy_is_total ? 0 : view.kinds[k].points[p].active_power;
      domain.points.push_back({capacity / models, active + power / models});
      points_[k].push_back(p);
    }
    std::vector<std::size_t> order(domain.points.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
      return domain.points[x].capacity < domain.points[y].capacity;
    });
    settle_ties(
        order.begin(), order.end(),
        [&](std::size_t x, std::size_t y) {
          return clearly_less(domain.points[x].capacity, domain.points[y].capacity);
        },
        std::less<>());
    const PerformanceDomain unsorted = domain;
    const std::vector<PointId> points = points_[k];
    for (std::size_t i = 0; i < order.size(); ++i) {
      domain.points[i] = unsorted.points[order[i]];
      points_[k][i] = points[order[i]];
    }
    if (domain.points.empty()) domain.processors.clear();
  }

  [[nodiscard]] double utilization_of(const SystemView& view, StreamId stream) const {
    const StreamState& state = streams_[stream];
    return state.period < kNever ? kCapacity * view.models[view.streams[stream].model].best_time / state.period : 0;
  }

  [[nodiscard]] Utilizations utilizations(const SystemView& view) const {
    Utilizations sum(view.accelerators.size(), 0);
    for (const StreamId s : streams_.ids())
      if (streams_[s].home != AcceleratorId::none) sum[streams_[s].home] += utilization_of(view, s);
    return sum;
  }

  void wake(const SystemView& view, const Request& request) {
    StreamState& stream = streams_[request.stream];
    constexpr double kNewest = 0.25;  // weight in the moving average
    if (view.streams[request.stream].period == kNever && stream.last < kNever &&
        clearly_before(stream.last, view.now)) {
      const Seconds gap = view.now - stream.last;
      stream.period = stream.period < kNever ? stream.period + kNewest * (gap - stream.period) : gap;
    }
    stream.last = view.now;
    const Utilizations load = utilizations(view);
    IdVector<AcceleratorId, bool> allowed(view.accelerators.size(), false);
    bool overutilized = false;
    for (const AcceleratorId a : allowed.ids()) {
      const KindId kind = view.accelerators[a].kind;
      if (domains_[kind].points.empty()) continue;
      const double capacity = domains_[kind].points.back().capacity;
      overutilized = overutilized || clearly_less(tipping_point_ * capacity, load[a]);
      allowed[a] = view.accelerators[a].available &&
                   model_time(view, view.models[request.model], kind, points_[kind].back()) < kNever;
    }
    const double own = utilization_of(view, request.stream);
    AcceleratorId next = AcceleratorId::none;
    if (!overutilized) next = energy_aware_choice(domains_, load, own, stream.home, allowed, margin_);
    stream.home = next != AcceleratorId::none ? next : most_spare(view, load, own, stream.home, allowed);
  }

  [[nodiscard]] AcceleratorId most_spare(const SystemView& view, const Utilizations& load, double own,
                                         AcceleratorId previous, const IdVector<AcceleratorId, bool>& allowed) const {
    AcceleratorId best = AcceleratorId::none;
    double most = -kNever;
    for (const AcceleratorId a : load.ids()) {
      if (!allowed[a]) continue;
      const double capacity = domains_[view.accelerators[a].kind].points.back().capacity;
      const double spare = capacity - load[a] + (a == previous ? own : 0);
      if (!clearly_less(most, spare, std::max(capacity, load[a]))) continue;
      most = spare;
      best = a;
    }
    return best;
  }

  void set_points(const SystemView& view, Decisions& out) {
    Utilizations load = utilizations(view);
    for (double& u : load) u *= headroom_;
    chosen_.assign(view.accelerators.size(), PointId::none);
    for (const KindId k : domains_.ids()) {
      if (domains_[k].processors.empty()) continue;
      const PointId point = points_[k][point_for(domains_[k], load)];
      for (const AcceleratorId a : domains_[k].processors) {
        const Accelerator& accelerator = view.accelerators[a];
        chosen_[a] = accelerator.point;
        // What runs may have no cost at the new point: it changes when the accelerator is empty.
        if (!accelerator.available || accelerator.point == point || accelerator.free_slots < accelerator.slots)
          continue;
        chosen_[a] = point;
        out.set_operating_point(a, point);
      }
    }
  }

  /// Where the task has to go; none: anywhere.
  [[nodiscard]] AcceleratorId home_of(const SystemView& view, TaskRef task) const {
    const AcceleratorId home = streams_[view.request(task).stream].home;
    if (home == AcceleratorId::none || !view.accelerators[home].available) return AcceleratorId::none;
    // It may have been put to another point since.
    return runs(view, task, home) ? home : AcceleratorId::none;
  }
  [[nodiscard]] bool runs(const SystemView& view, TaskRef task, AcceleratorId a) const {
    const PointId point = chosen_[a] == PointId::none ? view.accelerators[a].point : chosen_[a];
    return view.alone_time_at(view.model_task(task), a, point) < kNever;
  }
  [[nodiscard]] AcceleratorId fastest(const SystemView& view, TaskRef task) const {
    AcceleratorId best = AcceleratorId::none;
    Seconds least = kNever;
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (!free_.at(a)) continue;
      const PointId point = chosen_[a] == PointId::none ? view.accelerators[a].point : chosen_[a];
      const Seconds time = view.alone_time_at(view.model_task(task), a, point);
      if (!clearly_less(time, least)) continue;
      least = time;
      best = a;
    }
    return best;
  }

  double margin_, headroom_, tipping_point_;
  IdVector<KindId, PerformanceDomain> domains_;
  IdVector<KindId, std::vector<PointId>> points_;  ///< which of its points a domain's are
  IdVector<StreamId, StreamState> streams_;
  IdVector<AcceleratorId, PointId> chosen_;  ///< point from this call on
  FreeSlots free_;
};

}  // namespace

PolicyEntry eas() {
  return policy<Eas>("eas", "Linux's energy-aware scheduling: streams go where the estimated energy is least",
                     {.source = "Linux kernel, scheduler/sched-energy.rst and schedutil",
                      .complexity = "R A + streams + points, A^2 per arrival",
                      .knowledge = "periods, energy, operating points",
                      .verified_by = "the kernel documentation's example: energies 1364, 1485, 1437"});
}

}  // namespace hetsched
