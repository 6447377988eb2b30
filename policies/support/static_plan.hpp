/// \file
/// Static policies: a plan says which accelerator runs which task, and in which order; this class asks for
/// plans when there is something to plan, and carries them out. What a plan is made by is for a policy to
/// say.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/plan_problem.hpp"

namespace hetsched {

// Facts of most static policies.
constexpr std::string_view kPlanKnowledge =
    "the layers and tensors of each request, routes; arrivals (horizon=workload)";
constexpr std::string_view kPlanRules =
    "ties: the task that comes first in its model's file, but behind what it needs, then the first accelerator; mean "
    "transfer times are over all pairs of different accelerators";

/// Carries plans out: each accelerator runs its tasks in planned order, each as soon as its inputs are there,
/// and tensors move to where they will be needed as soon as they exist. When an accelerator is turned off or
/// on, all that has not started is planned anew.
///
/// A slot is a row of its own in problems, at most kMostSlots of an accelerator: what rules call an accelerator is a
/// slot then, with nothing to move between slots of one. Whichever slot is free takes the next task of its accelerator,
/// which is never later than planned. Not planned for: the time a kind takes to switch models (it depends on what
/// comes before, which insertion changes later), so that every switch makes what is behind it on its accelerator that
/// much later than its forecast; and contention.
///
/// Parameters of every static policy: what is planned together (`horizon`), and whether plans of requests
/// know of each other (`across_requests`).
class StaticPlan : public Policy {
 public:
  void begin(const SystemView& view) override;
  void decide(const SystemView& view, Decisions& out) final;

 public:
  static constexpr std::uint32_t kMostSlots = 64;

 protected:
  explicit StaticPlan(Params& params);

  /// The accelerator of a row of a problem.
  [[nodiscard]] AcceleratorId accelerator_of(std::uint32_t row) const { return slots_[row]; }

  /// Time 0 of the problem is now. What it calls accelerators are slots. Tasks are in order of requests, those of a
  /// request in topological order.
  virtual planning::Plan plan(const planning::Problem& problem) = 0;
  /// The operating point at which an accelerator's times are those of the problem: the one it is at.
  [[nodiscard]] virtual PointId planning_point(const SystemView& view, AcceleratorId accelerator) const {
    return view.accelerators[accelerator].point;
  }

 private:
  enum class Horizon { request, live, workload };

  /// What a request is known by before it arrives: its stream and its index there.
  using Key = std::pair<StreamId, std::uint64_t>;

  /// A request that is live or will be.
  struct Job {
    RequestRef request = RequestRef::none;  ///< none: has not arrived
    std::uint64_t request_id = 0;           ///< once it has
    ModelId model = {};
    Seconds arrival = 0;
    Seconds forecast = kNever;              ///< when it is planned to finish
    IdVector<TaskId, AcceleratorId> where;  ///< accelerator of each task; empty: not planned
  };
  using Jobs = std::map<Key, Job>;

  /// A time an accelerator is promised to a task.
  struct Reservation {
    Seconds start = 0, end = 0;
    std::uint64_t order = 0;  ///< of planning: breaks ties between tasks of no duration
    Key job;
    TaskId task = {};
    PointId point = PointId::none;  ///< to run at; none: as it is
  };
  using Row = std::deque<Reservation>;  ///< of one accelerator, by (start, end, order)

  /// A task of the problem that is being solved.
  struct Item {
    Jobs::value_type* job = nullptr;
    TaskId task = {};
  };

  static Key key_of(const Request& request) { return {request.stream, request.index}; }

  void take_in_future(const SystemView& view);
  void note_events(const SystemView& view, Decisions& out);
  void forget(const Key& key);
  [[nodiscard]] bool is_over(const SystemView& view, const Reservation& reservation) const;
  void plan_what_is_new(const SystemView& view, Decisions& out);
  void plan_together(const SystemView& view, std::span<Jobs::value_type* const> jobs, Decisions& out);
  void add_reservations(const SystemView& view, planning::Problem& problem) const;
  void add_to_slots(const SystemView& view, AcceleratorId accelerator,
                    std::span<std::vector<planning::Interval>> rows) const;
  void add_tasks(const SystemView& view, Jobs::value_type& job, planning::Problem& problem);
  void reserve(const SystemView& view, const planning::Plan& plan);
  void announce(const SystemView& view, const Job& job, Decisions& out) const;
  void prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const;
  void start_heads(const SystemView& view, Decisions& out);
  bool start(const SystemView& view, const Reservation& head, TaskRef task, AcceleratorId accelerator, Decisions& out);

  Horizon horizon_;
  bool across_;
  bool begun_ = false;  ///< decide() has been called
  Jobs jobs_;
  std::deque<std::pair<Seconds, Key>> expected_;  ///< who is to arrive when, by time
  Seconds wake_ = -kNever;                        ///< the latest time it has asked to be called at
  IdVector<AcceleratorId, Row> rows_;
  std::vector<AcceleratorId> slots_;  ///< by row of problems: its accelerator
  planning::Problem platform_{0};     ///< without tasks
  std::vector<Item> items_;           ///< of the problem that is being solved, by its tasks
  std::uint64_t next_order_ = 0;
  FreeSlots free_;
};

/// Declares `insertion`, for the policies that have it.
bool insertion_parameter(Params& params, bool fallback = true);

}  // namespace hetsched
