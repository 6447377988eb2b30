#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "hetsched/policy.hpp"
#include "online/map_score_tuner.hpp"
#include "support/free_slots.hpp"
#include "support/remaining_time.hpp"

namespace hetsched {
namespace {

/// DREAM: takes the (ready task, free accelerator) of the largest
///   MapScore = Urgency x LatPref + alpha x Starv + beta x (EnergyPref - Switch)
/// again and again (ties: request id, task, accelerator).
///   Urgency = ToGo / Slack: mean time of what is left over the time to the deadline; at most `urgency_cap`,
///   which is
///     also what a request past its deadline gets (late = first), or else the quotient with its negative
///     sign.
///   LatPref = sum of the task's times over all accelerators / its time here. EnergyPref: the same of energy.
///   Starv = time since the task became ready / its mean time. Switch = energy of a switch of models, if this
///   would
///     be one, / the task's energy here.
/// Preemptive between tasks. O(R A) per call with a free slot.
///
/// Options: `drop` is the smart frame drop: of the requests that cannot meet their deadline even on the longest
/// path of what is left, each task where and at the point it is fastest (remaining_time.hpp), the most hopeless
/// one is given up if none of its tasks runs, at least two are expected to miss and no more than `drop_cap` of
/// the stream's requests have been. The paper spares frames that others wait for; a policy does not see which
/// streams trigger others, so theirs are dropped as well, and what they would have triggered does not come.
/// `switch_variants`: tasks of requests that would miss as originals run as their fastest variant (the paper's
/// supernets). `tune`: alpha and beta follow UXCost (map_score_tuner.hpp).
///
/// Known from memory of the paper; its form for one accelerator checked against the public code of Dysta,
/// which takes Urgency with its sign, caps it at 1 and has beta = 0.
class Dream final : public Policy {
 public:
  explicit Dream(Params& p)
      : alpha_(p.number("alpha", {.fallback = 1, .min = 0, .doc = "weight of starvation"})),
        beta_(p.number("beta", {.fallback = 1, .min = 0, .doc = "weight of energy"})),
        cap_(p.number("urgency_cap", {.fallback = 100, .min = 0, .doc = "largest urgency"})),
        signed_(p.choice("late", {.fallback = "first",
                                  .of = {"first", "signed"},
                                  .doc = "urgency of requests past their deadline: the cap, or negative"}) == "signed"),
        drop_(p.flag("drop", false, "smart frame drop")),
        drop_cap_(
            p.number("drop_cap", {.fallback = 0.2, .min = 0, .max = 1, .doc = "part of a stream to drop at most"})),
        variants_(p.flag("switch_variants", false, "run requests that would miss as their fastest variants")),
        max_loss_(
            p.number("max_accuracy_loss", {.fallback = 1, .min = 0, .max = 1, .doc = "of a request, by variants"})),
        tune_(p.flag("tune", false, "search alpha and beta while running")),
        tuner_(p) {}

  void begin(const SystemView& view) override {
    originals_.begin(view, RemainingTime::Variants::original);
    if (variants_) with_variants_.begin(view);
    for (const Model& model : view.models) common_.emplace_back(model.tasks.size());
    for (const Stream& stream : view.streams) {
      drops_.emplace_back();
      any_deadline_ |= stream.relative_deadline < kNever;
    }
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& event : view.events)
      if (event.type == Event::Type::request_arrived) ++drops_[view.request(event.task).stream].arrived;
    if (tune_) tuner_.observe(view, alpha_, beta_);
    free_.reset(view);
    const RequestRef dropped = drop_ ? drop_hopeless(view, out) : RequestRef::none;
    if (!free_.any()) return;
    score(view, dropped);
    varied_.clear();
    // What is left after a pass is of less than all that was offered in it.
    while (free_.any() && !pairs_.empty()) take_best(view, out);
  }

 private:
  /// A task on an accelerator.
  struct Here {
    AcceleratorId accelerator;
    double preferred, frugal, change;
  };
  struct Pair {
    double score, scale;  ///< scale: of its terms
    std::size_t index;    ///< of the task in view.ready
    AcceleratorId accelerator;
  };
  /// What the scores of all requests' tasks of one kind have in common at a call.
  struct Common {
    std::uint64_t call = 0;  ///< for which it holds
    Seconds times = 0;       ///< sums and number of the accelerators that can run it
    Joules energies = 0;
    double count = 0;
    std::vector<Here> here;  ///< by accelerator with a free slot that can
  };
  struct Drops {
    double arrived = 0, dropped = 0;
  };

  [[nodiscard]] double urgency(const SystemView& view, const Request& request) const {
    const Seconds slack = request.deadline - view.now, left = request.remaining_mean;
    if (clearly_before(view.now, request.deadline)) return std::min(left / slack, cap_);
    return signed_ && clearly_before(request.deadline, view.now) ? left / slack : cap_;
  }

  /// How much better than the others: the sum of all over this one; equal for all where it costs nothing
  /// anywhere.
  static double preference(double sum, double own, double count) {
    if (own > 0) return sum / own;
    return sum > 0 ? 1e3 * count : count;
  }

  /// Starts all pairs that tie for the largest score, in order, as far as slots are free.
  void take_best(const SystemView& view, Decisions& out) {
    const Pair* best = &pairs_.front();
    for (const Pair& pair : pairs_)
      if (pair.score > best->score) best = &pair;
    const Pair top = *best;
    std::size_t kept = 0;
    for (const Pair& pair : pairs_) {
      if (started_[pair.index] || !free_.at(pair.accelerator)) continue;
      if (clearly_less(pair.score, top.score, std::max(pair.scale, top.scale))) {
        pairs_[kept++] = pair;
        continue;
      }
      const TaskRef task = view.ready[pair.index];
      out.start(task, pair.accelerator, variant(view, task, pair.accelerator));
      free_.take(pair.accelerator);
      started_[pair.index] = true;
    }
    pairs_.resize(kept);
  }

