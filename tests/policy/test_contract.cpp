// Does every built-in policy keep the contract of policy.hpp, and the engine its side, whatever happens?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <tuple>

#include "base/errors.hpp"
#include "base/fields_csv.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "builtin.hpp"
#include "support/random_scenario.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

constexpr std::uint64_t kScenarios = 60;

/// Passes everything through to a policy and checks what the engine shows it.
class Watched final : public Policy {
 public:
  explicit Watched(Policy& policy) : policy_(policy) {}
  void begin(const SystemView& view) override {
    CHECK(view.live.empty());
    policy_.begin(view);
  }
  void decide(const SystemView& view, Decisions& out) override {
    expect(view.now >= last_, "time never goes back");
    last_ = view.now;
    check_events(view);
    check_requests(view);
    check_accelerators(view);
    policy_.decide(view, out);
  }

  std::uint64_t arrived = 0, ended = 0;

 private:
  static void expect(bool holds, const char* what) {
    if (!holds) FAIL_CHECK("the view breaks its promise: " << what);
  }

  void check_events(const SystemView& view) {
    expect(!view.events.empty(), "a call has a reason");
    expect(std::is_sorted(view.events.begin(), view.events.end(),
                          [](const Event& a, const Event& b) { return a.type < b.type; }),
           "events come by kind");
    for (const Event& e : view.events) {
      if (e.type == Event::Type::request_arrived) {
        expect(view.request(e.task).id == arrived++, "requests arrive one after the other");
      } else if (e.type == Event::Type::request_finished || e.type == Event::Type::request_dropped) {
        expect(!view.request(e.task).live, "a request that ended is not live");
        expect(ended_.insert(view.request(e.task).id).second, "a request ends once");
        ++ended;
      } else if (e.type == Event::Type::task_ready && view.request(e.task).live) {
        expect(view.state(e.task).progress == Progress::ready, "task_ready: the task is ready");
      } else if (e.type == Event::Type::task_finished) {
        expect(view.state(e.task).progress == Progress::finished, "task_finished: the task has finished");
      }
    }
  }

  void check_requests(const SystemView& view) {
    std::vector<TaskRef> ready;
    std::optional<std::uint64_t> last;
    for (const std::uint32_t r : view.live) {
      const Request& request = view.requests[r];
      expect(request.live, "live requests are live");
      expect(!last || *last < request.id, "live requests are ordered by id");
      last = request.id;
      expect(request.arrival <= view.now, "nothing is seen before it arrives");
      expect(ended_.count(request.id) == 0, "what ended stays away");
      const std::span<const ModelTask> tasks = view.models[request.model].tasks;
      std::uint32_t unfinished = 0;
      for (std::uint32_t t = 0; t < tasks.size(); ++t) {
        const TaskState& task = request.tasks[t];
        unfinished += task.progress == Progress::finished ? 0 : 1;
        if (task.progress == Progress::ready) ready.push_back({r, t});
        std::set<std::uint32_t> missing;
        for (const Edge& e : tasks[t].inputs)
          if (request.tasks[e.task].progress != Progress::finished) missing.insert(e.task);
        expect(task.missing == missing.size(), "missing counts predecessors");
        expect(task.progress == Progress::waiting || missing.empty(),
               "only tasks without missing predecessors get ready");
        expect((task.accelerator == kNone) == (task.progress < Progress::running),
               "tasks that run or ran have an accelerator");
      }
      expect(unfinished > 0, "a live request has something left");
      expect(request.unfinished == unfinished, "unfinished counts tasks");
    }
    expect(std::equal(ready.begin(), ready.end(), view.ready.begin(), view.ready.end()),
           "ready lists what is ready, by request and task");
  }

  void check_accelerators(const SystemView& view) {
    std::vector<std::uint32_t> running(view.accelerators.size(), 0);
    for (const std::uint32_t r : view.live)
      for (const TaskState& task : view.requests[r].tasks)
        if (task.progress == Progress::running) ++running[task.accelerator];
    for (std::uint32_t a = 0; a < running.size(); ++a) {
      const Accelerator& accelerator = view.accelerators[a];
      expect(accelerator.slots == accelerator.free_slots + running[a], "slots are free or taken");
      expect(accelerator.available || running[a] == 0, "nothing runs on what is off");
      expect(accelerator.free_slots == 0 || accelerator.free_at <= view.now,
             "an accelerator with a free slot is free now");
    }
  }

