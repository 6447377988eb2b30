#include <algorithm>
#include <cmath>

#include "builtin.hpp"
#include "support/start_check.hpp"

namespace hetsched {
namespace {

/// Corrects predicted costs from what finished tasks took: the policy inside sees a cost matrix whose times are
/// multiplied by what was learned of each (task, kind). The factor is that of computing alone: overheads and transfers
/// are taken off; contention for memory is learned as if it were the task's.
///
/// - ewma: factor += weight x (measured / predicted - factor), from 1.
/// - bayes: the logarithm of measured / predicted is normal with unknown mean, prior N(0, prior_sd^2), and known
///   deviation noise_sd; the factor is exp(posterior mean) (conjugate normal model, textbook).
///
/// Each start carries the time that is expected with the factor (column expected_s of tasks.csv).
class Learned final : public Policy {
 public:
  Learned(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        bayes_(p.choice("rule", {.fallback = "ewma", .of = {"ewma", "bayes"}, .doc = "how factors follow measurements"}) == "bayes"),
        weight_(p.number("weight", {.fallback = 0.25, .min = 0, .max = 1, .doc = "ewma: of the newest measurement"})),
        prior_(p.number("prior_sd", {.fallback = 0.5, .min = 1e-6, .max = 100, .doc = "bayes: of the logarithm, before anything is measured"})),
        noise_(p.number("noise_sd", {.fallback = 0.2, .min = 1e-6, .max = 100, .doc = "bayes: of the logarithm of one measurement"})) {}

  void begin(const SystemView& view) override {
    costs_.assign(view.costs.begin(), view.costs.end());
    learned_.assign(std::size_t{view.rows} * view.kinds.size(), {});
    SystemView shown = view;
    shown.costs = costs_;
    inner_->begin(shown);
  }

  void decide(const SystemView& view, Decisions& out) override {
    for (const Event& e : view.events)
      if (e.type == Event::Type::task_finished) learn(view, e.task);
    SystemView shown = view;
    shown.costs = costs_;
    inside_.clear();
    inner_->decide(shown, inside_);
    for (const Decision& decision : inside_.all()) {
      Decision passed = decision;
      if (auto* start = std::get_if<Start>(&passed); start && is_there(view, *start))
        start->expected = shown.run_time(start->task, start->also, start->accelerator, start->variant);
      out.add(std::move(passed));
    }
  }

 private:
  struct Factor {
    double value = 1;
    double sum = 0;  ///< of logarithms
    double count = 0;
  };

  void learn(const SystemView& view, TaskRef task) {
    const TaskState& state = view.state(task);
    const ModelTask& model_task = view.model_task(task);
    // What was predicted for computing alone, without the overheads and transfers that came before.
    const Seconds measured = state.finish - state.compute;
    const Seconds before = state.compute - state.start;
    const Seconds predicted = std::max(state.predicted - before, 0.0);
    if (!(measured > 0) || !(predicted > 0)) return;
    const std::uint32_t kind = view.accelerators[state.accelerator].kind;
    const std::uint32_t row = model_task.first_row + state.variant;
    Factor& factor = learned_[std::size_t{row} * view.kinds.size() + kind];
    const double ratio = measured / predicted;
    if (bayes_) {
      factor.sum += std::log(ratio);
      ++factor.count;
      const double precision = 1 / (prior_ * prior_) + factor.count / (noise_ * noise_);
      factor.value = std::exp(factor.sum / (noise_ * noise_) / precision);
    } else {
      factor.value += weight_ * (ratio - factor.value);
    }
    correct(view, row, kind, factor.value);
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
  bool bayes_;
  double weight_, prior_, noise_;
  std::vector<Cost> costs_;
  std::vector<Factor> learned_;  ///< rows x kinds
  Decisions inside_;
};

}  // namespace

DecoratorEntry learned() {
  return decorator<Learned>("learned", "corrects predicted times from finished tasks, per task and kind: EWMA or Bayesian",
                            {.source = "exponential smoothing; conjugate normal model (textbooks)",
                             .complexity = "operating points x batch sizes per finished task",
                             .knowledge = "measured times of finished tasks",
                             .verified_by = "closed forms of both rules; converges to a hidden factor"});
}

}  // namespace hetsched
