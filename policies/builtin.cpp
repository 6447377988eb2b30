#include "builtin.hpp"

namespace hetsched {

std::span<const PolicyEntry> builtin_policies() {
  static const PolicyEntry list[] = {
      cpop(), dls(), duplex(), edf(), eft_ready(), etf(), fcfs(), gdl(), hcpt(), heft(), ipeft(),
      latency_greedy(), graham_list(), lookahead(), maxmin(), mct(), mct_static(), met(), met_static(),
      minmin(), olb(), peft(), random(), rr(), sufferage(), table(),
  };
  return list;
}

}  // namespace hetsched