  void score(const SystemView& view, RequestRef dropped) {
    pairs_.clear();
    ++call_;
    started_.assign(view.ready.size(), false);
    for (std::size_t i = 0; i < view.ready.size(); ++i) {
      const TaskRef task = view.ready[i];
      if (task.request == dropped) continue;
      const Request& request = view.request(task);
      const Common& common = common_of(view, request.model, task.task);
      if (common.here.empty()) continue;
      const double urgent = urgency(view, request);
      const Seconds mean = common.count > 0 ? common.times / common.count : 0;
      const double starving = mean > 0 ? alpha_ * ((view.now - request.tasks[task.task].ready) / mean) : 0;
      for (const Here& here : common.here)
        pairs_.push_back({urgent * here.preferred + starving + beta_ * (here.frugal - here.change),
                          std::abs(urgent) * here.preferred + starving + beta_ * (here.frugal + here.change), i,
                          here.accelerator});
    }
  }

  const Common& common_of(const SystemView& view, ModelId model, TaskId t) {
    Common& common = common_[model][t];
    if (common.call == call_) return common;
    common.call = call_;
    common.times = common.energies = common.count = 0;
    common.here.clear();
    const ModelTask& task = view.models[model].tasks[t];
    for (const AcceleratorId a : view.accelerators.ids()) {
      const Seconds time = view.alone_time(task, a);
      if (!(time < kNever)) continue;
      common.times += time;
      common.energies += energy(view, task, a);
      ++common.count;
    }
    for (const AcceleratorId a : view.accelerators.ids()) {
      const Accelerator& accelerator = view.accelerators[a];
      const Seconds time = view.alone_time(task, a);
      if (!free_.at(a) || !(view.cost(task, accelerator.kind, accelerator.point).time < kNever)) continue;
      const Joules own = energy(view, task, a);
      const bool other = accelerator.last_model != ModelId::none && accelerator.last_model != model;
      const double change = other && own > 0 ? view.kinds[accelerator.kind].switch_energy / own : 0;
      common.here.push_back(
          {a, preference(common.times, time, common.count), preference(common.energies, own, common.count), change});
    }
    return common;
  }

  static Joules energy(const SystemView& view, const ModelTask& task, AcceleratorId a) {
    return view.alone_energy_at(task, a, view.accelerators[a].point);
  }

  /// How much later than its deadline the request ends at best; 0: it can meet it.
  static Seconds lateness(const SystemView& view, const Request& request, const RemainingTime& least) {
    if (!(request.deadline < kNever)) return 0;
    return time_until(view.now + least.of(view, request, true), request.deadline);
  }

  /// Gives at most one request up; returns which.
  RequestRef drop_hopeless(const SystemView& view, Decisions& out) {
    if (!any_deadline_) return RequestRef::none;
    RequestRef worst = RequestRef::none;
    std::uint32_t expected = 0;
    Seconds most = 0;
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      const Seconds short_of = lateness(view, request, variants_ ? with_variants_ : originals_);
      if (!(short_of > 0)) continue;
      ++expected;
      const Drops& drops = drops_[request.stream];
      const bool running = std::any_of(request.tasks.begin(), request.tasks.end(),
                                       [](const TaskState& t) { return t.progress == Progress::running; });
      if (!clearly_less(most, short_of) || running || drops.dropped + 1 > drop_cap_ * drops.arrived) continue;
      most = short_of;
      worst = r;
    }
    if (worst == RequestRef::none || expected < 2) return RequestRef::none;
    ++drops_[view.requests[worst].stream].dropped;
    out.drop(worst);
    return worst;
  }

  /// The variant to run a task as; never two new ones of a request at once, as only one of them is checked.
  VariantId variant(const SystemView& view, TaskRef task, AcceleratorId a) {
    const Request& request = view.request(task);
    if (!variants_ || !(lateness(view, request, originals_) > 0) || varied_.count(request.id) > 0)
      return VariantId::original;
    VariantId best = VariantId::original;
    for (const VariantId v : view.model_task(task).variant_ids())
      if (view.can_start(task, a, v) && view.accuracy_loss(task, v) <= max_loss_ &&
          clearly_less(view.alone_time(view.model_task(task), a, v), view.alone_time(view.model_task(task), a, best)))
        best = v;
    if (best != VariantId::original) varied_.insert(request.id);
    return best;
  }

  double alpha_, beta_, cap_;
  bool signed_, drop_;
  double drop_cap_;
  bool variants_;
  double max_loss_;
  bool tune_;
  MapScoreTuner tuner_;
  RemainingTime originals_, with_variants_;
  bool any_deadline_ = false;
  IdVector<StreamId, Drops> drops_;
  IdVector<ModelId, IdVector<TaskId, Common>> common_;  ///< by model and task
  std::uint64_t call_ = 0;                              ///< counts them
  std::vector<Pair> pairs_;
  std::vector<bool> started_;       ///< by index in view.ready
  std::set<std::uint64_t> varied_;  ///< requests with a new variant in this call
  FreeSlots free_;
};

}  // namespace

PolicyEntry dream() {
  return policy<Dream>(
      "dream", "DREAM: the largest MapScore of urgency, preference of accelerators, starvation, energy",
      {.source = "Kim et al., DREAM, ASPLOS 2024 (first SDRM3, arXiv 2212.03414)",
       .complexity = "R x free accelerators; A for each task of a model",
       .knowledge = "deadlines, energy; variants with switch_variants",
       .verified_by = "one accelerator: the public Dysta code's SDRM3 on five requests; two: by hand"});
}

}  // namespace hetsched
