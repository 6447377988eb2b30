#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      dm(), dmda(), dmdar(), dmdas(), dream(), dysta(), eas(), edf(), edp(), edzl(), fcfs(), fp(), heft(),
      herald(), heteroprio(), hrrn(), latency_greedy(), llf(), lws(), mct(), met(), min_energy(), pace(),
      planaria(), prema(), race_to_idle(), rr(), rt_dvs(), sjf(), srpt(), ws(),
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
