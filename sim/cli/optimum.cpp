#include <algorithm>
#include <memory>
#include <numeric>

#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/study_arguments.hpp"
#include "engine/room.hpp"
#include "optimum/solver.hpp"
#include "planning/bounds.hpp"
#include "planning/search/branch_and_bound.hpp"
#include "planning/search/searches.hpp"
#include "planning/search/smt.hpp"
#include "study/bounds.hpp"

namespace hetsched {
namespace {

using Align = Table::Align;
using planning::Goal, planning::Objective, planning::Plan, planning::PlanTaskId, planning::Problem;

struct Options {
  StudyArguments study;
  std::string point, by, objective, transitions, contention, nodes, formula, solver, limit;
};

struct Found {
  Plan plan;
  std::string how;
};

Goal goal_of(const Options& options) {
  Goal goal;
  if (!options.objective.empty() && one_of("--objective", options.objective, {"latency", "throughput"}) == 1)
    goal.objective = Objective::throughput;
  if (!options.transitions.empty())
    goal.max_transitions =
        static_cast<std::uint32_t>(whole_number("--max-transitions", options.transitions, 0, 1000000));
  return goal;
}

double contention_of(const Options& options) {
  if (options.contention.empty()) return 1;
  const auto value = parse_decimal(options.contention);
  if (!value || !(*value >= 1))
    throw InputError("--contention must be a number of at least 1; found " + in_quotes(options.contention));
  return *value;
}

Found by_search(const Problem& problem, const Goal& goal, std::uint64_t nodes) {
  if (problem.contention == 1 && goal.max_transitions == planning::kAnyTransitions &&
      goal.objective == Objective::latency)
    return {planning::branch_and_bound(problem, nodes), "branch and bound over accelerators and orders"};
  return {planning::enumerate(problem, goal, nodes),
          "branch and bound over accelerators, tasks in the order in which they are ready"};
}

/// Problems of the formula are of the user's input.
planning::SmtFormula formula_of(const Problem& problem, const Goal& goal) {
  planning::SmtFormula formula = planning::smt_formula(problem, goal);
  Problems problems;
  for (const std::string& what : formula.problems) problems.add("", "", what);
  problems.throw_if_any();
  return formula;
}

Found by_solver(const Problem& problem, const Goal& goal, const Options& options) {
  const planning::SmtFormula formula = formula_of(problem, goal);
  const auto limit =
      options.limit.empty() ? 0 : static_cast<unsigned>(std::max(1.0, time_value("--limit", options.limit)));
  const SmtAnswer answer = solve_smt(formula, options.solver, limit);
  auto plan = planning::smt_plan(problem, answer.values);
  if (const std::string* wrong = std::get_if<std::string>(&plan)) throw InputError(*wrong);
  return {std::get<Plan>(plan), answer.solver};
}

void print_schedule(const SystemView& view, const std::vector<std::string_view>& accelerators, const Plan& plan) {
  std::vector<std::pair<std::string_view, std::string_view>> names;  // stream and task, by task of the problem
  for (const Stream& stream : view.streams)
    for (const ModelTask& t : view.models[stream.model].tasks) names.emplace_back(stream.name, t.name);
  const auto task = [&](std::size_t t) { return plan.tasks[id_of<PlanTaskId>(t)]; };
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return task(a).start < task(b).start; });
  Table table({{"stream", Align::left}, {"task", Align::left}, {"accelerator", Align::left}, {"start"}, {"end"}});
  for (const std::size_t t : order)
    if (task(t).placed())
      table.add({std::string(names[t].first), std::string(names[t].second),
                 std::string(accelerators[index_of(task(t).accelerator)]), quantity(task(t).start, "s"),
                 quantity(task(t).end, "s")});
  print(table.text());
}

ExitCode run(const Options& options) {
  const Catalog catalog = options.study.catalog();
  const Study study = options.study.load(catalog);
  const std::size_t point = options.point.empty() ? 0 : whole_number("--point", options.point, 0, study.size() - 1);
  const Instance instance = study.instance(point);
  Problems problems;
  const Tables tables = Tables::build(instance, problems);
  problems.throw_if_any();
  if (is_limited(instance.platform))
    throw InputError(
        "plans know nothing of room in memory: there is no optimum where memories have a capacity, or "
        "weights a home");
  Problem problem = first_requests(tables);
  problem.contention = contention_of(options);
  const Goal goal = goal_of(options);
  if (!options.formula.empty()) {
    write_file(options.formula, formula_of(problem, goal).script());
    print("formula in " + options.formula + "\n");
    return ExitCode::ok;
  }
  const bool ask = !options.by.empty() && one_of("--by", options.by, {"search", "solver"}) == 1;
  for (const auto& [name, value] : {std::pair("--limit", &options.limit), std::pair("--solver", &options.solver)})
    if (!ask && !value->empty()) throw InputError(std::string(name) + " is for --by solver");
  if (ask && !options.nodes.empty()) throw InputError("--max-nodes is for --by search");
  const std::uint64_t nodes = options.nodes.empty() ? 10000000 : whole_number("--max-nodes", options.nodes);
  const Found found = ask ? by_solver(problem, goal, options) : by_search(problem, goal, nodes);
  SystemView view;
  tables.fill(view);
  std::vector<std::string_view> accelerators;
  for (const Accelerator& a : tables.accelerators()) accelerators.push_back(a.name);
  print_schedule(view, accelerators, found.plan);
  print("\nlast finish " + quantity(planning::makespan(found.plan), "s", 12) + ", " +
        (found.plan.proved ? "proved to be the best"
                           : "not proved to be the best: the search was stopped (--max-nodes)") +
        " by " + found.how + "\nlower bounds: longest way " + quantity(planning::critical_path(problem), "s") +
        ", load " + quantity(planning::least_load(problem), "s") + ", divisible load " +
        quantity(planning::divisible_load(problem), "s") + "\n");
  return ExitCode::ok;
}

}  // namespace

Command optimum_command() {
  return {
      "optimum",
      "Find the shortest schedule of one request of each stream",
      "--platform FILE --workload FILE [options]\nEXPERIMENT [options]",
      "All requests are there at time 0. Transfers take what they take alone; memories are not shared; results stay "
      "where "
      "they are.",
      "hetsched optimum --platform platforms/heft_2002.json --workload workloads/peft_2014.json\n"
      "hetsched optimum experiments/heft --by solver --limit \"60 s\"",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        options->study.policy_need = PolicyNeed::none;
        arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                             Arguments::Need::optional);
        arguments.option("--platform", "FILE", "platform file", options->study.platform);
        arguments.option("--workload", "FILE", "workload file", options->study.workload);
        arguments.list("--set", "PATH=VALUE", "change a value, as in hetsched run", options->study.settings);
        arguments.option("--point", "N", "which point of an experiment that has several (default: 0)", options->point);
        arguments.option("--objective", "WHAT", "latency (default): the last finish; throughput: the sum of finishes",
                         options->objective);
        arguments.option("--max-transitions", "N", "changes of the accelerator in the order of a request's tasks",
                         options->transitions);
        arguments.option("--contention", "K", "so many times slower is everything while several accelerators are busy",
                         options->contention);
        arguments.option("--by", "HOW", "search (default), or solver: Z3", options->by);
        arguments.option("--max-nodes", "N", "partial schedules after which the search is stopped", options->nodes);
        arguments.option("--solver", "PROGRAM", "Z3, if not the library or z3", options->solver);
        arguments.option("--limit", "TIME", "wall-clock time after which Z3 is stopped", options->limit);
        arguments.option("--formula", "FILE", "only write the formula, in SMT-LIB 2", options->formula);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
