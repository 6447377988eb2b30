#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      edf(), fcfs(), heft(), latency_greedy(), mct(), met(), rr(),
  };
  return list;
}

}  // namespace hetsched
