/// \file
/// The ready tasks by a score that changes with time, so that all are scored again at each call.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched {

/// Is a score clearly less than another one? A score is a number, or one behind a flag.
inline bool scores_less(double a, double b) { return clearly_less(a, b); }
inline bool scores_less(const std::pair<bool, double>& a, const std::pair<bool, double>& b) {
  return a.first != b.first ? a.first < b.first : clearly_less(a.second, b.second);
}

/// The least score comes first, ties by (request id, task).
template <class Score>
class RankedReady {
 public:
  /// Offers the tasks in order until `take(task)` returns false. O(ready) while few groups of ties are offered, as it
  /// is where free slots run out; O(ready log ready) at most.
  template <class ScoreOf, class Take>
  void offer(const SystemView& view, const ScoreOf& score_of, const Take& take) {
    constexpr int kPasses = 8;
    ranked_.clear();
    for (const TaskRef task : view.ready) ranked_.push_back({score_of(task), task, ranked_.size()});
    for (int pass = 0; pass < kPasses && !ranked_.empty(); ++pass) {
      Score least = ranked_.front().score;
      for (const Ranked& ranked : ranked_)
        if (ranked.score < least) least = ranked.score;
      std::size_t kept = 0;
      for (const Ranked& ranked : ranked_)
        if (scores_less(least, ranked.score))
          ranked_[kept++] = ranked;
        else if (!take(ranked.task))
          return;
      ranked_.resize(kept);
    }
    std::sort(ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) { return a.score < b.score; });
    settle_ties(
        ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) { return scores_less(a.score, b.score); },
        [](const Ranked& a, const Ranked& b) { return a.place < b.place; });
    for (const Ranked& ranked : ranked_)
      if (!take(ranked.task)) return;
  }

 private:
  struct Ranked {
    Score score = {};
    TaskRef task = {};
    std::size_t place = 0;  ///< in the order of ties
  };
  std::vector<Ranked> ranked_;
};

}  // namespace hetsched