  Policy& policy_;
  Seconds last_ = 0;
  std::set<std::uint64_t> ended_;
};

/// Does, by the dice, anything that is legal.
class Erratic final : public Policy {
 public:
  explicit Erratic(std::uint64_t seed) : random_(seed, "test", "erratic") {}

  void decide(const SystemView& view, Decisions& out) override {
    std::vector<std::uint32_t> free;
    for (const Accelerator& a : view.accelerators) free.push_back(a.available ? a.free_slots : 0);
    for (std::uint32_t a = 0; a < free.size(); ++a)
      if (free[a] == view.accelerators[a].slots && chance(0.1)) {
        out.set_operating_point(a, below(view.kinds[view.accelerators[a].kind].points.size()));
        free[a] = 0;
      } else if (chance(0.1)) {
        out.set_operating_point(a, view.accelerators[a].point);
      }
    std::set<std::uint32_t> changed;  // requests that get a variant, or leave, at this call
    for (const TaskRef task : view.ready) {
      const std::uint32_t a = below(free.size());
      const std::uint32_t variant = below(view.model_task(task).variants);
      if (free[a] == 0 || !view.can_start(task, a, variant) || chance(0.1)) continue;
      if (!(view.accuracy_loss(task, variant) < kNever) || !changed.insert(task.request).second) continue;
      out.start(task, a, variant);
      --free[a];
    }
    for (const std::uint32_t r : view.live) {
      const std::uint32_t t = below(view.requests[r].tasks.size());
      if (view.requests[r].tasks[t].progress != Progress::finished && chance(0.3))
        out.prefetch({r, t}, below(free.size()));
      if (chance(0.2)) out.forecast(r, view.now);
      if (chance(0.01)) out.drop(r);
    }
    if (!view.ready.empty())
      out.wake_at(view.now + view.models[0].best_time * (0.01 + random_.uniform(next_++)));
  }

 private:
  bool chance(double p) { return random_.uniform(next_++) < p; }
  std::uint32_t below(std::size_t n) {
    return std::min(static_cast<std::uint32_t>(n) - 1,
                    static_cast<std::uint32_t>(random_.uniform(next_++) * static_cast<double>(n)));
  }

  RandomStream random_;
  std::uint64_t next_ = 0;
};

std::vector<std::string> policies() {
  std::vector<std::string> names;
  for (const PolicyEntry& entry : builtin_policies()) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Policy> make(const std::string& name, std::uint64_t seed) {
  if (name == "erratic") return std::make_unique<Erratic>(seed);
  Params params({}, seed);
  for (const PolicyEntry& entry : builtin_policies())
    if (entry.name == name) return entry.make(params);
  return nullptr;
}

/// Runs a scenario under a watched policy. No value if the policy decided illegally, got stuck, or the input
/// was refused: that has been reported then.
std::optional<Log> run(const RandomScenario& random, const std::string& name, Backend backend) {
  try {
    const std::unique_ptr<Policy> policy = make(name, random.seed);
    Watched watched(*policy);
    std::shared_ptr<Scenario> scenario = random.make();
    scenario->policy.name = name;
    Log log = simulate_log(scenario, watched, backend);
    // Events of the last instant may come too late for a call.
    CHECK(watched.arrived <= log.requests.size());
    CHECK(watched.ended <= log.requests.size());
    if (scenario->workload.end == EndRule::drain) CHECK(watched.arrived == log.requests.size());
    return log;
  } catch (const std::exception& e) {
    FAIL_CHECK(std::string(e.what()));
  }
  return std::nullopt;
}

/// All records of a run as text.
std::string records(const Log& log) {
  std::string out;
  const auto add = [&out](const auto& rows) {
    for (const auto& row : rows) append_csv_row(out, row);
  };
  add(log.requests);
  add(log.tasks);
  add(log.transfers);
  add(log.pieces);
  add(log.accelerators);
  return out;
}

/// Do two runs tell the same story, but for rounding?
bool agree(const Log& a, const Log& b) {
  const auto close = [](double x, double y) { return std::abs(x - y) <= 1e-9 * std::max(1.0, std::abs(y)); };
  return close(a.totals.end, b.totals.end) && close(a.energy(), b.energy()) &&
         a.tasks.size() == b.tasks.size() &&
         std::equal(a.requests.begin(), a.requests.end(), b.requests.begin(), b.requests.end(),
                    [&](const RequestRecord& x, const RequestRecord& y) {
                      return x.request == y.request && x.status == y.status && close(x.end, y.end) &&
                             close(x.energy, y.energy);
                    });
}

}  // namespace

