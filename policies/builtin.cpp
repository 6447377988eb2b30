#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      cpop(), dls(), dm(), dmda(), dmdar(), dmdas(), dream(), duplex(), dysta(), eas(), edf(), edp(),
      edzl(), eft_ready(), etf(), fcfs(), fp(), gavel(), gdl(), graham_list(), hcpt(), heft(), herald(),
      heteroprio(), hrrn(), ipeft(), latency_greedy(), llf(), lookahead(), lws(), magma(), maxmin(), mct(),
      mct_static(), mcts(), met(), met_static(), min_energy(), minmin(), olb(), optimal(),
      optimal_mapping(), pace(), peft(), planaria(), prema(), race_to_idle(), random(), rr(), rt_dvs(),
      sjf(), slack_dvfs(), srpt(), sufferage(), table(), ws(),
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
