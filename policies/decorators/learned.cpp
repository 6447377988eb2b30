#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "decorators/learned/rule.hpp"
#include "decorators/rules.hpp"
#include "decorators/start_check.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {
namespace learned_rules {

using Maker = std::unique_ptr<Rule>(Params&);
// One file each in learned/.
Maker ewma, bayes;

namespace {

// In the order in which help names them.
constexpr RuleEntry<Rule> kRules[] = {
    {"ewma", ewma},    // exponentially weighted moving average
    {"bayes", bayes},  // mean of a normal model
};

}  // namespace
}  // namespace learned_rules

namespace {

/// Corrects predicted costs from what finished tasks took: the policy inside sees a cost matrix whose times are
/// multiplied by what was learned of each (task, kind), and the best and mean times of tasks, models and what is left
/// of requests that follow from it. The factor is that of computing, from its start to its end, over the time alone at
/// the operating point and in the batch that it ran with; a batch counts once. Contention for memory is learned as if
/// it were the task's; nothing is learned of transfers, and of a task whose operating point changed while it ran. How a
/// factor follows from measurements is a rule.
///
/// Each start carries the time that is expected with the factor (column expected_s of tasks.csv).
class Learned final : public Policy {
 public:
  Learned(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        rule_(RuleChoice(p, learned_rules::kRules, "ewma", "how factors follow measurements").make(p)) {}

  void begin(const SystemView& view) override {
    costs_.assign(view.costs.begin(), view.costs.end());
    copy_programs(view);
    rule_->begin(std::size_t{view.rows} * view.kinds.size());
    accelerators_.all().assign(view.accelerators.begin(), view.accelerators.end());
    starts_at_ = accelerators_;
    changed_.assign(view.accelerators.size(), 0);
    last_call_ = 0;
    models_.all().assign(view.models.begin(), view.models.end());
    tasks_.assign(models_.size(), {});
    for (const ModelId m : models_.ids()) {
      tasks_[m].all().assign(models_[m].tasks.begin(), models_[m].tasks.end());
      models_[m].tasks = tasks_[m];
    }
    versions_.assign(models_.size(), 0);
    left_.clear();
    inner_->begin(corrected(view));
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const AcceleratorId a : changed_.ids())
      if (view.accelerators[a].point != accelerators_[a].point) changed_[a] = last_call_;
    last_call_ = view.now;
    for (const auto& [batch, size] : finished_in(view)) learn(view, batch.task, size);
    const SystemView shown = corrected(view);
    inside_.clear();
    inner_->decide(shown, inside_);
    // Expected times follow the decisions before: operating points, and models that accelerators switch between.
    accelerators_.all().assign(view.accelerators.begin(), view.accelerators.end());
    SystemView then = shown;
    after_ = accelerators_;
    then.accelerators = after_;
    for (const Decision& decision : inside_.all())
      std::visit([&](const auto& d) { out.add(foreseen(d, then)); }, decision);
  }

 private:
  // A decision as it is handed on; what it changes is seen by those after it.
  [[nodiscard]] Start foreseen(Start start, const SystemView& then) {
    if (!is_there(then, start)) return start;
    start.expected = then.run_time(start.task, start.also, start.accelerator, start.variant);
    after_[start.accelerator].last_model = then.request(start.task).model;
    return start;
  }
  [[nodiscard]] SetOperatingPoint foreseen(const SetOperatingPoint& set, const SystemView& then) {
    if (then.accelerators.contains(set.accelerator) && then.kind(set.accelerator).points.contains(set.point))
      after_[set.accelerator].point = set.point;
    return set;
  }
  [[nodiscard]] static const Prefetch& foreseen(const Prefetch& d, const SystemView&) { return d; }
  [[nodiscard]] static const Drop& foreseen(const Drop& d, const SystemView&) { return d; }
  [[nodiscard]] static const WakeAt& foreseen(const WakeAt& d, const SystemView&) { return d; }
  [[nodiscard]] static const Forecast& foreseen(const Forecast& d, const SystemView&) { return d; }
  [[nodiscard]] static const Load& foreseen(const Load& d, const SystemView&) { return d; }
  [[nodiscard]] static const Evict& foreseen(const Evict& d, const SystemView&) { return d; }
  [[nodiscard]] static const GiveUp& foreseen(const GiveUp& d, const SystemView&) { return d; }

