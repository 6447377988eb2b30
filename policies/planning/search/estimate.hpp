/// \file
/// When everything would end under a mapping: a simulation of accelerators with queues, small enough to be
/// asked thousands of times.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "planning/plan.hpp"

namespace hetsched::planning {

/// By task: an accelerator that runs it; none: nothing runs it, or something that it needs.
using Mapping = IdVector<PlanTaskId, AcceleratorId>;

/// What a mapping leads to.
struct Timing {
  IdVector<PlanTaskId, Seconds> start, end;  ///< kNever: never
  IdVector<PlanRequestId, Seconds> finish;
  Seconds makespan = 0;  ///< the last finish
};

/// Every task joins the queue of its accelerator when its inputs are there; a free slot takes the first of
/// the queue: as the problem says or, if priorities are given, by least priority; ties by task. While several
/// accelerators are busy, or a memory is short of bandwidth, they slow down as the problem says; overheads,
/// and what accelerators are busy with at the beginning, do not. O(tasks x (slots + log tasks)).
class Estimator {
 public:
  explicit Estimator(const Problem& problem);

  /// Valid until the next call. `priorities`: by task, or empty.
  const Timing& run(const Mapping& where, const IdVector<PlanTaskId, double>& priorities = {});
  [[nodiscard]] const Problem& problem() const { return *problem_; }

 private:
  /// What occupies a slot.
  struct Running {
    PlanTaskId task = PlanTaskId::none;
    AcceleratorId accelerator{};
    Seconds until = 0;  ///< of its overhead; of all of it, if it is no task
    Seconds work = 0;   ///< left, at full speed
    Bytes bytes = 0;    ///< left
    double speed = 1;   ///< of the work
    double bytes_per_s = 0;
    Seconds work_ends = 0, bytes_end = 0;  ///< as things are
  };
  using Waiting = std::pair<double, PlanTaskId>;  ///< key and task, a heap by least

  void reset(const Mapping& where);
  void make_ready(PlanTaskId task);
  void start_queued();
  void set_speeds();
  void share_memories();
  void slow_down_by_model(MemoryId memory);
  [[nodiscard]] Seconds next_event();
  void advance(Seconds to);
  void finish(PlanTaskId task);

  const Problem* problem_;
  const Mapping* where_ = nullptr;
  Timing timing_;
  Seconds now_ = 0;
  std::vector<Running> running_;
  std::vector<Waiting> future_;  ///< by when they join their queue
  IdVector<AcceleratorId, std::vector<Waiting>> queues_;
  IdVector<AcceleratorId, std::size_t> free_;  ///< slots
  IdVector<AcceleratorId, ModelId> last_model_;
  IdVector<PlanTaskId, std::size_t> missing_;  ///< inputs whose tasks have not ended
  std::vector<Running*> flows_;                ///< of share_memories()
  std::vector<MemoryDemand> demands_;          ///< of slow_down_by_model(), as the next
  std::vector<double> rates_;
};

}  // namespace hetsched::planning
