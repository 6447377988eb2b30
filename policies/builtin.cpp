#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      edf(), fcfs(), heft(), latency_greedy(), magma(), mct(), mcts(), met(), optimal(), optimal_mapping(), rr(),
  };
  return list;
}

std::span<const DecoratorEntry> builtin_decorators() {
  static const DecoratorEntry list[] = {
      admission(), batch(), drop(), learned(), power_cap(),
  };
  return list;
}

}  // namespace hetsched
