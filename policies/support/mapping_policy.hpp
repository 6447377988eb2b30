/// \file
/// Policies that search for a mapping when requests arrive: this class says what is planned together, and
/// carries plans out. What a plan is made by is for a policy to say.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/mapping_search.hpp"

namespace hetsched {

/// What is planned together.
///  - live: all that has not started of all requests that are there, whenever one arrives. If these are more
///  than
///    max_tasks tasks, only the new requests choose accelerators, the others keep theirs, and searches try
///    less in proportion; if they are more than kManyTimes as many, new requests are planned as by `request`
///  - request: each one for itself when it arrives, behind what is planned already
enum class MappingHorizon { live, request };

/// Carries plans out: each accelerator runs its tasks in planned order, each as soon as its inputs are there,
/// and tensors move to where they will be needed as soon as they exist. Tasks run as variant 0, at the
/// operating point that the accelerator has. When an accelerator is turned off or on, all that has not
/// started is planned anew.
///
/// Parameters of all: `horizon`, `max_tasks`.
class MappingPolicy : public Policy {
 public:
  void decide(const SystemView& view, Decisions& out) final;

 protected:
  /// `gaps`: MappingHorizon::request plans not only behind what is planned, but also between it, on accelerators
  /// of one slot; then plan() must heed Server::reserved.
  MappingPolicy(Params& params, MappingHorizon fallback, bool gaps = false);

  /// Time 0 of the problem is now. How accelerators disturb each other may be set first. `effort`: the part
  /// of the usual number of tries that is left for a large problem.
  virtual mapping::Plan plan(mapping::MappingProblem& problem, double effort) = 0;

 private:
  struct Job {
    RequestRef request = RequestRef::none;
    IdVector<TaskId, AcceleratorId> where;  ///< empty: not planned yet
    Seconds forecast = kNever;
  };
  using Jobs = std::map<std::uint64_t, Job>;  ///< by request id
  struct Entry {
    std::uint64_t request_id = 0;
    TaskId task = {};
    Seconds start = 0, end = 0;  ///< planned
  };

  bool note_events(const SystemView& view);
  void plan_what_is_new(const SystemView& view, bool anew, Decisions& out);
  void plan_together(const SystemView& view, const std::vector<Jobs::value_type*>& jobs, bool keep, Decisions& out);
  void wait_for_planned(const SystemView& view, mapping::MappingProblem& problem) const;
  void announce(const SystemView& view, const Job& job, Decisions& out) const;
  [[nodiscard]] bool is_over(const SystemView& view, const Entry& entry) const;
  void prefetch_outputs(const SystemView& view, TaskRef task, Decisions& out) const;
  void start_heads(const SystemView& view, Decisions& out);

  static constexpr std::size_t kManyTimes = 16;

  MappingHorizon horizon_;
  bool gaps_;
  std::uint32_t max_tasks_;
  Jobs jobs_;
  IdVector<AcceleratorId, std::deque<Entry>> rows_;  ///< in planned order
  FreeSlots free_;
};

/// How a problem's accelerators disturb each other, and what is to be small: parameters of policies whose
/// search estimates mappings.
class EstimateParameters {
 public:
  explicit EstimateParameters(Params& params);
  void apply(mapping::MappingProblem& problem) const;
  /// For a problem: the budget is per request.
  [[nodiscard]] mapping::Goal goal(const mapping::MappingProblem& problem) const;

 private:
  mapping::Sharing sharing_ = mapping::Sharing::max_min;
  bool by_request_ = true;
  double contention_;
  mapping::Goal goal_;
};

}  // namespace hetsched
