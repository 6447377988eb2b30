/// \file
/// Policies that plan: this class says what is planned together, asks for plans when there is something to plan, and
/// carries them out. What a plan is made by is for a policy to say.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"
#include "planning/plan.hpp"

namespace hetsched::planning {

/// What is planned together.
///  - request: each request when it can start, around what is planned
///  - live: then all that has not started of all live requests, anew
///  - workload: all arrivals beforehand (clairvoyant)
enum class Horizon : std::uint8_t { request, live, workload };

/// Is there a limit to the tasks that are planned together? If there is, it is a parameter, `max_tasks`: with more of
/// them only new requests choose accelerators, the others keep theirs, and plan() is told to try less in proportion;
/// with kManyTimes as many, requests are planned one by one.
enum class Limit : bool { none, tasks };

/// Carries plans out: each accelerator runs its tasks in planned order, each as soon as its inputs are there, and
/// tensors move to where they will be needed as soon as they exist. When an accelerator is turned off or on, all that
/// has not started is planned anew. Whichever slot is free takes the next task of its accelerator, which is never later
/// than planned.
///
/// Parameters of all: `horizon`, `across_requests`, `plan_switches`.
class PlannedPolicy : public Policy {
 public:
  void begin(const SystemView& view) override;
  void decide(const SystemView& view, Decisions& out) final;

  static constexpr std::size_t kManyTimes = 16;

 protected:
  PlannedPolicy(Params& params, Horizon fallback, Limit limit);

  /// Time 0 of the problem is now. How accelerators disturb each other may be set first. `effort`: the part of the
  /// usual number of tries that is left for a large problem.
  virtual Plan plan(Problem& problem, double effort) = 0;
  /// What the problem says of a task: by default its cost at the operating point that the accelerator is at.
  [[nodiscard]] virtual TaskCost cost(const SystemView& view, const ModelTask& task, AcceleratorId accelerator) const;

 private:
  /// What a request is known by before it arrives: its stream and its index there.
  using Key = std::pair<StreamId, std::uint64_t>;

  /// A request that is live or will be.
  struct Job {
    Key key;
    ModelId model = {};
    Seconds arrival = 0, deadline = kNever;
    RequestRef request = RequestRef::none;  ///< none: has not arrived
    bool ended = false;
    Seconds forecast = kNever;              ///< when it is planned to finish
    IdVector<TaskId, AcceleratorId> where;  ///< empty: not planned
  };
  using JobPtr = std::shared_ptr<Job>;

  /// A task of a job: what is planned.
  struct Item {
    JobPtr job;
    TaskId task = {};
  };
  /// A time an accelerator is promised to a task.
  struct Reservation {
    Placement placement;      ///< its times from the beginning of the run
    std::uint64_t order = 0;  ///< of planning: breaks ties between tasks of no duration
    Item item;
  };
  using Row = std::deque<Reservation>;  ///< of one accelerator, by (start, end, order)
  /// A long row of an accelerator of one slot, without gaps that no task fits into.
  struct Blocks {
    bool known = false;
    Seconds shortest = kNever;   ///< that has been planned there: shorter gaps are left out
    std::vector<Interval> list;  ///< by start, from the beginning of the run
  };
  /// A task that this policy has started.
  struct Started {
    TaskRef task;
    std::uint64_t request_id = 0;
  };

  static Key key_of(const Request& request) { return {request.stream, request.index}; }

  void take_in_future(const SystemView& view);
  [[nodiscard]] std::vector<JobPtr> note_events(const SystemView& view, Decisions& out);
  [[nodiscard]] JobPtr job_of(const SystemView& view, RequestRef request) const;
  [[nodiscard]] JobPtr arrived(const SystemView& view, RequestRef request);
  void forget(const Job& job);
  [[nodiscard]] static bool is_over(const SystemView& view, const Item& item);
  void plan_what_is_new(const SystemView& view, std::vector<JobPtr> added, Decisions& out);
  void plan_together(const SystemView& view, std::span<const JobPtr> jobs, bool keep, Decisions& out);
  [[nodiscard]] std::vector<TaskRef> running(const SystemView& view);
  void add_reservations(const SystemView& view, Problem& problem);
  [[nodiscard]] bool in_blocks(const Problem& problem, AcceleratorId accelerator) const;
  void add_blocks(const SystemView& view, Problem& problem, AcceleratorId accelerator);
  static void add_to(Blocks& blocks, Seconds start, Seconds end);
  void clear_rows();
  void reserve(const SystemView& view, std::span<const Item> items, const Plan& plan);
  void insert(AcceleratorId accelerator, std::vector<Reservation> added);
  void announce(const SystemView& view, const Job& job, Decisions& out) const;
  void prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const;
  void start_heads(const SystemView& view, Decisions& out);
  bool start(const SystemView& view, const Placement& placement, TaskRef task, std::uint32_t& free, Decisions& out);

  Horizon horizon_;
  bool across_, switches_;
  std::size_t max_tasks_;              ///< 0: no limit
  bool begun_ = false;                 ///< decide() has been called
  IdVector<RequestRef, JobPtr> jobs_;  ///< that have arrived, by their requests' places
  std::map<Key, JobPtr> expected_;     ///< that have not arrived
  std::deque<JobPtr> arrivals_;        ///< that were not due yet, by time
  Seconds wake_ = -kNever;             ///< the latest time it has asked to be called at
  IdVector<AcceleratorId, Row> rows_;
  IdVector<AcceleratorId, Blocks> blocks_;
  std::vector<Started> started_;  ///< and have not seen finished
  Problem platform_;              ///< without tasks
  Problem problem_;               ///< being planned; kept for its memory
  std::uint64_t next_order_ = 0;
};

/// Declares `insertion`, for the policies that have it.
bool insertion_parameter(Params& params, bool fallback = true);

}  // namespace hetsched::planning
