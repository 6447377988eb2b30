#include "engine/delayed_decisions.hpp"

#include <algorithm>

#include "engine/rules.hpp"

namespace hetsched {
namespace {

std::uint64_t id_at(RequestRef request, const SystemView& view) {
  return view.requests.contains(request) ? view.requests[request].id : 0;
}

// How much longer it takes to decide because of a decision, s.
double delay_of(const Start&, const DecisionLatency& latency) { return latency.per_start; }
double delay_of(const Prefetch&, const DecisionLatency&) { return 0; }
double delay_of(const SetOperatingPoint&, const DecisionLatency&) { return 0; }
double delay_of(const Drop&, const DecisionLatency&) { return 0; }
double delay_of(const WakeAt&, const DecisionLatency&) { return 0; }
double delay_of(const Forecast&, const DecisionLatency&) { return 0; }
double delay_of(const Load&, const DecisionLatency&) { return 0; }
double delay_of(const Evict&, const DecisionLatency&) { return 0; }
double delay_of(const GiveUp&, const DecisionLatency&) { return 0; }

// Nobody can be woken before it has been decided.
void put_off(WakeAt& d, double decided) { d.time = std::max(d.time, decided); }
void put_off(const Start&, double) {}
void put_off(const Prefetch&, double) {}
void put_off(const SetOperatingPoint&, double) {}
void put_off(const Drop&, double) {}
void put_off(const Forecast&, double) {}
void put_off(const Load&, double) {}
void put_off(const Evict&, double) {}
void put_off(const GiveUp&, double) {}

}  // namespace

double DelayedDecisions::hold(std::span<const Decision> decided, const SystemView& view,
                              const DecisionLatency& latency) {
  double delay = latency.per_call;
  bool makes_room = false;  // what those after it need is not judged before it has been done
  for (const Decision& decision : decided) {
    Held held{decision, {}, makes_room ? "" : broken_rule(decision, view), ""};
    makes_room = makes_room || std::holds_alternative<Evict>(decision) || std::holds_alternative<GiveUp>(decision);
    for (const RequestRef request : requests_of(decision)) held.ids.push_back(id_at(request, view));
    if (!held.broken_rule.empty()) held.in_words = in_words(decision, view);
    held_.push_back(std::move(held));
    delay += std::visit([&](const auto& d) { return delay_of(d, latency); }, decision);
  }
  for (Held& held : held_) std::visit([&](auto& d) { put_off(d, view.now + delay); }, held.decision);
  return delay;
}

bool DelayedDecisions::holds(const Held& held, const SystemView& view) {
  const std::vector<RequestRef> requests = requests_of(held.decision);
  for (std::size_t i = 0; i < requests.size(); ++i)
    if (id_at(requests[i], view) != held.ids[i]) return false;
  return broken_rule(held.decision, view).empty();
}

}  // namespace hetsched
