#include "optimum/formulation.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace hetsched {
namespace {

using mapping::MappingProblem;

/// The shortest decimal that reads back the same: short numbers make short proofs.
std::string real(double value) {
  if (value < 0) return "(- " + real(-value) + ")";
  char digits[512];
  const std::string text(digits, std::to_chars(digits, std::end(digits), value, std::chars_format::fixed).ptr);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string name(const char* what, std::uint32_t task) { return what + std::to_string(task); }
std::string start(std::uint32_t task) { return name("s", task); }
std::string end(std::uint32_t task) { return name("e", task); }
std::string on(std::uint32_t task, std::uint32_t accelerator) {
  return name("x", task) + "_" + std::to_string(accelerator);
}

class Formula {
 public:
  Formula(const MappingProblem& problem, const mapping::Goal& goal)
      : problem_(problem), goal_(goal), tasks_(mapping::placeable_tasks(problem)) {}

  std::string text() {
    set_needs();
    for (const std::uint32_t t : tasks_) declare(t);
    for (std::size_t j = 0; j < tasks_.size(); ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (independent(tasks_[i], tasks_[j])) keep_apart(tasks_[i], tasks_[j]);
    for (const std::uint32_t t : tasks_) {
      edges(t);
      duration(t);
    }
    for (std::uint32_t r = 0; r < problem_.requests.size(); ++r) limit_transitions(r);
    objective();
    return out_.str();
  }

 private:
  void declare(std::uint32_t t) {
    out_ << "(declare-const " << start(t) << " Real)\n(declare-const " << end(t) << " Real)\n";
    std::string any, pairs;
    for (std::uint32_t a = 0; a < problem_.accelerators(); ++a) {
      out_ << "(declare-const " << on(t, a) << " Bool)\n";
      if (!problem_.runs_on(t, a)) {
        out_ << "(assert (not " << on(t, a) << "))\n";
        continue;
      }
      any += " " + on(t, a);
      for (std::uint32_t b = 0; b < a; ++b) pairs += " (not (and " + on(t, a) + " " + on(t, b) + "))";
      const auto& there = problem_.tasks[t].inputs_there;
      const double earliest =
          std::max({problem_.tasks[t].release, there.empty() ? 0 : there[a], problem_.servers[a].free_at.front()});
      out_ << "(assert (=> " << on(t, a) << " (>= " << start(t) << " " << real(earliest) << ")))\n";
    }
    out_ << "(assert (or" << any << "))\n(assert (and true" << pairs << "))\n";
  }

  void edges(std::uint32_t t) {
    for (const mapping::Input& input : problem_.tasks[t].inputs)
      for (std::uint32_t from = 0; from < problem_.accelerators(); ++from)
        for (std::uint32_t to = 0; to < problem_.accelerators(); ++to) {
          if (!problem_.runs_on(input.task, from) || !problem_.runs_on(t, to)) continue;
          const double delay = problem_.delay(input, from, to);
          out_ << "(assert (=> (and " << on(input.task, from) << " " << on(t, to) << ") ";
          if (delay < kNever)
            out_ << "(>= " << start(t) << " (+ " << end(input.task) << " " << real(delay) << "))))\n";
          else
            out_ << "false))\n";
        }
  }

  void duration(std::uint32_t t) {
    std::string overlaps;
    for (const std::uint32_t u : tasks_)
      if (problem_.contention > 1 && independent(t, u)) overlaps += " " + overlap(t, u);
    for (std::uint32_t a = 0; a < problem_.accelerators(); ++a) {
      if (!problem_.runs_on(t, a)) continue;
      out_ << "(assert (=> " << on(t, a) << " (= (- " << end(t) << " " << start(t) << ") (+ "
           << real(problem_.time(t, a)) << " (* " << real(1 - 1 / problem_.contention) << " (+ 0.0" << overlaps
           << "))))))\n";
    }
  }

  static std::string overlap(std::uint32_t t, std::uint32_t u) {
    return name("o", std::min(t, u)) + "_" + std::to_string(std::max(t, u));
  }
  [[nodiscard]] bool independent(std::uint32_t t, std::uint32_t u) const {
    return t != u && !needs_[t][u] && !needs_[u][t];
  }

  void set_needs() {
    needs_.assign(problem_.size(), std::vector<bool>(problem_.size(), false));
    for (const std::uint32_t t : tasks_)
      for (const mapping::Input& input : problem_.tasks[t].inputs) {
        needs_[t][input.task] = true;
        for (std::uint32_t u = 0; u < problem_.size(); ++u)
          if (needs_[input.task][u]) needs_[t][u] = true;
      }
  }

  /// On one accelerator one after the other; else how long both run matters, if there is contention.
  void keep_apart(std::uint32_t t, std::uint32_t u) {
    std::string same = "(or false";
    for (std::uint32_t a = 0; a < problem_.accelerators(); ++a)
      if (problem_.runs_on(t, a) && problem_.runs_on(u, a)) same += " (and " + on(t, a) + " " + on(u, a) + ")";
    same += ")";
    out_ << "(assert (=> " << same << " (or (<= " << end(t) << " " << start(u) << ") (<= " << end(u) << " " << start(t)
         << "))))\n";
    if (problem_.contention <= 1) return;
    const std::string last = "(ite (<= " + end(t) + " " + end(u) + ") " + end(t) + " " + end(u) + ")";
    const std::string first = "(ite (>= " + start(t) + " " + start(u) + ") " + start(t) + " " + start(u) + ")";
    out_ << "(declare-const " << overlap(t, u) << " Real)\n(assert (= " << overlap(t, u) << " (ite (or " << same
         << " (<= " << last << " " << first << ")) 0.0 (- " << last << " " << first << "))))\n";
  }

  void limit_transitions(std::uint32_t request) {
    if (goal_.max_transitions == kNone) return;
    std::string changes;
    std::uint32_t before = kNone;
    for (const std::uint32_t t : tasks_) {
      if (problem_.tasks[t].request != request) continue;
      std::string same = "(or false";
      if (before != kNone) {
        for (std::uint32_t a = 0; a < problem_.accelerators(); ++a)
          same += " (and " + on(before, a) + " " + on(t, a) + ")";
        changes += " (ite " + same + ") 0 1)";
      }
      before = t;
    }
    out_ << "(assert (<= (+ 0 0" << changes << ") " << goal_.max_transitions << "))\n";
  }

  void objective() {
    std::string sum;
    for (std::uint32_t r = 0; r < problem_.requests.size(); ++r) {
      const std::string finish = goal_.objective == mapping::Objective::throughput ? name("f", r) : "f";
      if (r == 0 || finish != "f") out_ << "(declare-const " << finish << " Real)\n";
      out_ << "(assert (>= " << finish << " " << real(problem_.requests[r].finish) << "))\n";
      for (const std::uint32_t t : tasks_)
        if (problem_.tasks[t].request == r) out_ << "(assert (>= " << finish << " " << end(t) << "))\n";
      if (r == 0 || finish != "f") sum += " " + finish;
    }
    out_ << "(minimize (+ 0.0" << sum << "))\n";
  }

  const MappingProblem& problem_;
  const mapping::Goal& goal_;
  std::vector<std::uint32_t> tasks_;
  std::vector<std::vector<bool>> needs_;  ///< by task: all that it needs, directly or not
  std::ostringstream out_;
};

/// "2.5", "(/ 31.0 2.0)", "(- 2.5)"; nothing if it is something else.
std::optional<double> value_of(std::string_view text) {
  if (!text.starts_with('(')) return parse_decimal(text);
  if (text.size() < 4 || !text.ends_with(')')) return std::nullopt;
  const std::string_view inner = text.substr(3, text.size() - 4);
  if (text.starts_with("(- ")) {
    const auto value = value_of(inner);
    return value ? std::optional(-*value) : std::nullopt;
  }
  const std::size_t space = inner.find(' ');
  if (!text.starts_with("(/ ") || space == std::string_view::npos) return std::nullopt;
  const auto numerator = parse_decimal(inner.substr(0, space)), denominator = parse_decimal(inner.substr(space + 1));
  if (!numerator || !denominator || *denominator == 0) return std::nullopt;
  return *numerator / *denominator;
}

double number_in(const SmtValues& values, const std::string& variable) {
  const auto at = values.find(variable);
  const auto number = at == values.end() ? std::nullopt : value_of(at->second);
  if (!number) throw InputError("the solver's answer has no number for " + variable);
  return *number;
}

}  // namespace

std::string smt_formulation(const MappingProblem& problem, const mapping::Goal& goal, Problems& problems) {
  for (const mapping::Server& server : problem.servers)
    if (server.free_at.size() != 1) {
      problems.add("", "",
                   "the formula is for accelerators with one slot each; there is one with " +
                       std::to_string(server.free_at.size()));
      break;
    }
  if (problem.contention > 1 && problem.accelerators() != 2)
    problems.add("", "",
                 "the formula knows contention between two accelerators only; there are " +
                     std::to_string(problem.accelerators()));
  if (goal.objective == mapping::Objective::energy || goal.energy_budget < kNever)
    problems.add("", "", "the formula knows no energy");
  return problems.empty() ? Formula(problem, goal).text() : "";
}

std::string smt_names(const MappingProblem& problem) {
  std::string names;
  for (const std::uint32_t t : mapping::placeable_tasks(problem)) {
    names += start(t) + " " + end(t) + " ";
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a) names += on(t, a) + " ";
  }
  return names;
}

mapping::Plan smt_plan(const MappingProblem& problem, const SmtValues& values) {
  mapping::Plan plan;
  plan.proved = true;
  plan.where.assign(problem.size(), kNone);
  plan.timing.start.assign(problem.size(), kNever);
  plan.timing.end.assign(problem.size(), kNever);
  for (const mapping::Request& request : problem.requests) plan.timing.finish.push_back(request.finish);
  for (const std::uint32_t t : mapping::placeable_tasks(problem)) {
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a) {
      const auto at = values.find(on(t, a));
      if (at != values.end() && at->second == "true") plan.where[t] = a;
    }
    if (plan.where[t] == kNone)
      throw InputError("the solver's answer has no accelerator for task " + std::to_string(t));
    plan.timing.start[t] = number_in(values, start(t));
    plan.timing.end[t] = number_in(values, end(t));
    Seconds& finish = plan.timing.finish[problem.tasks[t].request];
    finish = std::max(finish, plan.timing.end[t]);
    plan.timing.makespan = std::max(plan.timing.makespan, finish);
  }
  return plan;
}

}  // namespace hetsched
