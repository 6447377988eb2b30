/// \file
/// Three searches for a mapping: all of them, a tree search, a genetic algorithm. Each begins with simple
/// mappings (Search::attempt_simple) and never returns a worse one. The numbers of estimates are limits
/// besides those.
#pragma once

#include <cstdint>

#include "planning/search/search.hpp"

namespace hetsched::planning {

/// Branch and bound over tasks in order, accelerators ascending: depth first, without mappings that cannot
/// beat the best one (longest path and load by least times, neither contention nor queues). Stops after
/// `max_estimates` estimates or 64 times as many partial mappings; if it does not stop early the plan is
/// proved. accelerators^tasks at worst.
Plan enumerate(const Problem& problem, const Goal& goal, std::uint64_t max_estimates);

struct TreeSearch {
  std::uint64_t max_estimates = 100;
  double exploration = 1.4142135623730951;
  std::uint64_t seed = 0;
};
/// Monte-Carlo tree search (UCT): a level per task, a branch per accelerator. Each round descends by the
/// upper confidence bound, adds one node, completes the mapping at random (half of the tasks stay where the
/// one before them is) and hands the estimate up: reward 1 for the best seen so far, 0 for the worst.
/// Branches all of which has been tried are left out, so that with a large enough budget every mapping is
/// tried, and the plan is proved.
Plan tree_search(const Problem& problem, const Goal& goal, const TreeSearch& options);

struct Genetic {
  std::uint32_t population = 16, generations = 8;
  double elite = 0.05, parents = 0.1;  ///< shares of the population
  double mutation = 0.05;              ///< of each gene
  double crossover_genome = 0.9, crossover_range = 0.1, crossover_accelerator = 0.1;
  std::uint64_t seed = 0;
};
/// MAGMA (Kao and Krishna, HPCA 2022): a gene for the accelerator and one for the priority of each task. The
/// elite survives; the others are made from two of the parents, by exchange of the shorter side of one
/// genome, of a range of both, of all that one parent has on one accelerator, and by mutation. The first
/// generation: the simple mapping that is best with its own order, the others random. Ties by place in the
/// population.
Plan genetic_search(const Problem& problem, const Goal& goal, const Genetic& options);

}  // namespace hetsched::planning
