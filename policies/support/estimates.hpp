/// \file
/// How long a request takes, as policies for requests guess it before they know where its tasks will run.
#pragma once

#include "hetsched/policy.hpp"

namespace hetsched {

class Estimates {
 public:
  explicit Estimates(Params& p)
      : mean_(p.choice("estimate", {.fallback = "best",
                                    .of = {"best", "mean"},
                                    .doc = "time of a task: the least over the accelerators, or the mean of "
                                           "those that support it"}) == "mean") {}

  [[nodiscard]] Seconds of(const ModelTask& task) const { return mean_ ? task.mean_time : task.best_time; }
  /// The whole request, alone.
  [[nodiscard]] Seconds total(const SystemView& view, const Request& request) const {
    const Model& model = view.models[request.model];
    return mean_ ? model.mean_time : model.best_time;
  }
  /// What has not finished.
  [[nodiscard]] Seconds remaining(const Request& request) const {
    return mean_ ? request.remaining_mean : request.remaining_best;
  }

 private:
  bool mean_;
};

/// Has a part of it finished? Policies that do not preempt requests serve those first.
inline bool begun(const Request& request) { return request.unfinished < request.tasks.size(); }

}  // namespace hetsched
