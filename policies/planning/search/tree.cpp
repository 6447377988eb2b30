#include <algorithm>
#include <cmath>

#include "planning/dice.hpp"
#include "planning/search/searches.hpp"

namespace hetsched::planning {
namespace {

constexpr std::size_t kNoNode = static_cast<std::size_t>(-1);

struct Node {
  std::vector<AcceleratorId> accelerators;  ///< what the next task may choose, once it has been asked
  std::vector<std::size_t> children;        ///< likewise; kNoNode: not there yet
  std::size_t parent = kNoNode;
  std::uint32_t visits = 0;
  double rewards = 0;
  bool exhausted = false;  ///< every mapping below has been tried
};

class Tree {
 public:
  Tree(const Problem& problem, const Goal& goal, const TreeSearch& options)
      : options_(options),
        search_(problem, goal),
        choices_(problem, goal.max_transitions),
        dice_(options.seed),
        where_(problem.size(), AcceleratorId::none),
        nodes_(1) {}

  Plan run() {
    search_.attempt_simple();
    scale_ = search_.best_measure().cost;
    for (std::uint64_t round = 0; round < options_.max_estimates && !nodes_[0].exhausted; ++round) one_round();
    return search_.best_plan(nodes_[0].exhausted);
  }

 private:
  [[nodiscard]] const std::vector<PlanTaskId>& tasks() const { return choices_.tasks(); }

  void one_round() {
    std::fill(where_.begin(), where_.end(), AcceleratorId::none);
    std::size_t at = 0;
    std::size_t depth = 0;
    bool is_new = false;
    while (depth < tasks().size() && !is_new) {
      if (nodes_[at].accelerators.empty()) {
        const auto allowed = choices_.of(depth, where_);
        nodes_[at].accelerators.assign(allowed.begin(), allowed.end());
        nodes_[at].children.assign(allowed.size(), kNoNode);
      }
      const std::size_t branch = choose(nodes_[at]);
      where_[tasks()[depth++]] = nodes_[at].accelerators[branch];
      if (nodes_[at].children[branch] == kNoNode) {
        is_new = true;
        nodes_[at].children[branch] = nodes_.size();
        nodes_.emplace_back().parent = at;
        at = nodes_.size() - 1;
      } else {
        at = nodes_[at].children[branch];
      }
    }
    nodes_[at].exhausted = depth == tasks().size();
    roll_out(depth);
    hand_up(at, reward(search_.attempt(where_)));
  }

  /// The first branch that has not been tried, else that of the largest upper confidence bound (ties: the
  /// first).
  [[nodiscard]] std::size_t choose(const Node& node) const {
    std::size_t best = 0;
    double largest = -1;
    for (std::size_t b = 0; b < node.children.size(); ++b) {
      if (node.children[b] == kNoNode) return b;
      const Node& child = nodes_[node.children[b]];
      if (child.exhausted) continue;
      const double mean = child.rewards / child.visits;
      const double normal = clearly_less(least_, most_) ? (mean - least_) / (most_ - least_) : 0;
      const double value = normal + options_.exploration * std::sqrt(std::log(node.visits) / child.visits);
      if (!clearly_less(largest, value)) continue;
      largest = value;
      best = b;
    }
    return best;
  }

  void roll_out(std::size_t depth) {
    for (std::size_t n = depth; n < tasks().size(); ++n) {
      const auto allowed = choices_.of(n, where_);
      const AcceleratorId before = n > 0 ? where_[tasks()[n - 1]] : AcceleratorId::none;
      const bool may_stay = std::find(allowed.begin(), allowed.end(), before) != allowed.end();
      const bool stays = dice_.chance(0.5);
      const AcceleratorId other = allowed[dice_.below(allowed.size())];
      where_[tasks()[n]] = stays && may_stay ? before : other;
    }
  }

  /// Larger is better, whatever the unit of the cost.
  [[nodiscard]] double reward(const Measure& measure) const {
    if (measure.violation > 0 || !(measure.cost < kNever)) return 0;
    return measure.cost > 0 ? scale_ / (scale_ + measure.cost) : 1;
  }

  void hand_up(std::size_t at, double reward) {
    least_ = std::min(least_, reward);
    most_ = std::max(most_, reward);
    for (; at != kNoNode; at = nodes_[at].parent) {
      Node& node = nodes_[at];
      ++node.visits;
      node.rewards += reward;
      if (node.children.empty()) continue;
      node.exhausted = std::all_of(node.children.begin(), node.children.end(),
                                   [&](std::size_t child) { return child != kNoNode && nodes_[child].exhausted; });
    }
  }

  TreeSearch options_;
  Search search_;
  Choices choices_;
  Dice dice_;
  Mapping where_;
  std::vector<Node> nodes_;
  double scale_ = 1, least_ = 1, most_ = 0;
};

}  // namespace

Plan tree_search(const Problem& problem, const Goal& goal, const TreeSearch& options) {
  return Tree(problem, goal, options).run();
}

}  // namespace hetsched::planning
