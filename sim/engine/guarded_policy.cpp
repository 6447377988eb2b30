#include "engine/guarded_policy.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "engine/watchdog.hpp"

namespace hetsched {
namespace {

/// So many calls in a row without a start, a finish or an arrival are no scheduling any more.
constexpr std::uint64_t kMostIdleCalls = 1000000;
/// Likewise while something is still to arrive and time goes on, however little.
constexpr std::uint64_t kMostPolls = 10000000;

}  // namespace

void GuardedPolicy::failed(double now, const std::string& decision, const std::string& rule) const {
  throw PolicyError(name_, now, decision, rule);
}

template <class Call>
void GuardedPolicy::guarded(const char* what, double now, const Call& call) {
  // How much longer is not said: errors are results, and those are the same each time.
  const auto late = [&] {
    return PolicyError(name_, now, what, "it took longer than the limit of " + format_number(*limit_) + " s");
  };
  std::optional<Watchdog> watchdog;
  if (limit_) watchdog.emplace(*limit_, late().what());
  const auto begin = limit_ ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
  still_alive();
  try {
    call();
  } catch (const PolicyError&) {  // of what is around the policy, and knows more
    throw;
  } catch (const std::exception& e) {
    failed(now, what, std::string("it threw: ") + e.what());
  } catch (...) {
    failed(now, what, "it threw something that is no std::exception");
  }
  still_alive();
  if (limit_ && std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() > *limit_) throw late();
}

void GuardedPolicy::begin(const SystemView& view) {
  guarded("begin()", view.now, [&] { policy_.begin(view); });
}

void GuardedPolicy::decide(const SystemView& view, Decisions& out, bool waiting) {
  const bool arrived = std::any_of(view.events.begin(), view.events.end(),
                                   [](const Event& event) { return event.type == Event::Type::request_arrived; });
  idle_calls_ = arrived || (view.now > last_call_ && waiting) ? 0 : idle_calls_ + 1;
  polls_ = arrived ? 0 : polls_ + 1;
  last_call_ = view.now;
  for (const auto& [calls, most] : {std::pair(idle_calls_, kMostIdleCalls), std::pair(polls_, kMostPolls)})
    if (calls > most)
      failed(
          view.now, "decide()",
          "it was called " + std::to_string(most) + " times in a row without anything starting, finishing or arriving");
  guarded("decide()", view.now, [&] { clock_.time([&] { policy_.decide(view, out); }); });
}

}  // namespace hetsched