  /// What is left of a request by corrected times, for as long as neither changes.
  struct Left {
    std::uint64_t id = 0;
    std::uint32_t version = 0;
    std::uint32_t unfinished = std::numeric_limits<std::uint32_t>::max();  ///< of no request
    Seconds best = 0, mean = 0;
  };
  /// Tasks that began and ended together; one of them.
  struct Together {
    TaskRef task;
    std::tuple<AcceleratorId, Seconds, Seconds, ModelId, TaskId, VariantId> key;
  };

  /// The view with what was learned. Valid until something is learned, or the next call.
  SystemView corrected(const SystemView& view) {
    SystemView shown = view;
    shown.costs = costs_;
    shown.programs = programs_;
    shown.models = models_;
    if (std::all_of(versions_.begin(), versions_.end(), [](std::uint32_t v) { return v == 0; })) return shown;
    requests_.all().assign(view.requests.begin(), view.requests.end());
    left_.resize(requests_.size());
    const auto put = [&](RequestRef r) {
      Request& request = requests_[r];
      if (versions_[request.model] == 0 || request.unfinished == 0) return;
      Left& left = left_[r];
      if (left.id != request.id || left.version != versions_[request.model] || left.unfinished != request.unfinished) {
        left = {request.id, versions_[request.model], request.unfinished, 0, 0};
        for (const TaskId t : request.tasks.ids()) {
          if (request.tasks[t].progress == Progress::finished) continue;
          left.best += tasks_[request.model][t].best_time;
          left.mean += tasks_[request.model][t].mean_time;
        }
      }
      request.remaining_best = left.best;
      request.remaining_mean = left.mean;
    };
    for (const RequestRef r : view.live) put(r);
    for (const Event& e : view.events)
      if (e.task.request != RequestRef::none && !view.request(e.task).live) put(e.task.request);
    shown.requests = requests_;
    return shown;
  }

  /// Tasks that finished now, as batches and with how many there were in each, in the order of events.
  [[nodiscard]] static std::vector<std::pair<Together, std::uint32_t>> finished_in(const SystemView& view) {
    std::vector<std::pair<Together, std::uint32_t>> batches;
    for (const Event& e : view.events) {
      if (e.type != Event::Type::task_finished) continue;
      const TaskState& state = view.state(e.task);
      const Together one{
          e.task,
          {state.accelerator, state.start, state.compute, view.request(e.task).model, e.task.task, state.variant}};
      const bool batches_there = view.kind(state.accelerator).max_batch > 1;
      const auto same = std::find_if(batches.begin(), batches.end(),
                                     [&](const auto& b) { return batches_there && b.first.key == one.key; });
      if (same == batches.end()) {
        batches.emplace_back(one, 1);
      } else {
        ++same->second;
      }
    }
    return batches;
  }

  /// From `count` tasks that began and ended together.
  void learn(const SystemView& view, TaskRef task, std::uint32_t count) {
    const TaskState& state = view.state(task);
    const ModelTask& model_task = view.model_task(task);
    const Accelerator& a = view.accelerators[state.accelerator];
    if (clearly_before(state.compute, changed_[state.accelerator])) return;  // the point changed while it ran
    // On an accelerator of one slot they were one batch; of several slots the largest that was predicted to be as fast.
    std::uint32_t size = std::min(count, view.kinds[a.kind].max_batch);
    const auto alone = [&](std::uint32_t batch) {
      return view.alone_time_at(model_task, state.accelerator, a.point, state.variant, batch);
    };
    const Seconds longest = state.predicted - view.kinds[a.kind].dispatch_time;
    while (a.slots > 1 && size > 1 && clearly_less(longest, alone(size), state.predicted)) --size;
    const Seconds measured = state.finish - state.compute;
    const Seconds predicted = alone(size);
    if (!(measured > 0) || !(predicted > 0) || !(predicted < kNever)) return;
    const KindId kind = view.accelerators[state.accelerator].kind;
    const CostRowId row = model_task.row(state.variant);
    correct(view, row, kind, rule_->learn(index_of(row) * view.kinds.size() + index_of(kind), measured / predicted));
    if (state.variant == VariantId::original) correct_sums(view, view.request(task).model, task.task);
  }

