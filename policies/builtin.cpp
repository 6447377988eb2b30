#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      dm(), dmda(), dmdar(), dmdas(), dream(), dysta(), edf(), edzl(), fcfs(), fp(), gavel(), heft(),
      herald(), heteroprio(), hrrn(), latency_greedy(), llf(), lws(), mct(), met(), planaria(), prema(),
      rr(), sjf(), srpt(), ws(),
  };
  return list;
}

}  // namespace hetsched