TEST_CASE(
    "every policy: runs end, decisions are legal, requests and energy are accounted for, runs repeat "
    "exactly") {
  std::vector<std::string> names = policies();
  names.emplace_back("erratic");
  std::size_t runs = 0;
  std::vector<std::string> differ;
  for (std::uint64_t seed = 0; seed < kScenarios; ++seed) {
    const RandomScenario scenario = random_scenario(seed);
    INFO(scenario.text());
    for (const std::string& name : names) {
      INFO("policy " << name);
      const std::optional<Log> once = run(scenario, name, Backend::fluid);
      const std::optional<Log> again = run(scenario, name, Backend::fluid);
      const std::optional<Log> simgrid = run(scenario, name, Backend::simgrid);
      if (!once || !again || !simgrid) continue;
      CHECK(records(*once) == records(*again));
      ++runs;
      if (!agree(*simgrid, *once)) differ.push_back(name + " of seed " + std::to_string(seed));
    }
  }
  CHECK(runs == kScenarios * names.size());
  // SimGrid's clock goes on from run to run, so that it rounds differently each time. Where rounding decides
  // which of two equal choices comes first, the runs part; that must stay rare.
  INFO("runs that differ: " << join(differ, ", "));
  CHECK(differ.size() <= runs / 100);
}

TEST_CASE("every policy: with all times doubled everything takes exactly twice as long") {
  for (std::uint64_t seed = 0; seed < kScenarios; ++seed) {
    const RandomScenario scenario = random_scenario(seed, 1, false),
                         doubled = random_scenario(seed, 2, false);
    INFO(scenario.text());
    for (const std::string& name : policies()) {
      INFO("policy " << name);
      const std::optional<Log> one = run(scenario, name, Backend::fluid),
                               two = run(doubled, name, Backend::fluid);
      if (!one || !two) continue;
      CHECK(two->totals.end == 2 * one->totals.end);
      CHECK(two->requests.size() == one->requests.size());
      if (two->requests.size() != one->requests.size()) continue;
      for (std::size_t r = 0; r < one->requests.size(); ++r) {
        CHECK(two->requests[r].request == one->requests[r].request);
        CHECK(two->requests[r].status == one->requests[r].status);
        CHECK(two->requests[r].end == 2 * one->requests[r].end);
      }
    }
  }
}

TEST_CASE(
    "on one accelerator that is never idle with work to do, the order of tasks does not change the "
    "makespan") {
  const Inputs inputs{
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu", "dispatch_time": 0.125}],
          "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", "streams": [
          {"name": "x", "model": "m", "arrival": {"type": "trace", "times": [0, 0, 1, 40]}, "deadline": 9},
          {"name": "y", "model": "n", "arrival": {"type": "trace", "times": [0, 0.5, 2, 41]}, "deadline": 4},
          {"name": "z", "model": "m", "arrival": {"type": "burst", "count": 5, "at": 3}, "deadline": 2}]})",
      {{"m", chain_model("m", 3, R"("kind": "k", "time": 0.5)")},
       {"n", chain_model("n", 2, R"("kind": "k", "time": 1.25)")}}};
  std::set<std::string> orders;
  for (const std::string& name : policies()) {
    INFO("policy " << name);
    const Log log = simulate_log(make_scenario(inputs), name);
    // Busy from 0 to 23.25, idle until one request of each model arrives about 40.
    CHECK(log.totals.end == 40 + 3 * 0.625 + 2 * 1.375);
    std::string order;
    for (const RequestRecord& r : log.requests) order += std::to_string(r.request) + " ";
    orders.insert(order);
  }
  CHECK(orders.size() > 1);  // else this would show nothing
}
