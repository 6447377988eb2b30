/// \file
/// What a rule of the decorator batch is, and what several rules use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hetsched/policy.hpp"

namespace hetsched::batch_rules {

/// The parameters of rules that wait for others to come.
struct Waiting {
  explicit Waiting(Params& p)
      : sizes(p.numbers("size", {.fallback = 0,
                                 .min = 0,
                                 .max = 1024,
                                 .integer = true,
                                 .doc = "fixed: size; triton: preferred sizes, as 4/8; 0: the largest max_batch"})),
        delay(p.number(
            "delay",
            {.fallback = 0, .min = 0, .max = 1e9, .doc = "that the oldest waits for others at most", .unit = "s"})) {}

  std::vector<double> sizes;  ///< ascending; none: not given
  Seconds delay;
};

/// Equal tasks of several requests that are ready, at least one, in the order in which they join a batch.
using Group = std::vector<TaskRef>;

/// A batch as it would be with one more task.
struct Larger {
  const Start& start;  ///< without that one
  TaskRef task;
  std::uint32_t size;
  Seconds time;      ///< that it computes
  Seconds deadline;  ///< the earliest
};

class Rule {
 public:
  virtual ~Rule() = default;

  /// `largest`: the largest max_batch of the platform.
  virtual void begin(const SystemView& /*view*/, std::uint32_t /*largest*/) {}
  /// Once per call, before anything else is asked.
  virtual void learn(const SystemView& /*view*/) {}
  /// Puts those that wait, given in the order of their requests' ids, into the order in which they join.
  virtual void order(const SystemView& /*view*/, Group& /*group*/) const {}
  /// Is the request of a ready first task given up?
  virtual bool gives_up(const SystemView& /*view*/, TaskRef /*first*/) { return false; }
  /// So many first tasks of requests go without waiting for others.
  virtual std::size_t enough(const SystemView& view, const Group& group) = 0;
  /// When fewer of them go.
  virtual Seconds goes_at(const SystemView& view, const Group& group) = 0;
  /// How many first tasks of requests, from the first of the group on, go now; `gone` are those that did at an earlier
  /// call and have not started. The others wait until goes_at() of them.
  virtual std::size_t go(const SystemView& view, const Group& group, std::size_t gone) {
    if (gone > 0 || group.size() >= enough(view, group)) return group.size();
    const Seconds at = goes_at(view, group);
    return clearly_before(view.now, at) && at < kNever ? 0 : group.size();
  }
  /// The most that are started as one, of those in the group, on an accelerator that takes up to `limit`.
  virtual std::size_t most(const SystemView& /*view*/, const Group& /*group*/, std::size_t limit) { return limit; }
  /// Does it tell sizes apart, if several are given?
  [[nodiscard]] virtual bool has_sizes() const { return false; }
  /// May it grow so? If not, it grows no more.
  virtual bool allows(const SystemView& /*view*/, const Larger& /*batch*/) { return true; }
  /// A batch is started.
  virtual void started(const SystemView& /*view*/, const Start& /*batch*/) {}
};

}  // namespace hetsched::batch_rules
