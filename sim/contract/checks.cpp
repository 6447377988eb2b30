#include "contract/checks.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "contract/conservation.hpp"
#include "contract/watched_policy.hpp"
#include "engine/executors/executors.hpp"
#include "engine/room.hpp"
#include "policy/read_only_policy.hpp"

namespace hetsched::contract {
namespace {

/// In closed form: its clock begins at 0 in each run, so that runs in one process are the same to the last digit.
MakeExecutor closed_form() { return executor_named("fluid").make; }

/// Rules differ in numbers (of requests, tasks, points) from case to case.
std::string without_numbers(const std::string& text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c < '0' || c > '9'; });
  return out.substr(0, out.find(':'));
}

/// What an exception of a run says of the policy.
Violation violation_of(const std::exception& error) {
  if (const auto* policy = dynamic_cast<const PolicyError*>(&error))
    return {"policy error: " + without_numbers(policy->rule()), policy->what()};
  if (dynamic_cast<const InputError*>(&error)) return {"input", error.what()};
  return {"internal error", std::string("internal error: ") + error.what()};
}

/// The first thing in which two lists of requests differ, the second of which should be as the first with all times
/// multiplied.
std::string difference(const Log& one, const Log& two, double factor) {
  if (two.requests.size() != one.requests.size())
    return std::to_string(one.requests.size()) + " requests became " + std::to_string(two.requests.size());
  for (std::size_t r = 0; r < one.requests.size(); ++r) {
    const RequestRecord &a = one.requests[r], &b = two.requests[r];
    const std::string name = "request " + std::to_string(a.request);
    if (a.request != b.request) return name + " ended in another order";
    if (a.status != b.status) return name + " ended in another way";
    if (b.end != factor * a.end)
      return name + " ended at " + format_number(a.end) + " s, then at " + format_number(b.end) + " s";
  }
  if (two.totals.end != factor * one.totals.end)
    return "the run ended at " + format_number(one.totals.end) + " s, then at " + format_number(two.totals.end) + " s";
  return "";
}

/// The first thing that was decided otherwise in the second run, in which all times are multiplied; or what took longer
/// or shorter than by rounding.
std::string other_decision(const Log& one, const Log& two, double factor) {
  const auto differs = [&](double a, double b) { return std::abs(b / factor - a) > 1e-9 * std::max(1.0, a); };
  const auto in_order = [](const Log& log) {
    std::vector<const TaskRecord*> tasks;
    for (const TaskRecord& task : log.tasks) tasks.push_back(&task);
    std::stable_sort(tasks.begin(), tasks.end(), [](const TaskRecord* a, const TaskRecord* b) {
      return std::tie(a->request, a->task) < std::tie(b->request, b->task);
    });
    return tasks;
  };
  const auto story = [](const TaskRecord& task, double unit) {
    return "on " + std::string(task.accelerator) + " from " + format_number(task.start / unit) + " to " +
           format_number(task.end / unit) + " s at " + std::string(task.operating_point) + " in a batch of " +
           std::to_string(task.batch);
  };
  const std::vector<const TaskRecord*> before = in_order(one), after = in_order(two);
  const TaskRecord* first = nullptr;
  std::string what;
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    const TaskRecord &a = *before[i], &b = *after[i];
    const bool same =
        std::tie(a.request, a.task, a.accelerator, a.slot, a.operating_point, a.variant, a.batch, a.status) ==
        std::tie(b.request, b.task, b.accelerator, b.slot, b.operating_point, b.variant, b.batch, b.status);
    if ((same && !differs(a.start, b.start) && !differs(a.end, b.end)) || (first && first->start <= a.start)) continue;
    first = &a;
    what = "task " + std::string(a.task) + " of request " + std::to_string(a.request) + " ran " + story(a, 1) +
           ", then (in the first unit) task " + std::string(b.task) + " of request " + std::to_string(b.request) + " " +
           story(b, factor);
  }
  if (!what.empty()) return what;
  if (before.size() != after.size())
    return std::to_string(before.size()) + " tasks became " + std::to_string(after.size());
  if (one.requests.size() != two.requests.size()) return "the number of requests";
  for (std::size_t r = 0; r < one.requests.size(); ++r) {
    const RequestRecord &a = one.requests[r], &b = two.requests[r];
    const std::string name = "request " + std::to_string(a.request);
    if (a.request != b.request) return name + " ended in another order";
    if (a.status != b.status) return name + " ended in another way";
    if (differs(a.end, b.end)) return name + " ended at another time";
  }
  return differs(one.totals.end, two.totals.end) ? "the run ended at another time" : "";
}

