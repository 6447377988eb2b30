#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      dream(), dysta(), edf(), edzl(), fcfs(), fp(), heft(), hrrn(), latency_greedy(), llf(), mct(), met(),
      planaria(), prema(), rr(), sjf(), srpt(),
  };
  return list;
}

}  // namespace hetsched
