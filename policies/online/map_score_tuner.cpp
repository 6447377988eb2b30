#include "online/map_score_tuner.hpp"

#include <algorithm>

namespace hetsched {

void MapScoreTuner::observe(const SystemView& view, double& alpha, double& beta) {
  tallies_.resize(view.streams.size());
  for (const Event& event : view.events) {
    if (event.type == Event::Type::task_finished) count_task(view, event.task);
    if (event.type != Event::Type::request_finished && event.type != Event::Type::request_dropped) continue;
    const Request& request = view.request(event.task);
    Tally& tally = tallies_[request.stream];
    ++tally.ended;
    ++ended_;
    if (event.type == Event::Type::request_dropped || clearly_before(request.deadline, view.now)) ++tally.violated;
  }
  if (ended_ < window_) return;
  if (streams_changed()) {
    measured_ = false;
    step_ = kFirstStep;
  }
  if (step_ >= kLastStep) next(alpha, beta);
  tallies_.assign(view.streams.size(), {});
  ended_ = 0;
}

void MapScoreTuner::count_task(const SystemView& view, TaskRef task) {
  const ModelTask& model_task = view.model_task(task);
  Joules worst = 0;
  for (const AcceleratorId a : view.accelerators.ids())
    if (view.alone_time(model_task, a) < kNever)
      worst = std::max(worst, view.alone_energy_at(model_task, a, view.accelerators[a].point));
  const TaskState& state = view.state(task);
  const PointId point = view.accelerators[state.accelerator].point;
  Tally& tally = tallies_[view.request(task).stream];
  tally.energy += view.alone_energy_at(model_task, state.accelerator, point, state.variant);
  tally.worst += worst;
}

bool MapScoreTuner::streams_changed() {
  constexpr std::uint32_t kWindows = 4;
  active_.resize(tallies_.size(), 0);
  bool changed = false;
  for (const StreamId s : active_.ids()) {
    const bool was = active_[s] > 0;
    active_[s] = tallies_[s].ended > 0 ? kWindows : was ? active_[s] - 1 : 0;
    changed |= was != (active_[s] > 0);
  }
  return changed;
}

double MapScoreTuner::cost() const {
  double violations = 0, energy = 0;
  for (const Tally& tally : tallies_) {
    if (tally.ended > 0) violations += std::max(tally.violated, 0.5) / tally.ended;
    if (tally.worst > 0) energy += tally.energy / tally.worst;
  }
  return violations * (energy > 0 ? energy : 1);
}

void MapScoreTuner::next(double& alpha, double& beta) {
  if (!measured_ || clearly_less(cost(), best_cost_)) {
    best_cost_ = cost();
    best_ = {alpha, beta};
    measured_ = true;
    trial_ = 0;
  } else if (++trial_ == 4) {
    trial_ = 0;
    step_ /= 2;
  }
  std::array<double, 2> weights = best_;
  if (step_ >= kLastStep)  // else the search is over
    weights[trial_ / 2] = std::clamp(weights[trial_ / 2] + (trial_ % 2 == 0 ? step_ : -step_), 0.0, 2.0);
  alpha = weights[0];
  beta = weights[1];
}

}  // namespace hetsched
