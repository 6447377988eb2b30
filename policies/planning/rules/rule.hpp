/// \file
/// A rule of static list scheduling: how it is known, what can be chosen, and the function from a problem to a plan.
/// Tie rule of all: best key, then lowest task, then lowest slot, keys compared as in hetsched/tolerance.hpp. What no
/// accelerator runs, and what needs it, stays unplaced.
///
/// With `insertion` a task may go into a gap between tasks that are placed already, else only behind the last one.
/// Graphs with several entries or exits are treated as if tasks without cost stood before and behind them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "planning/plan.hpp"
#include "planning/ranks.hpp"
#include "planning/timetable.hpp"

namespace hetsched::planning {

/// Something that can be chosen.
struct Option {
  std::string_view name;
  std::vector<std::string_view> of;  ///< its values; empty: false and true
  std::size_t fallback = 0;          ///< index of the value taken if nothing is said
  std::string_view doc;

  [[nodiscard]] std::size_t values() const { return of.empty() ? 2 : of.size(); }
};

/// A choice for each option of a rule: the index of its value.
using Settings = std::vector<std::size_t>;

struct Rule {
  std::string_view name, summary;
  std::string_view source, complexity, verified_by;
  std::string_view ties = {};  ///< empty: as it is said of heft
  std::vector<Option> options = {};
  Plan (*plan)(const Problem& problem, const Settings& settings) = nullptr;
  /// Tasks beyond which it takes too long where many rules are tried; nullptr: any number.
  std::size_t (*most_tasks)(const Settings& settings) = nullptr;

  [[nodiscard]] Settings defaults() const {
    Settings settings;
    for (const Option& option : options) settings.push_back(option.fallback);
    return settings;
  }
  [[nodiscard]] Plan operator()(const Problem& problem) const { return plan(problem, defaults()); }
};

/// Most have it.
inline constexpr std::string_view kInsertionDoc = "use gaps between planned tasks, not only the end of the plan";
inline Option insertion_option(bool fallback = true) {
  return {"insertion", {}, fallback ? std::size_t{1} : 0, kInsertionDoc};
}
inline Gaps gaps(bool insertion) { return insertion ? Gaps::all : Gaps::none; }

/// Where a task's finish + the cost of what comes after it is least.
inline Placement least_total(const Timetable& table, PlanTaskId task, const CostTable& after) {
  return table.best(task, [&](const Placement& here) { return Key{here.end + after.at(task, here.slot), 0}; });
}

/// Places tasks in an order, those that can be, each where `choose(table, task)` says.
template <class Choose>
Plan place_in_order(const Problem& problem, bool insertion, const std::vector<PlanTaskId>& order,
                    const Choose& choose) {
  Timetable table(problem, gaps(insertion));
  for (const PlanTaskId task : order)
    if (table.placeable(task)) table.place(task, choose(table, task));
  return table.plan();
}

/// Places ready tasks by decreasing priority, each where `choose(table, task)` says.
template <class Choose>
Plan place_by_priority(const Problem& problem, bool insertion, const ByTask& priority, const Choose& choose) {
  Timetable table(problem, gaps(insertion));
  ReadyTasks ready(table);
  while (!ready.empty()) {
    PlanTaskId next = ready.all().front();
    for (const PlanTaskId task : ready.all())
      if (clearly_less(priority[next], priority[task])) next = task;
    ready.place(table, next, choose(table, next));
  }
  return table.plan();
}

/// At each step the pair of a ready task and a slot whose `key(task, placement)` is first; append only.
template <class KeyOf>
Plan place_by_pairs(const Problem& problem, const KeyOf& key) {
  Timetable table(problem, Gaps::none);
  ReadyTasks ready(table);
  while (!ready.empty()) {
    PlanTaskId next = ready.all().front();
    Placement where;
    Key least;
    for (const PlanTaskId task : ready.all()) {
      const auto its_key = [&](const Placement& here) { return key(task, here); };
      const Placement here = table.best(task, its_key);
      if (!here.placed() || (where.placed() && !its_key(here).before(least))) continue;
      next = task;
      where = here;
      least = its_key(here);
    }
    ready.place(table, next, where);
  }
  return table.plan();
}

}  // namespace hetsched::planning
