#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "planning/dice.hpp"
#include "planning/search/searches.hpp"

namespace hetsched::planning {
namespace {

/// Both genomes have a gene for each task that can be placed.
struct Individual {
  std::vector<AcceleratorId> accelerators;
  std::vector<double> priorities;
  Measure measure;
  std::size_t place = 0;  ///< in the population
};

class Population {
 public:
  Population(const Problem& problem, const Goal& goal, const Genetic& options)
      : options_(options),
        problem_(problem),
        search_(problem, goal),
        choices_(problem, kAnyTransitions),
        dice_(options.seed),
        where_(problem.size(), AcceleratorId::none),
        priorities_(problem.size(), 0) {}

  Plan run() {
    search_.attempt_simple();
    if (tasks().empty()) return search_.best_plan(false);
    individuals_.push_back(from(search_.best_plan(false)));
    while (individuals_.size() < options_.population) {
      Individual one = individuals_.front();
      mutate(one, 1);
      individuals_.push_back(std::move(one));
    }
    for (Individual& one : individuals_) measure(one);
    for (std::uint32_t g = 0; g < options_.generations; ++g) next_generation();
    return search_.best_plan(false);
  }

 private:
  [[nodiscard]] const std::vector<PlanTaskId>& tasks() const { return choices_.tasks(); }

  /// The mapping, with priorities by the order of starts.
  [[nodiscard]] Individual from(const Plan& plan) const {
    Individual one;
    std::vector<std::size_t> order(tasks().size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
      return plan.tasks[tasks()[i]].start < plan.tasks[tasks()[j]].start;
    });
    settle_ties(
        order.begin(), order.end(),
        [&](std::size_t i, std::size_t j) {
          return clearly_less(plan.tasks[tasks()[i]].start, plan.tasks[tasks()[j]].start);
        },
        std::less<>());
    one.priorities.resize(order.size());
    for (std::size_t rank = 0; rank < order.size(); ++rank)
      one.priorities[order[rank]] = static_cast<double>(rank) / static_cast<double>(order.size());
    for (const PlanTaskId t : tasks()) one.accelerators.push_back(plan.tasks[t].accelerator);
    return one;
  }

  void measure(Individual& one) {
    for (std::size_t n = 0; n < tasks().size(); ++n) {
      where_[tasks()[n]] = one.accelerators[n];
      priorities_[tasks()[n]] = one.priorities[n];
    }
    one.measure = search_.attempt(where_, priorities_);
  }

  void mutate(Individual& one, double chance) {
    for (std::size_t n = 0; n < tasks().size(); ++n) {
      if (dice_.chance(chance)) {
        const auto allowed = choices_.of(n, where_);
        one.accelerators[n] = allowed[dice_.below(allowed.size())];
      }
      if (dice_.chance(chance)) one.priorities[n] = dice_.uniform();
    }
  }

  [[nodiscard]] std::size_t part(double share, std::size_t at_least) const {
    const auto number = static_cast<std::size_t>(std::ceil(share * static_cast<double>(individuals_.size())));
    return std::min(std::max(number, at_least), individuals_.size());
  }

  void next_generation() {
    for (std::size_t i = 0; i < individuals_.size(); ++i) individuals_[i].place = i;
    sort_by_scores(
        individuals_.begin(), individuals_.end(), [](const Individual& one) { return one.measure.violation; },
        [](const Individual& one) { return one.measure.cost; },
        [](const Individual& a, const Individual& b) { return a.place < b.place; });
    const std::size_t parents = part(options_.parents, 2);
    std::vector<Individual> next(individuals_.begin(),
                                 individuals_.begin() + static_cast<std::ptrdiff_t>(part(options_.elite, 1)));
    while (next.size() < individuals_.size()) {
      Individual child = individuals_[dice_.below(parents)];
      const Individual& other = individuals_[dice_.below(parents)];
      if (dice_.chance(options_.crossover_genome)) cross_genome(child, other);
      if (dice_.chance(options_.crossover_range)) cross_range(child, other);
      if (dice_.chance(options_.crossover_accelerator)) cross_accelerator(child, other);
      mutate(child, options_.mutation);
      measure(child);
      next.push_back(std::move(child));
    }
    individuals_ = std::move(next);
  }

  /// Of one genome, what lies on the shorter side of a random point.
  void cross_genome(Individual& child, const Individual& other) {
    const std::size_t point = dice_.below(tasks().size() + 1);
    const bool front = point <= tasks().size() - point;
    const std::size_t begin = front ? 0 : point, end = front ? point : tasks().size();
    const bool priorities = dice_.chance(0.5);
    for (std::size_t n = begin; n < end; ++n) {
      if (priorities)
        child.priorities[n] = other.priorities[n];
      else
        child.accelerators[n] = other.accelerators[n];
    }
  }

  void take(Individual& child, const Individual& other, std::size_t n) {
    child.accelerators[n] = other.accelerators[n];
    child.priorities[n] = other.priorities[n];
  }

  void cross_range(Individual& child, const Individual& other) {
    const std::size_t one = dice_.below(tasks().size() + 1), two = dice_.below(tasks().size() + 1);
    for (std::size_t n = std::min(one, two); n < std::max(one, two); ++n) take(child, other, n);
  }

  void cross_accelerator(Individual& child, const Individual& other) {
    const auto a = id_of<AcceleratorId>(dice_.below(problem_.accelerators.size()));
    for (std::size_t n = 0; n < tasks().size(); ++n)
      if (other.accelerators[n] == a) take(child, other, n);
  }

  Genetic options_;
  const Problem& problem_;
  Search search_;
  Choices choices_;
  Dice dice_;
  Mapping where_;
  IdVector<PlanTaskId, double> priorities_;
  std::vector<Individual> individuals_;
};

}  // namespace

Plan genetic_search(const Problem& problem, const Goal& goal, const Genetic& options) {
  return Population(problem, goal, options).run();
}

}  // namespace hetsched::planning
