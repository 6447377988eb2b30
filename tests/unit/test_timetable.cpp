// Is everything that happens between tasks in a plan: switches of models, gaps, memories that are shared?
#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>

#include "base/random.hpp"
#include "planning/timetable.hpp"
#include "support/plan_rules.hpp"
#include "support/planning_cases.hpp"

using namespace hetsched;
using namespace hetsched::planning;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

constexpr ModelId red{0}, blue{1};

/// One accelerator of so many slots on which a switch takes 1 s and 2 J.
Problem switching(std::uint32_t slots = 1) {
  Problem problem;
  problem.add_accelerator({.switch_time = 1, .switch_energy = 2, .slots = slots});
  return problem;
}

}  // namespace

TEST_CASE("a task of another model is preceded by a switch, with its time and its energy") {
  Problem problem = switching();
  add_task(problem, {3}, {5}, red);
  add_task(problem, {3}, {5}, blue);
  Timetable table(problem, Gaps::none);
  table.place(0_t, table.earliest(0_t, 0_s));
  CHECK(table.plan().tasks[0_t].end == 3);  // nothing ran before
  const Placement second = table.earliest(1_t, 0_s);
  CHECK(second.start == 3);
  CHECK(second.end == 7);
  CHECK(table.energy(1_t, second) == 7);
  problem.accelerators[0_a].last_model = blue;
  CHECK(Timetable(problem, Gaps::none).earliest(0_t, 0_s).end == 4);
  problem.switches = false;
  CHECK(Timetable(problem, Gaps::none).earliest(0_t, 0_s).end == 3);
}

TEST_CASE("nothing goes into a gap if what comes after it would need a switch that it has no time for") {
  Problem problem = switching();
  problem.accelerators[0_a].last_model = red;
  problem.slots[0_s].promised = {{5, 8, red}, {20, 25, blue}};
  add_task(problem, {3}, {}, red);
  add_task(problem, {2}, {}, blue);
  add_task(problem, {5}, {}, blue);
  const Timetable table(problem, Gaps::all);
  CHECK(table.earliest(0_t, 0_s).start == 0);
  CHECK(table.earliest(1_t, 0_s).start == 8);  // before 5 it would make red at 5 switch
  CHECK(table.earliest(1_t, 0_s).end == 11);
  CHECK(table.earliest(2_t, 0_s).end == 14);  // blue at 20 keeps the time of its switch
}

TEST_CASE("switches count starts of the whole accelerator, whatever the slot") {
  Problem problem = switching(2);
  add_task(problem, {4}, {}, red);
  add_task(problem, {4}, {}, blue);
  add_task(problem, {4}, {}, red);
  Timetable table(problem, Gaps::none);
  table.place(0_t, table.earliest(0_t, 0_s));
  const Placement other = table.earliest(1_t, 1_s);
  CHECK(other.end == 5);
  table.place(1_t, other);
  CHECK(table.earliest(2_t, 0_s).end == 9);  // blue started last
  table.remove(1_t);
  CHECK(table.earliest(2_t, 0_s).end == 8);
}

TEST_CASE("a memory that is short of bandwidth makes what is placed second slower, in proportion, while it lasts") {
  Problem problem(2);
  problem.memory_bandwidths = {10};
  problem.add_request();
  const std::vector<TaskCost> costs = {{4, 40, 0}, {4, 40, 0}};  // 10 B/s each
  problem.add_task(0_r, costs);
  problem.add_task(0_r, costs);
  problem.sharing = Sharing::proportional;
  Timetable table(problem, Gaps::none);
  table.place(0_t, table.earliest(0_t, 0_s));
  CHECK(table.earliest(1_t, 1_s).end == Approx(6));  // half as fast for 4 s, then 2 s alone
  CHECK(table.earliest(1_t, 1_s, 4).end == Approx(8));
  CHECK(table.earliest(1_t, 1_s, 2).end == Approx(7));
  problem.memory_bandwidths = {20};
  CHECK(table.earliest(1_t, 1_s).end == Approx(4));
  problem.memory_bandwidths = {10};
  problem.sharing = Sharing::none;
  CHECK(table.earliest(1_t, 1_s).end == Approx(4));
}

