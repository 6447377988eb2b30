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
    rule_->begin(std::size_t{view.rows} * view.kinds.size());
    accelerators_.assign(view.accelerators.begin(), view.accelerators.end());
    starts_at_ = accelerators_;
    changed_.assign(view.accelerators.size(), 0);
    last_call_ = 0;
    models_.assign(view.models.begin(), view.models.end());
    tasks_.assign(models_.size(), {});
    for (std::size_t m = 0; m < models_.size(); ++m) {
      tasks_[m].assign(models_[m].tasks.begin(), models_[m].tasks.end());
      models_[m].tasks = tasks_[m];
    }
    versions_.assign(models_.size(), 0);
    left_.clear();
    inner_->begin(corrected(view));
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (std::size_t a = 0; a < changed_.size(); ++a)
      if (view.accelerators[a].point != accelerators_[a].point) changed_[a] = last_call_;
    last_call_ = view.now;
    for (const auto& [batch, size] : finished_in(view)) learn(view, batch.task, size);
    const SystemView shown = corrected(view);
    inside_.clear();
    inner_->decide(shown, inside_);
    // Expected times follow the decisions before: operating points, and models that accelerators switch between.
    accelerators_.assign(view.accelerators.begin(), view.accelerators.end());
    SystemView then = shown;
    std::vector<Accelerator> after = accelerators_;
    then.accelerators = after;
    for (const Decision& decision : inside_.all()) {
      Decision passed = decision;
      if (auto* start = std::get_if<Start>(&passed); start && is_there(view, *start)) {
        start->expected = then.run_time(start->task, start->also, start->accelerator, start->variant);
        after[start->accelerator].last_model = view.request(start->task).model;
      } else if (const auto* set = std::get_if<SetOperatingPoint>(&decision);
                 set && set->accelerator < after.size() &&
                 set->point < view.kinds[after[set->accelerator].kind].points.size()) {
        after[set->accelerator].point = set->point;
      }
      out.add(std::move(passed));
    }
  }

 private:
  /// What is left of a request by corrected times, for as long as neither changes.
  struct Left {
    std::uint64_t id = 0;
    std::uint32_t version = 0, unfinished = kNone;
    Seconds best = 0, mean = 0;
  };
  /// Tasks that began and ended together; one of them.
  struct Together {
    TaskRef task;
    std::tuple<std::uint32_t, Seconds, Seconds, std::uint32_t, std::uint32_t, std::uint32_t> key;
  };

  /// The view with what was learned. Valid until something is learned, or the next call.
  SystemView corrected(const SystemView& view) {
    SystemView shown = view;
    shown.costs = costs_;
    shown.models = models_;
    if (std::all_of(versions_.begin(), versions_.end(), [](std::uint32_t v) { return v == 0; })) return shown;
    requests_.assign(view.requests.begin(), view.requests.end());
    left_.resize(requests_.size());
    const auto put = [&](std::uint32_t r) {
      Request& request = requests_[r];
      if (versions_[request.model] == 0 || request.unfinished == 0) return;
      Left& left = left_[r];
      if (left.id != request.id || left.version != versions_[request.model] || left.unfinished != request.unfinished) {
        left = {request.id, versions_[request.model], request.unfinished, 0, 0};
        for (std::size_t t = 0; t < request.tasks.size(); ++t) {
          if (request.tasks[t].progress == Progress::finished) continue;
          left.best += tasks_[request.model][t].best_time;
          left.mean += tasks_[request.model][t].mean_time;
        }
      }
      request.remaining_best = left.best;
      request.remaining_mean = left.mean;
    };
    for (const std::uint32_t r : view.live) put(r);
    for (const Event& e : view.events)
      if (e.task.request != kNone && !view.request(e.task).live) put(e.task.request);
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
      const bool batches_there = view.kinds[view.accelerators[state.accelerator].kind].max_batch > 1;
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
    if (state.compute < changed_[state.accelerator]) return;  // the point changed while it ran
    // On an accelerator of one slot they were one batch; of several slots the largest that was predicted to be as fast.
    std::uint32_t size = std::min(count, view.kinds[a.kind].max_batch);
    const auto alone = [&](std::uint32_t batch) {
      return view.alone_time_at(model_task, state.accelerator, a.point, state.variant, batch);
    };
    const Seconds longest = (state.predicted - view.kinds[a.kind].dispatch_time) * (1 + 1e-9);
    while (a.slots > 1 && size > 1 && alone(size) > longest) --size;
    const Seconds measured = state.finish - state.compute;
    const Seconds predicted = alone(size);
    if (!(measured > 0) || !(predicted > 0) || !(predicted < kNever)) return;
    const std::uint32_t kind = view.accelerators[state.accelerator].kind;
    const std::uint32_t row = model_task.first_row + state.variant;
    correct(view, row, kind, rule_->learn(std::size_t{row} * view.kinds.size() + kind, measured / predicted));
    if (state.variant == 0) correct_sums(view, view.request(task).model, task.task);
  }

  /// Best and mean time of a task and its model, over accelerators at the points they start at, or at any if none of
  /// those can run it: as the engine forms them of predicted costs.
  void correct_sums(const SystemView& view, std::uint32_t model, std::uint32_t task) {
    ModelTask& corrected = tasks_[model][task];
    SystemView then = view;
    then.costs = costs_;
    corrected.best_time = kNever;
    for (const bool any : {false, true}) {
      Seconds sum = 0;
      double count = 0;
      for (std::uint32_t a = 0; a < starts_at_.size(); ++a)
        for (std::uint32_t p = 0; p < view.kinds[starts_at_[a].kind].points.size(); ++p) {
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
  void correct(const SystemView& view, std::uint32_t row, std::uint32_t kind, double factor) {
    for (std::size_t r = row; (r + 1) * view.columns <= costs_.size(); r += view.rows)
      for (std::size_t p = 0; p < view.kinds[kind].points.size(); ++p) {
        const std::size_t cell = r * view.columns + view.kinds[kind].first_column + p;
        costs_[cell].time = view.costs[cell].time * factor;
        costs_[cell].traffic = view.costs[cell].traffic * factor;
      }
  }

  std::unique_ptr<Policy> inner_;
  std::unique_ptr<learned_rules::Rule> rule_;  ///< has a factor for each row and kind
  std::vector<Cost> costs_;
  std::vector<std::vector<ModelTask>> tasks_;  ///< by model, with corrected times
  std::vector<Model> models_;
  std::vector<std::uint32_t> versions_;  ///< by model: how often it was corrected
  std::vector<Request> requests_;
  std::vector<Left> left_;                             ///< by place of the request
  std::vector<Accelerator> starts_at_, accelerators_;  ///< at the beginning, and at the last call
  std::vector<Seconds> changed_;                       ///< by accelerator: when its point changed last
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