  /// Best and mean time of a task and its model, over accelerators at the points they start at, or at any if none of
  /// those can run it: as the engine forms them of predicted costs.
  void correct_sums(const SystemView& view, ModelId model, TaskId task) {
    ModelTask& corrected = tasks_[model][task];
    SystemView then = view;
    then.costs = costs_;
    then.programs = programs_;
    corrected.best_time = kNever;
    for (const bool any : {false, true}) {
      Seconds sum = 0;
      double count = 0;
      for (const AcceleratorId a : starts_at_.ids())
        for (const PointId p : view.kind(a).points.ids()) {
          if (!any && p != starts_at_[a].point) continue;
          const Seconds time = then.alone_time_at(corrected, a, p);
          if (time == kNever) continue;
          corrected.best_time = std::min(corrected.best_time, time);
          sum += time;
          ++count;
        }
      if (count == 0) continue;
      corrected.mean_time = sum / count;
      break;
    }
    models_[model].best_time = models_[model].mean_time = 0;
    for (const ModelTask& t : tasks_[model]) {
      models_[model].best_time += t.best_time;
      models_[model].mean_time += t.mean_time;
    }
    ++versions_[model];
  }

  /// At all points and batch sizes of the kind.
  void correct(const SystemView& view, CostRowId row, KindId kind, double factor) {
    for (std::size_t r = index_of(row); (r + 1) * view.columns <= costs_.size(); r += view.rows)
      for (const PointId p : view.kinds[kind].points.ids()) {
        const std::size_t cell = r * view.columns + index_of(view.kinds[kind].column(p));
        costs_[cell].time = view.costs[cell].time * factor;
        costs_[cell].traffic = view.costs[cell].traffic * factor;
      }
    for (std::size_t r = index_of(row); (r + 1) * view.kinds.size() <= programs_.size(); r += view.rows) {
      const std::size_t place = r * view.kinds.size() + index_of(kind);
      for (std::size_t s = 0; s < programs_[place].size(); ++s)
        for (const PointId p : segment_costs_[place][s].ids()) {
          const Cost& predicted = view.programs[place][s].costs[p];
          segment_costs_[place][s][p].time = predicted.time * factor;
          segment_costs_[place][s][p].traffic = predicted.traffic * factor;
        }
    }
  }

  /// Tasks that are computed in several segments have costs of their own.
  void copy_programs(const SystemView& view) {
    segments_.assign(view.programs.size(), {});
    segment_costs_.assign(view.programs.size(), {});
    programs_.clear();
    for (std::size_t place = 0; place < view.programs.size(); ++place) {
      segments_[place].assign(view.programs[place].begin(), view.programs[place].end());
      segment_costs_[place].resize(segments_[place].size());
      for (std::size_t s = 0; s < segments_[place].size(); ++s) {
        segment_costs_[place][s].all().assign(segments_[place][s].costs.begin(), segments_[place][s].costs.end());
        segments_[place][s].costs = segment_costs_[place][s];
      }
      programs_.emplace_back(segments_[place]);
    }
  }

  std::unique_ptr<Policy> inner_;
  std::unique_ptr<learned_rules::Rule> rule_;  ///< has a factor for each row and kind
  std::vector<Cost> costs_;
  std::vector<std::span<const Segment>> programs_;  ///< as SystemView::programs
  std::vector<std::vector<Segment>> segments_;
  std::vector<std::vector<IdVector<PointId, Cost>>> segment_costs_;
  IdVector<ModelId, IdVector<TaskId, ModelTask>> tasks_;  ///< with corrected times
  IdVector<ModelId, Model> models_;
  IdVector<ModelId, std::uint32_t> versions_;  ///< how often it was corrected
  IdVector<RequestRef, Request> requests_;
  IdVector<RequestRef, Left> left_;
  IdVector<AcceleratorId, Accelerator> starts_at_, accelerators_;  ///< at the beginning, and at the last call
  IdVector<AcceleratorId, Accelerator> after_;                     ///< after the decisions of this call so far
  IdVector<AcceleratorId, Seconds> changed_;                       ///< when its point changed last
  Seconds last_call_ = 0;
  Decisions inside_;
};

}  // namespace

DecoratorEntry learned() {
  return decorator<Learned>("learned",
                            "corrects predicted times from finished tasks, per task and kind: EWMA or Bayesian",
                            {.source = "exponential smoothing; conjugate normal model (textbooks)",
                             .complexity = "points x batch sizes + tasks of the model per finished task; live requests",
                             .knowledge = "measured times of finished tasks",
                             .verified_by = "closed forms of both rules; converges to a hidden factor"});
}

}  // namespace hetsched
