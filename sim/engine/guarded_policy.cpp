#include "engine/guarded_policy.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/errors.hpp"

namespace hetsched {
namespace {

/// So many calls in a row without a start, a finish or an arrival are no scheduling any more.
constexpr std::uint64_t kMostIdleCalls = 1000000;

}  // namespace

void GuardedPolicy::failed(double now, const std::string& decision, const std::string& rule) const {
  throw PolicyError(name_, now, decision, rule);
}

template <class Call>
void GuardedPolicy::guarded(const char* what, double now, const Call& call) {
  try {
    call();
  } catch (const std::exception& e) {
    failed(now, what, std::string("it threw: ") + e.what());
  } catch (...) {
    failed(now, what, "it threw something that is no std::exception");
  }
}

void GuardedPolicy::begin(const SystemView& view) {
  guarded("begin()", view.now, [&] { policy_.begin(view); });
}

void GuardedPolicy::decide(const SystemView& view, Decisions& out, bool waiting) {
  const bool arrived = std::any_of(view.events.begin(), view.events.end(),
                                   [](const Event& event) { return event.type == Event::Type::request_arrived; });
  idle_calls_ = arrived || (view.now > last_call_ && waiting) ? 0 : idle_calls_ + 1;
  last_call_ = view.now;
  if (idle_calls_ > kMostIdleCalls)
    failed(view.now, "decide()", "it was called " + std::to_string(kMostIdleCalls) +
                                     " times in a row without anything starting, finishing or arriving");
  const auto begin = std::chrono::steady_clock::now();
  guarded("decide()", view.now, [&] { policy_.decide(view, out); });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ++time_.calls;
  time_.seconds += seconds;
  time_.longest = std::max(time_.longest, seconds);
}

}  // namespace hetsched
