#include "engine/delayed_decisions.hpp"

#include <algorithm>

#include "engine/rules.hpp"

namespace hetsched {
namespace {

std::uint64_t id_at(std::uint32_t request, const SystemView& view) {
  return request < view.requests.size() ? view.requests[request].id : 0;
}

}  // namespace

double DelayedDecisions::hold(std::span<const Decision> decided, const SystemView& view,
                              const DecisionLatency& latency) {
  double delay = latency.per_call;
  for (const Decision& decision : decided) {
    const std::uint32_t request = request_of(decision);
    Held held{decision, id_at(request, view), {}, broken_rule(decision, view), ""};
    if (const auto* start = std::get_if<Start>(&decision))
      for (const TaskRef other : start->also) held.other_ids.push_back(id_at(other.request, view));
    if (!held.broken_rule.empty()) held.in_words = in_words(decision, view);
    held_.push_back(std::move(held));
    if (std::holds_alternative<Start>(decision)) delay += latency.per_start;
  }
  for (Held& held : held_)
    if (auto* wake = std::get_if<WakeAt>(&held.decision)) wake->time = std::max(wake->time, view.now + delay);
  return delay;
}

bool DelayedDecisions::holds(const Held& held, const SystemView& view) {
  const std::uint32_t request = request_of(held.decision);
  if (request != kNone && (request >= view.requests.size() || view.requests[request].id != held.request_id))
    return false;
  if (const auto* start = std::get_if<Start>(&held.decision))
    for (std::size_t i = 0; i < start->also.size(); ++i)
      if (id_at(start->also[i].request, view) != held.other_ids[i]) return false;
  return broken_rule(held.decision, view).empty();
}

}  // namespace hetsched
