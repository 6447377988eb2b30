/// \file
/// What a static scheduler is given and what it returns: tasks with times on unrelated accelerators, tensors
/// between them, and what the accelerators are busy with. Nothing here knows of views, events or the engine.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hetsched/view.hpp"
#include "support/none.hpp"

namespace hetsched::planning {

/// A tensor from or to another task of the problem.
struct PlanEdge {
  std::uint32_t task = 0;  ///< the other end
  Bytes bytes = 0;
};

struct PlanTask {
  Seconds release = 0;  ///< it starts no earlier
  /// When its inputs from outside of the problem are at each accelerator; empty: they are everywhere.
  std::vector<Seconds> inputs_there = {};
  std::vector<PlanEdge> inputs = {}, outputs = {};
  std::uint32_t model = kNone, model_task = kNone;  ///< what it is, for those who look it up in a table
};

struct Interval {
  Seconds start = 0, end = 0;
};

/// Tasks are in a topological order: inputs name earlier tasks, outputs later ones. That order is the "lowest
/// task id" of all tie rules.
class Problem {
 public:
  explicit Problem(std::uint32_t accelerators)
      : busy(accelerators), accelerators_(accelerators), links_(std::size_t{accelerators} * accelerators) {}

  std::vector<PlanTask> tasks;
  std::vector<std::vector<Interval>> busy;  ///< by accelerator, by start; apart from each other

  /// Times and energies by accelerator; kNever: not supported. No energies: none is known.
  std::uint32_t add_task(std::span<const Seconds> times, std::span<const Joules> energies = {}) {
    times_.insert(times_.end(), times.begin(), times.end());
    energies_.insert(energies_.end(), energies.begin(), energies.end());
    energies_.resize(times_.size(), 0);
    tasks.emplace_back();
    return static_cast<std::uint32_t>(tasks.size() - 1);
  }
  void add_edge(std::uint32_t from, std::uint32_t to, Bytes bytes) {
    tasks[from].outputs.push_back({to, bytes});
    tasks[to].inputs.push_back({from, bytes});
  }
  /// The way from one accelerator's memory to another's.
  void set_link(std::uint32_t from, std::uint32_t to, Route route) {
    links_[std::size_t{from} * accelerators_ + to] = route;
  }
  void forbid(std::uint32_t task, std::uint32_t accelerator) { times_[at(task, accelerator)] = kNever; }

  [[nodiscard]] std::uint32_t accelerators() const { return accelerators_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(tasks.size()); }
  /// w(t,p): predicted time of a task on an accelerator.
  [[nodiscard]] Seconds time(std::uint32_t task, std::uint32_t accelerator) const {
    return times_[at(task, accelerator)];
  }
  [[nodiscard]] std::span<const Seconds> times(std::uint32_t task) const {
    return std::span(times_).subspan(at(task, 0), accelerators_);
  }
  [[nodiscard]] Joules energy(std::uint32_t task, std::uint32_t accelerator) const {
    return energies_[at(task, accelerator)];
  }
  [[nodiscard]] bool runs_on(std::uint32_t task, std::uint32_t accelerator) const {
    return time(task, accelerator) < kNever;
  }
  /// c(e,p,q): predicted time of a transfer, alone; none inside an accelerator.
  [[nodiscard]] Seconds transfer(Bytes bytes, std::uint32_t from, std::uint32_t to) const {
    if (from == to || bytes <= 0) return 0;
    const Route& link = links_[std::size_t{from} * accelerators_ + to];
    return link.latency + bytes * link.seconds_per_byte;
  }
  /// The mean over all ways from one accelerator to another one.
  [[nodiscard]] Route mean_link() const {
    Route mean;
    for (std::uint32_t from = 0; from < accelerators_; ++from)
      for (std::uint32_t to = 0; to < accelerators_; ++to) {
        if (from == to) continue;
        mean.latency += links_[std::size_t{from} * accelerators_ + to].latency;
        mean.seconds_per_byte += links_[std::size_t{from} * accelerators_ + to].seconds_per_byte;
      }
    const double pairs = accelerators_ * (accelerators_ - 1.0);
    if (pairs > 0) mean = {mean.latency / pairs, mean.seconds_per_byte / pairs};
    return mean;
  }

 private:
  [[nodiscard]] std::size_t at(std::uint32_t task, std::uint32_t accelerator) const {
    return std::size_t{task} * accelerators_ + accelerator;
  }

  std::uint32_t accelerators_;
  std::vector<Route> links_;      ///< accelerators x accelerators, from-major
  std::vector<Seconds> times_;    ///< tasks x accelerators
  std::vector<Joules> energies_;  ///< likewise
};

/// Where and when a task runs; no accelerator: nothing that may run it does, or it needs such a task.
struct Placement {
  std::uint32_t accelerator = kNone;
  Seconds start = kNever, end = kNever;
  std::uint32_t point = kNone;  ///< operating point to run at; kNone: the one that the accelerator is at
};

/// By task.
using Plan = std::vector<Placement>;

/// The end of the last task that is placed; 0 if none is.
inline Seconds makespan(const Plan& plan) {
  Seconds last = 0;
  for (const Placement& placement : plan)
    if (placement.accelerator != kNone && placement.end > last) last = placement.end;
  return last;
}

}  // namespace hetsched::planning
