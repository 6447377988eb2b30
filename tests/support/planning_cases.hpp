/// \file
/// Small problems of planning with known answers, and how tests write them down.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "planning/plan.hpp"

namespace hetsched::testing {

constexpr AcceleratorId operator""_a(unsigned long long n) { return id_of<AcceleratorId>(n); }
constexpr planning::PlanTaskId operator""_t(unsigned long long n) { return id_of<planning::PlanTaskId>(n); }
constexpr planning::SlotId operator""_s(unsigned long long n) { return id_of<planning::SlotId>(n); }
constexpr planning::PlanRequestId operator""_r(unsigned long long n) { return id_of<planning::PlanRequestId>(n); }

/// A task of the last request (of a first one, if there is none) that only takes time and energy, by accelerator.
inline planning::PlanTaskId add_task(planning::Problem& problem, const std::vector<double>& times,
                                     const std::vector<double>& energies = {}, ModelId model = ModelId::none) {
  if (problem.requests.empty()) problem.add_request();
  std::vector<planning::TaskCost> costs;
  for (std::size_t a = 0; a < times.size(); ++a) costs.push_back({times[a], 0, energies.empty() ? 0 : energies[a]});
  return problem.add_task(id_of<planning::PlanRequestId>(problem.requests.size() - 1), costs, model);
}

/// An edge with one delay between any two accelerators, none on one.
inline void add_change(planning::Problem& problem, planning::PlanTaskId from, planning::PlanTaskId to, double change) {
  const std::size_t n = problem.accelerators.size();
  std::vector<Seconds> delays(n * n, change);
  for (std::size_t a = 0; a < n; ++a) delays[a * (n + 1)] = 0;
  problem.add_edge(from, to, delays);
}

/// A request that is a chain; times[task][accelerator], `change` when the accelerator changes.
inline void add_chain(planning::Problem& problem, const std::vector<std::vector<double>>& times, double change) {
  problem.add_request();
  std::optional<planning::PlanTaskId> before;
  for (const std::vector<double>& row : times) {
    const planning::PlanTaskId task = add_task(problem, row);
    if (before) add_change(problem, *before, task, change);
    before = task;
  }
}

/// Two chains on two accelerators, which both are `contention` times slower while both are busy. The best
/// mapping ends at 15.5 (A 0011, B 100) without contention, at 21.0 (A 0011, B 110) with 1.5: by enumeration
/// of all 128 mappings with an independent program.
inline planning::Problem two_chains(double contention) {
  planning::Problem problem(2);
  problem.contention = contention;
  add_chain(problem, {{2, 4}, {6, 7}, {4, 3}, {7, 4}}, 0.5);
  add_chain(problem, {{9, 7}, {4, 2}, {2, 9}}, 0.5);
  return problem;
}

/// Tasks that do not need each other, of one request; times[task][accelerator]. A byte between two accelerators takes a
/// second.
inline planning::Problem independent_tasks(const std::vector<std::vector<double>>& times) {
  planning::Problem problem(times.front().size());
  for (const AcceleratorId p : problem.accelerators.ids())
    for (const AcceleratorId q : problem.accelerators.ids())
      if (p != q) problem.set_link(p, q, {0, 1});
  for (const std::vector<double>& row : times) add_task(problem, row);
  return problem;
}

/// The accelerator of each task, as a number.
inline std::vector<std::size_t> where(const planning::Plan& plan) {
  std::vector<std::size_t> found;
  for (const planning::Placement& placement : plan.tasks) found.push_back(index_of(placement.accelerator));
  return found;
}
inline constexpr std::size_t kNowhere = index_of(AcceleratorId::none);

/// A model of every memory: who computes beside another gets half of what it wants.
class HalvedBeside final : public CoRunModel {
 public:
  [[nodiscard]] Slowdown slowdown(TaskRef, AcceleratorId, VariantId) const override { return {}; }
  [[nodiscard]] bool has_model(MemoryId) const override { return true; }
  void rates(MemoryId, std::span<const MemoryDemand> running, std::span<double> rates) const override {
    double some = 0;
    for (const MemoryDemand& demand : running) some += demand.wanted > 0 ? 1 : 0;
    for (std::size_t i = 0; i < running.size(); ++i) rates[i] = running[i].wanted / (some > 1 ? 2 : 1);
  }
};

}  // namespace hetsched::testing
