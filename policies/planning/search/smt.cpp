#include "planning/search/smt.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>

namespace hetsched::planning {
namespace {

/// The shortest decimal that reads back the same: short numbers make short proofs.
std::string real(double value) {
  if (value < 0) return "(- " + real(-value) + ")";
  char digits[512];
  const std::string text(digits, std::to_chars(digits, std::end(digits), value, std::chars_format::fixed).ptr);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

template <IsId Id>
std::string name(const char* what, Id id) {
  return what + std::to_string(index_of(id));
}
std::string start(PlanTaskId task) { return name("s", task); }
std::string end(PlanTaskId task) { return name("e", task); }
std::string on(PlanTaskId task, AcceleratorId accelerator) {
  return name("x", task) + "_" + std::to_string(index_of(accelerator));
}

class Formula {
 public:
  Formula(const Problem& problem, const Goal& goal)
      : problem_(problem), goal_(goal), tasks_(placeable_tasks(problem)) {}

  std::string text() {
    set_needs();
    for (const PlanTaskId t : tasks_) declare(t);
    for (std::size_t j = 0; j < tasks_.size(); ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (independent(tasks_[i], tasks_[j])) keep_apart(tasks_[i], tasks_[j]);
    for (const PlanTaskId t : tasks_) {
      edges(t);
      duration(t);
    }
    for (const PlanRequestId r : problem_.requests.ids()) limit_transitions(r);
    objective();
    return out_.str();
  }

 private:
  void declare(PlanTaskId t) {
    out_ << "(declare-const " << start(t) << " Real)\n(declare-const " << end(t) << " Real)\n";
    std::string any, pairs;
    for (const AcceleratorId a : problem_.accelerators.ids()) {
      out_ << "(declare-const " << on(t, a) << " Bool)\n";
      if (!problem_.runs_on(t, a)) {
        out_ << "(assert (not " << on(t, a) << "))\n";
        continue;
      }
      any += " " + on(t, a);
      for (const AcceleratorId b : problem_.accelerators.ids())
        if (b < a) pairs += " (not (and " + on(t, a) + " " + on(t, b) + "))";
      const double earliest =
          std::max(problem_.released(problem_.tasks[t], a), problem_.busy_until(*problem_.slots_of(a).begin()));
      out_ << "(assert (=> " << on(t, a) << " (>= " << start(t) << " " << real(earliest) << ")))\n";
    }
    out_ << "(assert (or" << any << "))\n(assert (and true" << pairs << "))\n";
  }

  void edges(PlanTaskId t) {
    for (const PlanEdge& edge : problem_.tasks[t].inputs)
      for (const AcceleratorId from : problem_.accelerators.ids())
        for (const AcceleratorId to : problem_.accelerators.ids()) {
          if (!problem_.runs_on(edge.task, from) || !problem_.runs_on(t, to)) continue;
          const double delay = problem_.transfer(edge, from, to);
          out_ << "(assert (=> (and " << on(edge.task, from) << " " << on(t, to) << ") ";
          if (delay < kNever)
            out_ << "(>= " << start(t) << " (+ " << end(edge.task) << " " << real(delay) << "))))\n";
          else
            out_ << "false))\n";
        }
  }

  void duration(PlanTaskId t) {
    std::string overlaps;
    for (const PlanTaskId u : tasks_)
      if (problem_.contention > 1 && independent(t, u)) overlaps += " " + overlap(t, u);
    for (const AcceleratorId a : problem_.accelerators.ids()) {
      if (!problem_.runs_on(t, a)) continue;
      out_ << "(assert (=> " << on(t, a) << " (= (- " << end(t) << " " << start(t) << ") (+ "
           << real(problem_.time(t, a)) << " (* " << real(1 - 1 / problem_.contention) << " (+ 0.0" << overlaps
           << "))))))\n";
    }
  }

  static std::string overlap(PlanTaskId t, PlanTaskId u) {
    return name("o", std::min(t, u)) + "_" + std::to_string(index_of(std::max(t, u)));
  }
  [[nodiscard]] bool independent(PlanTaskId t, PlanTaskId u) const { return t != u && !needs_[t][u] && !needs_[u][t]; }

  void set_needs() {
    needs_.assign(problem_.size(), IdVector<PlanTaskId, bool>(problem_.size()));
    for (const PlanTaskId t : tasks_)
      for (const PlanEdge& edge : problem_.tasks[t].inputs) {
        needs_[t][edge.task] = true;
        for (const PlanTaskId u : problem_.tasks.ids())
          if (needs_[edge.task][u]) needs_[t][u] = true;
      }
  }

  /// On one accelerator one after the other; else how long both run matters, if there is contention.
  void keep_apart(PlanTaskId t, PlanTaskId u) {
    std::string same = "(or false";
    for (const AcceleratorId a : problem_.accelerators.ids())
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

  void limit_transitions(PlanRequestId request) {
    if (goal_.max_transitions == kAnyTransitions) return;
    std::string changes;
    PlanTaskId before = PlanTaskId::none;
    for (const PlanTaskId t : tasks_) {
      if (problem_.tasks[t].request != request) continue;
      std::string same = "(or false";
      if (before != PlanTaskId::none) {
        for (const AcceleratorId a : problem_.accelerators.ids())
          same += " (and " + on(before, a) + " " + on(t, a) + ")";
        changes += " (ite " + same + ") 0 1)";
      }
      before = t;
    }
    out_ << "(assert (<= (+ 0 0" << changes << ") " << goal_.max_transitions << "))\n";
  }

  void objective() {
    std::string sum;
    for (const PlanRequestId r : problem_.requests.ids()) {
      const std::string finish = goal_.objective == Objective::throughput ? name("f", r) : "f";
      if (index_of(r) == 0 || finish != "f") out_ << "(declare-const " << finish << " Real)\n";
      out_ << "(assert (>= " << finish << " " << real(problem_.requests[r].finish) << "))\n";
      for (const PlanTaskId t : tasks_)
        if (problem_.tasks[t].request == r) out_ << "(assert (>= " << finish << " " << end(t) << "))\n";
      if (index_of(r) == 0 || finish != "f") sum += " " + finish;
    }
    out_ << "(minimize (+ 0.0" << sum << "))\n";
  }

  const Problem& problem_;
  const Goal& goal_;
  std::vector<PlanTaskId> tasks_;
  IdVector<PlanTaskId, IdVector<PlanTaskId, bool>> needs_;  ///< all that it needs, directly or not
  std::ostringstream out_;
};

std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

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

std::string names_of(const Problem& problem) {
  std::string names;
  for (const PlanTaskId t : placeable_tasks(problem)) {
    names += start(t) + " " + end(t) + " ";
    for (const AcceleratorId a : problem.accelerators.ids()) names += on(t, a) + " ";
  }
  return names;
}

/// Would any of the problem's orders have a switch?
bool has_switches(const Problem& problem) {
  for (const AcceleratorId a : problem.accelerators.ids())
    for (const PlanTask& task : problem.tasks)
      for (const ModelId before : {problem.tasks.all().front().model, problem.accelerators[a].last_model})
        if (problem.is_switch(a, before, task.model)) return true;
  return false;
}

}  // namespace

SmtFormula smt_formula(const Problem& problem, const Goal& goal) {
  SmtFormula formula;
  for (const PlanAccelerator& accelerator : problem.accelerators)
    if (accelerator.slots != 1) {
      formula.problems.push_back("the formula is for accelerators with one slot each; there is one with " +
                                 std::to_string(accelerator.slots));
      break;
    }
  if (problem.contention > 1 && problem.accelerators.size() != 2)
    formula.problems.push_back("the formula knows contention between two accelerators only; there are " +
                               std::to_string(problem.accelerators.size()));
  if (has_switches(problem))
    formula.problems.push_back("the formula knows no switches between models; set the kinds' switch time to 0");
  if (goal.objective == Objective::energy || goal.energy_budget < kNever)
    formula.problems.push_back("the formula knows no energy");
  if (!formula.problems.empty()) return formula;
  formula.text = Formula(problem, goal).text();
  formula.names = names_of(problem);
  return formula;
}

std::variant<Plan, std::string> smt_plan(const Problem& problem, const SmtValues& values) {
  const auto number_in = [&](const std::string& variable) {
    const auto at = values.find(variable);
    return at == values.end() ? std::nullopt : value_of(at->second);
  };
  Plan plan;
  plan.proved = true;
  plan.tasks.resize(problem.size());
  for (const PlanTaskId t : placeable_tasks(problem)) {
    Placement& placement = plan.tasks[t];
    for (const AcceleratorId a : problem.accelerators.ids()) {
      const auto at = values.find(on(t, a));
      if (at != values.end() && at->second == "true") placement.accelerator = a;
    }
    if (!placement.placed()) return "the solver's answer has no accelerator for task " + std::to_string(index_of(t));
    for (const auto& [variable, value] : {std::pair(start(t), &placement.start), std::pair(end(t), &placement.end)}) {
      const auto number = number_in(variable);
      if (!number) return "the solver's answer has no number for " + variable;
      *value = *number;
    }
  }
  return plan;
}

}  // namespace hetsched::planning
