#include "hetsched/policy.hpp"
#include "planning/dice.hpp"
#include "search/estimated_search.hpp"

namespace hetsched {
namespace {

/// MAGMA (Kao and Krishna, HPCA 2022): a genetic algorithm for a group of tasks. Each has a gene for its
/// accelerator and one for its priority there; operators and rates are the paper's, the fitness is an
/// estimate that knows of shared bandwidth (planning/search/estimate.hpp; the paper's rule is
/// bandwidth=proportional). Tasks here may need each other, so an accelerator takes the first by priority of
/// those whose inputs are there. The first generation contains HEFT's mapping, and the best is kept, so that
/// it is never estimated worse. Ties: place in the population.
class Magma final : public EstimatedSearch {
 public:
  explicit Magma(Params& p) : EstimatedSearch(p), dice_(p.seed()) {
    const auto count = [&](const char* name, double fallback, double least, const char* doc) {
      return static_cast<std::uint32_t>(count_parameter(p, name, fallback, least, 1e6, doc));
    };
    const auto share = [&](const char* name, double fallback, const char* doc) {
      return p.number(name, {.fallback = fallback, .min = 0, .max = 1, .doc = doc});
    };
    options_.population = count("population", 16, 2, "individuals (MAGMA: 100)");
    options_.generations = count("generations", 8, 0, "generations after the first (MAGMA: 100)");
    options_.elite = share("elite", 0.05, "part of the population that survives; at least one");
    options_.parents = share("parents", 0.1, "part of the population that has children; at least two");
    options_.mutation = share("mutation", 0.05, "chance of a gene to be drawn anew");
    options_.crossover_genome = share("crossover_genome", 0.9, "chance that one genome is exchanged up to a point");
    options_.crossover_range = share("crossover_range", 0.1, "chance that a range of both genomes is exchanged");
    options_.crossover_accelerator =
        share("crossover_accelerator", 0.1, "chance that all of one accelerator is exchanged");
  }

 private:
  planning::Plan search(const planning::Problem& problem, const planning::Goal& goal, double effort) override {
    planning::Genetic options = options_;
    options.generations = static_cast<std::uint32_t>(part_of(options.generations, effort));
    options.seed = dice_.next();
    return planning::genetic_search(problem, goal, options);
  }

  planning::Genetic options_;
  Dice dice_;
};

}  // namespace

PolicyEntry magma() {
  return policy<Magma>("magma", "genetic algorithm for accelerators and priorities of all live requests' tasks",
                       {.source = "Kao and Krishna, HPCA 2022; rates of github.com/maestro-project/magma",
                        .complexity = "per arrival: population x generations x tasks x (slots + log tasks)",
                        .knowledge = "layers and tensors of live requests, routes, bandwidths of memories",
                        .verified_by = "its bandwidth allocator by hand: 11.6; never worse than HEFT's mapping"});
}

}  // namespace hetsched
