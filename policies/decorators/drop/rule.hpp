/// \file
/// What a rule of the decorator drop is, and what several rules use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "decorators/filtered_view.hpp"
#include "hetsched/policy.hpp"
#include "support/remaining_time.hpp"

namespace hetsched::drop_rules {

/// The parameters of rules that look at the requests of a stream in a row.
struct Window {
  explicit Window(Params& p)
      : m(static_cast<std::size_t>(p.number(
            "m",
            {.fallback = 1, .min = 1, .max = 1e6, .integer = true, .doc = "mk_firm: so many of the last k in time"}))),
        k(static_cast<std::size_t>(p.number(
            "k",
            {.fallback = 2, .min = 2, .max = 1e6, .integer = true, .doc = "mk_firm, skip_over: window of requests"}))) {
  }

  std::size_t m, k;
};

/// The requests that are given up at one call, in order.
class GivenUp {
 public:
  void clear() {
    requests_.clear();
    ids_.clear();
  }
  void add(const SystemView& view, RequestRef request) {
    requests_.push_back(request);
    ids_.insert(view.requests[request].id);
  }
  [[nodiscard]] bool contains(const Request& request) const { return ids_.contains(request.id); }
  [[nodiscard]] const std::vector<RequestRef>& requests() const { return requests_; }

 private:
  std::vector<RequestRef> requests_;
  std::set<std::uint64_t> ids_;
};

class Rule {
 public:
  virtual ~Rule() = default;

  /// Reports what is wrong with parameters that are each right by themselves. Asked of the chosen rule only.
  virtual void check(Params& /*p*/) const {}
  virtual void begin(const SystemView& /*view*/) {}
  /// A request has arrived; it may have ended at the same instant.
  virtual void arrived(const SystemView& /*view*/, const Request& /*request*/, Decisions& /*out*/) {}
  /// A request has left the system: finished in time, or not.
  virtual void ended(const SystemView& /*view*/, const Request& /*request*/, bool /*in_time*/) {}

  /// Adds the requests that are given up now. Once per call, when all that happened has been told. Calls come when
  /// something happens: who gives up at a date asks to be woken then, in arrived().
  virtual void choose(const SystemView& view, GivenUp& given_up) = 0;

  /// Hides more from the policy inside than those that are given up.
  virtual void show(const SystemView& /*view*/, const GivenUp& /*given_up*/, FilteredView& /*filtered*/) {}
  /// Is told what the policy inside decided; may add to it.
  virtual void decided(const SystemView& /*view*/, const GivenUp& /*given_up*/, std::span<const Decision> /*inside*/,
                       Decisions& /*out*/) {}
};

/// What ends at the deadline but for rounding is in time.
inline Seconds just_after(Seconds deadline) { return deadline * (1 + kClockTolerance); }

/// Wakes the decorator when a request that has arrived is late.
inline void wake_when_late(const SystemView& view, const Request& request, Decisions& out) {
  if (request.live && request.deadline < kNever) out.wake_at(std::max(view.now, just_after(request.deadline)));
}

/// Can it not be in time even on the fastest accelerators, alone?
inline bool is_hopeless(const SystemView& view, const RemainingTime& remaining, const Request& request) {
  return request.deadline < kNever && view.now + remaining.of(view, request, false) >= just_after(request.deadline);
}

}  // namespace hetsched::drop_rules
