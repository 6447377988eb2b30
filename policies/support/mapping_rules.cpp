#include "support/mapping_rules.hpp"

#include <algorithm>

#include "support/list_scheduling.hpp"

namespace hetsched::mapping {
namespace {

constexpr std::size_t kMostSlots = 64;

/// A row for each slot.
class Rows {
 public:
  explicit Rows(const MappingProblem& problem) : problem_(problem) {
    for (std::uint32_t a = 0; a < problem.accelerators(); ++a)
      for (std::size_t s = 0; s < std::clamp(problem.servers[a].free_at.size(), std::size_t{1}, kMostSlots); ++s)
        rows_.emplace_back(a, s);
  }

  [[nodiscard]] std::uint32_t accelerator(std::uint32_t row) const { return rows_[row].first; }

  [[nodiscard]] planning::Problem plan_problem() const {
    const auto rows = static_cast<std::uint32_t>(rows_.size());
    planning::Problem to(rows);
    for (std::uint32_t i = 0; i < rows; ++i) {
      const auto [a, slot] = rows_[i];
      const Server& server = problem_.servers[a];
      if (slot < server.free_at.size() && server.free_at[slot] > 0) to.busy[i].push_back({0, server.free_at[slot]});
      for (const Reserved& r : server.reserved) to.busy[i].push_back({r.start, r.end});
      for (std::uint32_t j = 0; j < rows; ++j) {
        const std::uint32_t b = rows_[j].first;
        if (a != b)
          to.set_link(
              i, j,
              problem_.links.empty() ? Route{0, 1} : problem_.links[std::size_t{a} * problem_.accelerators() + b]);
      }
    }
    for (std::uint32_t t = 0; t < problem_.size(); ++t) add_task(to, t);
    return to;
  }

 private:
  void add_task(planning::Problem& to, std::uint32_t t) const {
    const Task& task = problem_.tasks[t];
    std::vector<Seconds> times, there;
    std::vector<Joules> energies;
    for (const auto& [a, slot] : rows_) {
      times.push_back(problem_.time(t, a));
      energies.push_back(problem_.price(t, a).energy);
      if (!task.inputs_there.empty()) there.push_back(task.inputs_there[a]);
    }
    to.add_task(times, energies);
    to.tasks.back().release = task.release;
    to.tasks.back().inputs_there = std::move(there);
    for (const Input& input : task.inputs)
      to.add_edge(input.task, t, problem_.links.empty() ? problem_.mean_delay(input) : input.bytes);
  }

  const MappingProblem& problem_;
  std::vector<std::pair<std::uint32_t, std::size_t>> rows_;  ///< accelerator and slot
};

}  // namespace

void plans_by_rules(const MappingProblem& problem, const std::function<bool(const planning::Plan&)>& use) {
  using namespace planning;
  const Rows rows(problem);
  const planning::Problem what = rows.plan_problem();
  bool more = what.accelerators() > 0 && what.size() > 0;
  const auto attempt = [&](auto&& rule) {
    if (!more) return;
    planning::Plan plan = rule();
    for (Placement& p : plan)
      if (p.accelerator != kNone) p.accelerator = rows.accelerator(p.accelerator);
    more = use(plan);
  };
  for (const bool insertion : {true, false}) {
    for (const RankBy rank : {RankBy::mean, RankBy::worst, RankBy::best, RankBy::edp})
      for (const Assign assign : {Assign::eft, Assign::energy, Assign::edp})
        attempt([&] { return heft(what, {rank, insertion, assign}); });
    attempt([&] { return cpop(what, insertion); });
    attempt([&] { return peft(what, insertion, Transfer::mean); });
    attempt([&] { return peft(what, insertion, Transfer::pair); });
    attempt([&] { return ipeft(what, insertion); });
    attempt([&] { return hcpt(what, insertion); });
    attempt([&] { return lookahead(what, Scope::children, insertion); });
    if (what.size() <= kMostForLookahead) attempt([&] { return lookahead(what, Scope::full, insertion); });
    attempt([&] { return mct(what, insertion); });
    attempt([&] { return met(what, insertion); });
  }
  for (const Average average : {Average::mean, Average::median}) {
    attempt([&] { return dls(what, average); });
    attempt([&] { return gdl(what, average); });
  }
  attempt([&] { return etf(what); });
  attempt([&] { return eft_ready(what); });
  attempt([&] { return min_min(what); });
  attempt([&] { return max_min(what); });
  attempt([&] { return sufferage(what, Sufferage::reeval); });
  attempt([&] { return sufferage(what, Sufferage::pass); });
  attempt([&] { return olb(what); });
}

}  // namespace hetsched::mapping
