/// \file
/// The ready tasks by a score that changes with time, so that all are scored again at each call.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// Scores need an operator<; the least comes first, ties by (request id, task).
template <class Score>
class RankedReady {
 public:
  /// Offers the tasks in order until `take(task)` returns false. O(ready log ready).
  template <class ScoreOf, class Take>
  void offer(const SystemView& view, const ScoreOf& score_of, const Take& take) {
    ranked_.clear();
    for (const TaskRef task : view.ready) ranked_.push_back({score_of(task), task});
    std::stable_sort(ranked_.begin(), ranked_.end(),
                     [](const Ranked& a, const Ranked& b) { return a.score < b.score; });
    for (const Ranked& ranked : ranked_)
      if (!take(ranked.task)) return;
  }

 private:
  struct Ranked {
    Score score;
    TaskRef task;
  };
  std::vector<Ranked> ranked_;
};

}  // namespace hetsched