/// Does the run go on until the policy has seen every request end?
bool runs_to_the_end(EndRule rule) {
  switch (rule) {
    case EndRule::drain: return true;
    case EndRule::at_duration:
    case EndRule::last_release: return false;
  }
  throw InternalError("unknown end rule");
}

}  // namespace

Log checked_run(const RandomScenario& random, const Subject& subject, MakeExecutor make_executor, Strings& broken) {
  std::shared_ptr<Scenario> scenario = random.make();
  ReadOnlyPolicy policy(subject.make(random.options.seed, is_limited(scenario->platform)), subject.name);
  WatchedPolicy watched(policy);
  scenario->policy.name = subject.name;
  Log log = logged_run(scenario, watched, make_executor, subject.clairvoyant);
  for (const std::string& promise : watched.broken()) broken.push_back("the view breaks its promise: " + promise);
  for (std::string& law : broken_conservation(log)) broken.push_back(std::move(law));
  // Events of the last instant may come too late for a call.
  const std::size_t released = log.requests.size();
  if (watched.arrived() > released || watched.ended() > released)
    broken.emplace_back("more requests than were released");
  if (runs_to_the_end(scenario->workload.end) && watched.arrived() != released)
    broken.emplace_back("a request was released, but never seen by the policy");
  return log;
}

std::optional<Violation> broken_contract(const RandomScenario& scenario, const Subject& subject,
                                         std::optional<Log>* seen) try {
  Strings broken;
  Log once = checked_run(scenario, subject, closed_form(), broken);
  if (!broken.empty()) return Violation{broken.front(), join(broken, "; ")};
  const Log again = checked_run(scenario, subject, closed_form(), broken);
  const bool same = once.text() == again.text();
  const std::string where = same ? "" : difference(once, again, 1);
  if (seen != nullptr) *seen = std::move(once);
  if (same) return std::nullopt;
  return Violation{"not repeatable",
                   "two runs of the same scenario differ: " + (where.empty() ? "in what their tasks did" : where) +
                       "; a policy may depend on its views, parameters and seed only"};
} catch (const std::exception& error) {
  return violation_of(error);
}

std::optional<Violation> broken_scaling(std::uint64_t seed, const Subject& subject) try {
  Strings broken;
  const Log one = checked_run(random_scenario(seed, 1, false), subject, closed_form(), broken);
  const Log two = checked_run(random_scenario(seed, 2, false), subject, closed_form(), broken);
  if (!broken.empty()) return Violation{broken.front(), join(broken, "; ")};
  const std::string where = difference(one, two, 2);
  if (where.empty()) return std::nullopt;
  return Violation{"not scaled", "with all times doubled not everything takes twice as long: " + where};
} catch (const std::exception& error) {
  return violation_of(error);
}

std::optional<Violation> broken_units(std::uint64_t seed, double factor, const Subject& subject,
                                      const Subject& rescaled) try {
  Strings broken;
  const Log one = checked_run(random_scenario(seed, 1, false, false, true), subject, closed_form(), broken);
  const Log two = checked_run(random_scenario(seed, factor, false, false, true), rescaled, closed_form(), broken);
  if (!broken.empty()) return Violation{broken.front(), join(broken, "; ")};
  const std::string where = other_decision(one, two, factor);
  if (where.empty()) return std::nullopt;
  return Violation{"decided by the unit",
                   "with all times multiplied by " + format_number(factor) + " something else happened: " + where};
} catch (const std::exception& error) {
  return violation_of(error);
}

}  // namespace hetsched::contract
