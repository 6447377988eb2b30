#include <algorithm>
#include <memory>
#include <numeric>

#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/study_arguments.hpp"
#include "optimum/solver.hpp"
#include "study/bounds.hpp"
#include "support/branch_and_bound.hpp"
#include "support/lower_bounds.hpp"
#include "support/mapping_searches.hpp"

namespace hetsched {
namespace {

using Align = Table::Align;
using mapping::MappingProblem;

struct Options {
  StudyArguments study;
  std::string point, by, objective, transitions, contention, nodes, formula, solver, limit;
};

struct Found {
  mapping::Plan plan;
  std::string how;
};

mapping::Goal goal_of(const Options& options) {
  mapping::Goal goal;
  if (!options.objective.empty() && one_of("--objective", options.objective, {"latency", "throughput"}) == 1)
    goal.objective = mapping::Objective::throughput;
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

Found by_search(const MappingProblem& problem, const mapping::Goal& goal, std::uint64_t nodes) {
  if (problem.contention == 1 && goal.max_transitions == kNone && goal.objective == mapping::Objective::latency)
    return {mapping::branch_and_bound(problem, nodes), "branch and bound over accelerators and orders"};
  return {mapping::enumerate(problem, goal, nodes),
          "branch and bound over accelerators, tasks in the order in which they are ready"};
}

Found by_solver(const MappingProblem& problem, const mapping::Goal& goal, const Options& options) {
  Problems problems;
  const std::string formula = smt_formulation(problem, goal, problems);
  problems.throw_if_any();
  const auto limit =
      options.limit.empty() ? 0 : static_cast<unsigned>(std::max(1.0, time_value("--limit", options.limit)));
  const SmtAnswer answer = solve_smt(formula, smt_names(problem), options.solver, limit);
  return {smt_plan(problem, answer.values), answer.solver};
}

void print_schedule(const SystemView& view, const std::vector<std::string_view>& accelerators,
                    const mapping::Plan& plan) {
  std::vector<std::pair<std::string_view, std::string_view>> names;  // stream and task, by task of the problem
  for (const Stream& stream : view.streams)
    for (const ModelTask& task : view.models[stream.model].tasks) names.emplace_back(stream.name, task.name);
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return plan.timing.start[a] < plan.timing.start[b]; });
  Table table({{"stream", Align::left}, {"task", Align::left}, {"accelerator", Align::left}, {"start"}, {"end"}});
  for (const std::size_t t : order)
    if (plan.where[t] != kNone)
      table.add({std::string(names[t].first), std::string(names[t].second), std::string(accelerators[plan.where[t]]),
                 quantity(plan.timing.start[t], "s"), quantity(plan.timing.end[t], "s")});
  print(table.text());
}

ExitCode run(Options options) {
  if (options.study.experiment.empty() && options.study.policy.empty())
    options.study.policy = "fcfs";  // it does not matter
  const Catalog catalog = options.study.catalog();
  const Study study = options.study.load(catalog);
  const std::size_t point = options.point.empty() ? 0 : whole_number("--point", options.point, 0, study.size() - 1);
  const Scenario scenario = study.resolve(point);
  Problems problems;
  const Tables tables = Tables::build(scenario, problems);
  problems.throw_if_any();
  MappingProblem problem = first_requests(tables);
  problem.sharing = mapping::Sharing::none;
  problem.contention = contention_of(options);
  const mapping::Goal goal = goal_of(options);
  if (!options.formula.empty()) {
    const std::string formula = smt_formulation(problem, goal, problems);
    problems.throw_if_any();
    write_file(options.formula, formula + "(check-sat)\n(get-value (" + smt_names(problem) + "))\n");
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
  print("\nlast finish " + quantity(found.plan.timing.makespan, "s", 12) + ", " +
        (found.plan.proved ? "proved to be the best"
                           : "not proved to be the best: the search was stopped (--max-nodes)") +
        " by " + found.how + "\nlower bounds: longest way " + quantity(mapping::critical_path(problem), "s") +
        ", load " + quantity(mapping::least_load(problem), "s") + ", divisible load " +
        quantity(mapping::divisible_load(problem), "s") + "\n");
  return ExitCode::ok;
}

}  // namespace

Command optimum_command() {
  return {
      "optimum",
      "Find the shortest schedule of one request of each stream",
      "--platform FILE --workload FILE [options]\nEXPERIMENT [options]",
      "All requests are there at time 0. Transfers take what they take alone; memories are not shared.",
      "hetsched optimum --platform platforms/heft_2002.json --workload workloads/peft_2014.json\n"
      "hetsched optimum experiments/heft --by solver --limit \"60 s\"",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
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
        return [options](const Names&) { return run(*options); };
      }};
}

}  // namespace hetsched
