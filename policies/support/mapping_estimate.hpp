/// \file
/// When everything would end under a mapping: a simulation of accelerators with queues, small enough to be
/// asked thousands of times.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "support/mapping_problem.hpp"

namespace hetsched::mapping {

/// Every task joins the queue of its accelerator when its inputs are there; a free slot takes the first of
/// the queue: as the problem says or, if priorities are given, by least priority; ties by task. While several
/// accelerators are busy, or a memory is short of bandwidth, they slow down as the problem says; overheads,
/// and what accelerators are busy with at the beginning, do not. O(tasks x (slots + log tasks)).
class Estimator {
 public:
  explicit Estimator(const MappingProblem& problem);

  /// Valid until the next call. `priorities`: by task, or empty.
  const Timing& run(const Mapping& where, std::span<const double> priorities = {});
  [[nodiscard]] const MappingProblem& problem() const { return *problem_; }

 private:
  /// What occupies a slot.
  struct Running {
    std::uint32_t task = kNone, accelerator = 0;
    Seconds until = 0;  ///< of its overhead; of all of it, if it is no task
    Seconds work = 0;   ///< left, at full speed
    Bytes bytes = 0;    ///< left
    double speed = 1;   ///< of the work
    double bytes_per_s = 0;
    Seconds work_ends = 0, bytes_end = 0;  ///< as things are
  };
  using Waiting = std::pair<double, std::uint32_t>;  ///< key and task, a heap by least

  void reset(const Mapping& where);
  void make_ready(std::uint32_t task);
  void start_queued();
  void set_speeds();
  void share_memories();
  [[nodiscard]] Seconds next_event();
  void advance(Seconds to);
  void finish(std::uint32_t task);

  const MappingProblem* problem_;
  const Mapping* where_ = nullptr;
  Timing timing_;
  Seconds now_ = 0;
  std::vector<Running> running_;
  std::vector<Waiting> future_;               ///< by when they join their queue
  std::vector<std::vector<Waiting>> queues_;  ///< by accelerator
  std::vector<std::uint32_t> free_;           ///< slots, by accelerator
  std::vector<std::uint32_t> last_model_;     ///< by accelerator
  std::vector<std::uint32_t> missing_;        ///< by task: inputs whose tasks have not ended
  std::vector<std::uint32_t> flows_;          ///< of share_memories(): indices into running_
};

}  // namespace hetsched::mapping
