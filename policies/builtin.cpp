#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      eas(), edf(), edp(), fcfs(), heft(), latency_greedy(), mct(), met(), min_energy(), pace(), race_to_idle(), rr(), rt_dvs(),
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
