#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      edf(), edzl(), fcfs(), fp(), heft(), hrrn(), latency_greedy(), llf(), mct(), met(), rr(), sjf(), srpt(),
  };
  return list;
}

}  // namespace hetsched