TEST_CASE("a memory with a model of its own makes what is placed second slower by that") {
  Problem problem(2);
  problem.memory_bandwidths = {100};
  const HalvedBeside model;
  problem.co_run = &model;
  problem.add_request();
  const std::vector<TaskCost> costs = {{4, 8, 0, 2}, {4, 8, 0, 2}}, none = {{4, 0, 0, 0}, {4, 0, 0, 0}};
  problem.add_task(0_r, costs);
  problem.add_task(0_r, costs);
  problem.add_task(0_r, none);
  problem.sharing = Sharing::proportional;
  Timetable table(problem, Gaps::none);
  table.place(0_t, table.earliest(0_t, 0_s));
  CHECK(table.earliest(1_t, 1_s).end == Approx(6));     // half as fast for 4 s, then 2 s alone
  CHECK(table.earliest(1_t, 1_s, 2).end == Approx(7));  // for 2 s
  CHECK(table.earliest(1_t, 1_s, 4).end == Approx(8));
  CHECK(table.earliest(2_t, 1_s).end == Approx(4));  // without traffic: not at all
  problem.sharing = Sharing::none;
  CHECK(table.earliest(1_t, 1_s).end == Approx(4));
}

TEST_CASE("200 random problems with switches: every rule leaves time for each of them, and for what was promised") {
  const RandomStream random(1, "test", "switches");
  std::uint64_t draw = 0;
  const auto uniform = [&](double from, double to) { return from + (to - from) * random.uniform(draw++); };
  std::size_t switches = 0;
  for (int round = 0; round < 200; ++round) {
    Problem problem;
    const auto accelerators = static_cast<std::size_t>(uniform(1, 4));
    for (std::size_t a = 0; a < accelerators; ++a)
      problem.add_accelerator({.overhead = 0.25,
                               .switch_time = uniform(0, 3),
                               .last_model = id_of<ModelId>(static_cast<std::size_t>(uniform(0, 3))),
                               .slots = static_cast<std::uint32_t>(uniform(1, 3))});
    const Interval promised{uniform(2, 4), uniform(5, 8), id_of<ModelId>(static_cast<std::size_t>(uniform(0, 3)))};
    problem.slots[0_s].promised = {promised};
    const auto size = static_cast<std::size_t>(uniform(2, 15));
    for (const PlanTaskId t : IdRange<PlanTaskId>(size)) {
      std::vector<double> times;
      for (std::size_t a = 0; a < accelerators; ++a) times.push_back(uniform(0.5, 4));
      add_task(problem, times, {}, id_of<ModelId>(static_cast<std::size_t>(uniform(0, 3))));
      for (const PlanTaskId from : IdRange<PlanTaskId>(index_of(t)))
        if (uniform(0, 1) < 0.2) problem.add_edge(from, t, 0);
    }
    for (const RuleVariant& variant : every_rule()) {
      INFO("round " << round << ", " << variant.name);
      const Plan plan = variant(problem);
      // What starts on each accelerator, in order: when, of which model, with how much time beyond its own.
      for (const AcceleratorId a : problem.accelerators.ids()) {
        std::vector<std::tuple<double, std::size_t, ModelId, double>> starts;
        for (const SlotId slot : problem.slots_of(a))
          for (const Interval& other : problem.slots[slot].promised)
            starts.emplace_back(other.start, 0, other.model, 1e9);
        for (const PlanTaskId t : problem.tasks.ids())
          if (plan.tasks[t].accelerator == a)
            starts.emplace_back(plan.tasks[t].start, 1 + index_of(t), problem.tasks[t].model,
                                plan.tasks[t].end - plan.tasks[t].start - problem.time(t, a));
        std::sort(starts.begin(), starts.end());
        ModelId before = problem.accelerators[a].last_model;
        ModelId before_promised = before;
        for (const auto& [start, turn, model, spare] : starts) {
          const bool needed = problem.is_switch(a, before, model);
          if (spare < 1e8) {
            CHECK(spare >= (needed ? problem.accelerators[a].switch_time : 0) - 1e-9);
            switches += needed ? 1 : 0;
          } else if (needed) {  // only if it was promised with one
            CHECK(problem.is_switch(a, before_promised, model));
          }
          before = model;
        }
      }
    }
  }
  CHECK(switches > 10000);
}
