// Memories of limited capacity: what is loaded when, what waits, what stalls. Ends and loads worked out by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

constexpr double kGiga = 1e9, kMega = 1e6;

Approx exactly(double value) { return Approx(value).epsilon(1e-9).scale(1e-3); }

/// Models of one layer with these weights, on accelerators with one memory, beside a host that they are loaded from.
struct Card {
  double capacity = 0, bandwidth = 10 * kGiga;
  std::string accelerators = R"([{"name": "x", "kind": "k", "memory": "card"}])";
  std::string memory = "";  ///< further members

  [[nodiscard]] std::string platform() const {
    return R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "gpu"}], "home": "host",
               "memories": [{"name": "host"}, {"name": "card", "capacity": )" +
           std::to_string(capacity) + memory + R"(}],
               "links": [{"name": "pcie", "bandwidth": )" +
           std::to_string(bandwidth) + R"(}], "routes": [{"from": "host", "to": "card", "links": ["pcie"]}],
               "accelerators": )" +
           accelerators + "}";
  }
};

std::string weighing(const std::string& name, double bytes, double time) {
  return R"({"format": 1, "name": ")" + name + R"(", "layers": [{"name": "l", "weight_bytes": )" +
         std::to_string(bytes) + R"(}], "costs": [{"layer": "l", "kind": "k", "time": )" + std::to_string(time) + "}]}";
}

std::string stream(const std::string& name, const std::string& model, const std::string& times) {
  return R"({"name": ")" + name + R"(", "model": ")" + model + R"(", "arrival": {"type": "trace", "times": )" + times +
         "}}";
}

std::string workload(const std::string& streams) {
  return R"({"format": 1, "name": "w", "streams": [)" + streams + "]}";
}

/// Three models, requests of which arrive as A B C A B C.
Inputs abc(const Card& card, double a, double b, double c, double time) {
  return {card.platform(),
          workload(stream("a", "A", "[0, 0.003]") + ", " + stream("b", "B", "[0.001, 0.004]") + ", " +
                   stream("c", "C", "[0.002, 0.005]")),
          {{"A", weighing("A", a, time)}, {"B", weighing("B", b, time)}, {"C", weighing("C", c, time)}}};
}

std::vector<double> ends(const Log& log) {
  std::vector<double> all;
  for (const RequestRecord& r : log.requests) all.push_back(r.end);
  std::sort(all.begin(), all.end());
  return all;
}

/// Of weights.
double loaded(const Log& log) {
  double bytes = 0;
  for (const TransferRecord& t : log.transfers)
    if (!t.request) bytes += t.bytes;
  return bytes;
}

void check_ends(const Log& log, const std::vector<double>& expected) {
  const std::vector<double> found = ends(log);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == exactly(expected[i]));
}

std::string cached(const std::string& parameters) {
  return R"({"name": "fcfs", "decorators": [{"name": "cache", "parameters": {)" + parameters + "}}]}";
}

WeightsId weights_of(const SystemView& view, const std::string& model) {
  for (const WeightsId w : view.weights.ids())
    if (view.models[view.weights[w].model].name == model) return w;
  FAIL("there is no such model");
  return WeightsId::none;
}

const std::vector<Backend> kBoth = {Backend::simgrid, Backend::fluid};
constexpr MemoryId kCard = 1_memory;

}  // namespace

TEST_CASE("weights are loaded when they are needed; what was used least recently, or is needed last, leaves") {
  const Inputs inputs = abc({.capacity = 10 * kGiga}, 4 * kGiga, 3 * kGiga, 5 * kGiga, 0.05);
  for (const Backend backend : kBoth) {
    const Log lru = simulate_choice(make_scenario(inputs), cached(R"("ahead": false)"), backend);
    check_ends(lru, {0.45, 0.8, 1.35, 1.8, 2.15, 2.7});
    CHECK(loaded(lru) == exactly(24 * kGiga));
    const Log belady = simulate_choice(make_scenario(inputs), cached(R"("ahead": false, "rule": "belady")"), backend);
    check_ends(belady, {0.45, 0.8, 1.35, 1.4, 1.75, 1.8});
    CHECK(loaded(belady) == exactly(15 * kGiga));
    for (const Log* log : {&lru, &belady})  // what a request waits for is time between its inputs and its computing
      for (const TaskRecord& t : log->tasks) CHECK(t.end - t.compute == exactly(0.05));
  }
}

TEST_CASE("loads go ahead of the tasks that need them, one at a time") {
  const Inputs inputs = abc({.capacity = 10 * kGiga}, 4 * kGiga, 4 * kGiga, 4 * kGiga, 0.3);
  for (const Backend backend : kBoth) {
    check_ends(simulate_choice(make_scenario(inputs), cached(R"("ahead": false)"), backend),
               {0.7, 1.4, 2.1, 2.8, 3.5, 4.2});
    check_ends(simulate_choice(make_scenario(inputs), cached(""), backend), {0.7, 1.1, 1.5, 1.9, 2.3, 2.7});
  }
}

TEST_CASE("streams of one model share its weights, which are loaded once") {
  const Card card{
      .capacity = 10 * kGiga,
      .accelerators =
          R"([{"name": "x", "kind": "k", "memory": "card"}, {"name": "y", "kind": "k", "memory": "card"}])"};
  const Inputs inputs{card.platform(),
                      workload(stream("s", "A", "[0]") + ", " + stream("t", "A", "[0]")),
                      {{"A", weighing("A", 6 * kGiga, 0.1)}}};
  for (const Backend backend : kBoth) {
    double used = 0;
    Scripted policy([&](const SystemView& view, Decisions& out) {
      used = std::max(used, view.memory_states[kCard].used);
      auto a = 0_accelerator;
      for (const TaskRef t : view.ready) out.start(t, std::exchange(a, 1_accelerator));
    });
    const Log log = simulate_log(make_scenario(inputs), policy, backend);
    check_ends(log, {0.7, 0.7});
    CHECK(loaded(log) == exactly(6 * kGiga));
    CHECK(used == 6 * kGiga);
    for (const TaskRecord& t : log.tasks) CHECK(t.compute == exactly(0.6));
  }
}

TEST_CASE("a second start joins the load, which goes on when the first is interrupted") {
  const Card card{
      .capacity = 10 * kGiga,
      .accelerators =
          R"([{"name": "x", "kind": "k", "memory": "card"}, {"name": "y", "kind": "k", "memory": "card"}])"};
  const Inputs inputs{card.platform(),
                      workload(stream("s", "A", "[0]") + ", " + stream("t", "A", "[0.1]")),
                      {{"A", weighing("A", 4 * kGiga, 0.3)}}};
  for (const Backend backend : kBoth)
    for (const bool interrupted : {false, true}) {
      Scripted policy([&](const SystemView& view, Decisions& out) {
        if (interrupted && view.now == 0) out.wake_at(0.2);
        for (const TaskRef t : view.ready)
          out.start(t, view.request(t).stream == 0_stream ? 0_accelerator : 1_accelerator);
        for (const Event& e : view.events)
          if (e.type == Event::Type::woken) out.drop(view.live.front());
      });
      const Log log = simulate_log(make_scenario(inputs), policy, backend);
      CHECK(log.task("l", 1).compute == exactly(0.4));
      CHECK(log.task("l", 1).status == TaskStatus::finished);
      if (!interrupted) CHECK(log.task("l", 0).compute == exactly(0.4));
      CHECK(loaded(log) == exactly(4 * kGiga));
    }
}

TEST_CASE("weights in use stay; a start that does not fit is illegal until they have left") {
  const Card card{
      .capacity = 6 * kGiga,
      .accelerators =
          R"([{"name": "x", "kind": "k", "memory": "card"}, {"name": "y", "kind": "k", "memory": "card"}])"};
  const Inputs inputs{card.platform(),
                      workload(stream("s", "A", "[0]") + ", " + stream("t", "B", "[0.5]")),
                      {{"A", weighing("A", 4 * kGiga, 0.3)}, {"B", weighing("B", 4 * kGiga, 0.1)}}};
  const auto policy = [](double evict_at) {
    return Scripted([=](const SystemView& view, Decisions& out) {
      for (const TaskRef t : view.ready) {
        const bool second = view.request(t).stream == 1_stream;
        if (second && view.now < evict_at) continue;
        if (second && evict_at > 0.6) out.evict(weights_of(view, "A"), kCard);
        out.start(t, second ? 1_accelerator : 0_accelerator);
      }
    });
  };
  for (const Backend backend : kBoth) {
    Scripted early = policy(0.5), late = policy(0.7 - 1e-12);
    CHECK_THROWS_WITH_AS(simulate_log(make_scenario(inputs), early, backend),
                         doctest::Contains("it does not fit: it needs 4000000000 B of memory card, where 2000000000 B "
                                           "are free"),
                         PolicyError);
    const Log log = simulate_log(make_scenario(inputs), late, backend);
    CHECK(log.task("l", 1).compute == exactly(1.1));
  }
}

namespace {

/// Chains of two tasks of 1 ms with outputs of 4 MB, two at once, in a memory of 8 MB; others to offload to.
Inputs two_chains(const std::string& spill) {
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
              "memories": [{"name": "m", "capacity": 8e6}, {"name": "far"}],
              "links": [{"name": "bus", "bandwidth": 4e9}], "routes": [{"from": "m", "to": "far", "links": ["bus"]}],
              "accelerators": [{"name": "x", "kind": "k", "memory": "m"}, {"name": "y", "kind": "k", "memory": "m"},
                               {"name": "z", "kind": "none", "memory": "far"}]})",
      R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "c", "arrival": {"type": "burst", "count": 2}}]})",
      {{"c", R"({"format": 1, "name": "c", "spill": ")" + spill +
                 R"(", "layers": [{"name": "L1", "output_bytes": 4e6}, {"name": "L2", "output_bytes": 4e6}],
                 "costs": [{"layer": "L1", "kind": "k", "time": 0.001}, {"layer": "L2", "kind": "k", "time": 0.001}]})"}}};
}

Inputs with_idle_kind(Inputs inputs) {
  const std::string kinds = R"("kinds": [{"name": "k", "type": "npu"})";
  inputs.platform.replace(inputs.platform.find(kinds), kinds.size(),
                          kinds + R"x(, {"name": "none", "type": "cpu", "profile": "(none)"})x");
  return inputs;
}

bool stalled(const SystemView& view) {
  return std::any_of(view.events.begin(), view.events.end(),
                     [](const Event& e) { return e.type == Event::Type::memory_stalled; });
}

/// Starts what is ready and fits, each on the first accelerator that is free.
void start_what_fits(const SystemView& view, Decisions& out) {
  Bytes free = view.memory_states[0_memory].free();
  std::vector<bool> taken(view.accelerators.size(), false);
  for (const TaskRef t : view.ready)
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (taken[index_of(a)] || view.accelerators[a].free_slots == 0 || !view.can_start(t, a)) continue;
      if (view.needed(t, a) > free) continue;
      free -= view.needed(t, a);
      taken[index_of(a)] = true;
      out.start(t, a);
      break;
    }
}

}  // namespace

TEST_CASE("two chains fill a memory: it stalls, and the run ends with what holds it") {
  for (const Backend backend : kBoth) {
    std::vector<double> stalls;
    Scripted policy([&](const SystemView& view, Decisions& out) {
      if (stalled(view)) stalls.push_back(view.now);
      start_what_fits(view, out);
    });
    CHECK_THROWS_WITH_AS(
        simulate_log(make_scenario(with_idle_kind(two_chains("none"))), policy, backend),
        doctest::Contains("memory stalled: nothing runs or moves, and nothing that is ready fits: task L2 of request 0 "
                          "of stream s needs 4000000 B of memory m, where 0 B of 8000000 B are free, beside output of "
                          "L1 of request 0 (4000000 B), output of L1 of request 1 (4000000 B)"),
        PolicyError);
    REQUIRE(stalls.size() == 1);
    CHECK(stalls[0] == exactly(0.001));
  }
}

TEST_CASE("a request that waits until its peak fits stalls nobody") {
  for (const Backend backend : kBoth)
    check_ends(simulate_choice(make_scenario(with_idle_kind(two_chains("none"))), cached(""), backend), {0.002, 0.004});
}

TEST_CASE("a stall is resolved by moving an output away, or by computing it again") {
  for (const Backend backend : kBoth) {
    Scripted moving([](const SystemView& view, Decisions& out) {
      if (stalled(view)) out.give_up({view.live.back(), 0_task}, 0_memory, 1_memory);
      start_what_fits(view, out);
    });
    // Away from 1 to 2 ms, L2 of the older request to 3; back from 3 to 4, the younger one's to 5.
    check_ends(simulate_log(make_scenario(with_idle_kind(two_chains("offload"))), moving, backend), {0.003, 0.005});
    Scripted again([](const SystemView& view, Decisions& out) {
      if (!stalled(view)) {
        if (view.live.size() == 2 && view.now > 0) {
          const TaskRef older{view.live.front(), 1_task};
          if (view.state(older).progress == Progress::ready && view.fits(older, 0_accelerator))
            out.start(older, 0_accelerator);
          return;
        }
        start_what_fits(view, out);
        return;
      }
      out.give_up({view.live.back(), 0_task}, 0_memory);
      out.start({view.live.front(), 1_task}, 0_accelerator);
    });
    check_ends(simulate_log(make_scenario(with_idle_kind(two_chains("recompute"))), again, backend), {0.002, 0.004});
  }
}

TEST_CASE("the model says what may become of its outputs") {
  for (const auto& [spill, rule] :
       {std::pair("none", "nothing else has a copy, and the model does not allow tasks to run again"),
        std::pair("offload", "nothing else has a copy, and the model does not allow tasks to run again")}) {
    Scripted policy([](const SystemView& view, Decisions& out) {
      if (stalled(view)) out.give_up({view.live.back(), 0_task}, 0_memory);
      start_what_fits(view, out);
    });
    CHECK_THROWS_WITH_AS(simulate_log(make_scenario(with_idle_kind(two_chains(spill))), policy, Backend::fluid),
                         doctest::Contains(rule), PolicyError);
  }
  Scripted policy([](const SystemView& view, Decisions& out) {
    if (stalled(view)) out.give_up({view.live.back(), 0_task}, 0_memory, 1_memory);
    start_what_fits(view, out);
  });
  CHECK_THROWS_WITH_AS(simulate_log(make_scenario(with_idle_kind(two_chains("recompute"))), policy, Backend::fluid),
                       doctest::Contains("the model does not allow outputs to be moved elsewhere"), PolicyError);
}

namespace {

/// Five layers, the last of which also reads what the first has written, in a memory of so many MB.
Inputs five_layers(double capacity, double bandwidth) {
  return with_idle_kind(
      {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
           "memories": [{"name": "m", "capacity": )" +
           std::to_string(capacity * kMega) + R"(}, {"name": "far"}],
           "links": [{"name": "bus", "bandwidth": )" +
           std::to_string(bandwidth) + R"(}], "routes": [{"from": "m", "to": "far", "links": ["bus"]}],
           "accelerators": [{"name": "x", "kind": "k", "memory": "m"}, {"name": "z", "kind": "none", "memory": "far"}]})",
       R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "c", "arrival": {"type": "burst", "count": 1}}]})",
       {{"c", R"({"format": 1, "name": "c", "spill": "any", "layers": [
              {"name": "L1", "output_bytes": 4e6}, {"name": "L2", "output_bytes": 2e6}, {"name": "L3", "output_bytes": 2e6},
              {"name": "L4", "output_bytes": 2e6}, {"name": "L5", "inputs": ["L4", "L1"], "output_bytes": 1e6}],
            "costs": [{"layer": "L1", "kind": "k", "time": 0.001}, {"layer": "L2", "kind": "k", "time": 0.002},
                      {"layer": "L3", "kind": "k", "time": 0.008}, {"layer": "L4", "kind": "k", "time": 0.001},
                      {"layer": "L5", "kind": "k", "time": 0.002}]})"}}});
}

}  // namespace

TEST_CASE("a chain whose first output is read again at its end: kept, computed again, or moved away and back") {
  for (const Backend backend : kBoth) {
    check_ends(simulate_log(make_scenario(five_layers(8, 1e9)), "fcfs", {}, backend), {0.014});
    const TaskId l1 = 0_task, l2 = 1_task, l3 = 2_task, l4 = 3_task;
    Scripted again([=](const SystemView& view, Decisions& out) {
      if (stalled(view)) out.give_up({0_request, l1}, 0_memory);
      const auto done = [&](TaskId t) { return view.requests[0_request].tasks[t].progress == Progress::finished; };
      if (stalled(view)) {
        out.start({0_request, l3}, 0_accelerator);
        return;
      }
      for (const TaskRef t : view.ready)
        if ((t.task != l1 || !done(l2) || done(l4)) && view.can_start(t, 0_accelerator)) out.start(t, 0_accelerator);
    });
    check_ends(simulate_log(make_scenario(five_layers(7, 1e9)), again, backend), {0.015});
    // Away as soon as L1 is done; back when L5 starts: at 1 MB/ms L3 waits until 5 ms and L5 until 18. The way back may
    // begin before only where there is room.
    for (const auto& [rate, end] :
         {std::pair(1e9, 0.020), std::pair(2e9, 0.016), std::pair(4e9, 0.015), std::pair(8e9, 0.0145)}) {
      Scripted moving([=](const SystemView& view, Decisions& out) {
        for (const Event& e : view.events)
          if (e.type == Event::Type::task_finished && e.task.task == l1) out.give_up(e.task, 0_memory, 1_memory);
        for (const TaskRef t : view.ready)
          if (view.can_start(t, 0_accelerator)) out.start(t, 0_accelerator);
      });
      check_ends(simulate_log(make_scenario(five_layers(7, rate)), moving, backend), {end});
    }
  }
}

namespace {

/// X (1 ms, 2 MB) in m0; Q reads it in m1 (1 ms), R in m0 (3 ms). Requests at these times.
Inputs fork(const std::string& times) {
  return {R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
              "memories": [{"name": "m0", "capacity": 8e6}, {"name": "m1", "capacity": 8e6}],
              "links": [{"name": "bus", "bandwidth": 2e9}], "routes": [{"from": "m0", "to": "m1", "links": ["bus"]}],
              "accelerators": [{"name": "a", "kind": "k", "memory": "m0"}, {"name": "b", "kind": "k", "memory": "m1"}]})",
          workload(stream("s", "c", times)),
          {{"c", R"({"format": 1, "name": "c", "spill": "any", "layers": [
              {"name": "X", "output_bytes": 2e6}, {"name": "Q", "inputs": ["X"]}, {"name": "R", "inputs": ["X"]}],
            "costs": [{"layer": "X", "kind": "k", "time": 0.001}, {"layer": "Q", "kind": "k", "time": 0.001},
                      {"layer": "R", "kind": "k", "time": 0.003}]})"}}};
}

}  // namespace

TEST_CASE("copies of a tensor take room where they lie, until the last who reads it has finished") {
  for (const Backend backend : kBoth)
    for (const bool dropped : {false, true})
      for (const bool given_up : {false, true}) {
        std::vector<std::vector<double>> seen;
        Scripted policy([&](const SystemView& view, Decisions& out) {
          seen.push_back({view.now, view.memory_states[0_memory].used, view.memory_states[1_memory].used});
          for (const TaskRef t : view.ready) out.start(t, t.task == 1_task ? 1_accelerator : 0_accelerator);
          if (dropped && view.now == 0) out.wake_at(0.0015);
          for (const Event& e : view.events) {
            if (e.type == Event::Type::woken) out.drop(0_request);
            if (given_up && !dropped && e.type == Event::Type::task_finished && e.task.task == 1_task)
              out.give_up({e.task.request, 0_task}, 1_memory);
          }
        });
        const Log log = simulate_log(make_scenario(fork(dropped ? "[0, 0.0016]" : "[0, 0.01]")), policy, backend);
        const auto at = [&](double time) {
          const auto found =
              std::find_if(seen.begin(), seen.end(), [&](const auto& s) { return s[0] == exactly(time); });
          REQUIRE(found != seen.end());
          return *found;
        };
        if (dropped) {
          CHECK(at(0.0016)[1] == 0);
          CHECK(at(0.0016)[2] == 0);
          CHECK(log.transfers[0].bytes == exactly(1e6));  // half of it
          continue;
        }
        check_ends(log, {0.004, 0.014});
        CHECK(at(0.002)[1] == 2e6);
        CHECK(at(0.002)[2] == 2e6);
        CHECK(at(0.003)[2] == 2e6);
        CHECK(at(0.01)[1] == 0);
        CHECK(at(0.01)[2] == 0);
      }
  Scripted policy([&](const SystemView& view, Decisions& out) {
    for (const TaskRef t : view.ready) out.start(t, t.task == 1_task ? 1_accelerator : 0_accelerator);
    for (const Event& e : view.events)
      if (e.type == Event::Type::task_finished && e.task.task == 1_task) out.give_up({0_request, 0_task}, 0_memory);
  });
  CHECK_THROWS_WITH_AS(simulate_log(make_scenario(fork("[0]")), policy, Backend::fluid),
                       doctest::Contains("give_up(task X of request 0 of stream s, in m0)"), PolicyError);
}

TEST_CASE("weights take whole pages") {
  // ResNet-50 in fp32, 102.2 MB, takes 7 pages of 16 MiB, as in Clockwork; 1 GiB holds 9 of them.
  constexpr double kPage = 16.0 * 1024 * 1024;
  std::string streams;
  std::map<std::string, std::string> models;
  for (int m = 0; m < 10; ++m) {
    const std::string name = "m" + std::to_string(m);
    streams += (m > 0 ? ", " : "") + stream("s" + name, name, "[" + std::to_string(m) + "]");
    models[name] = weighing(name, 102.2e6, 0.01);
  }
  const Card card{.capacity = 1024.0 * 1024 * 1024, .memory = R"(, "page": "16 MiB")"};
  double least = 7 * kPage, most = 0;
  Scripted policy([&](const SystemView& view, Decisions& out) {
    most = std::max(most, view.memory_states[kCard].used);
    if (view.memory_states[kCard].used > 0) least = std::min(least, view.memory_states[kCard].used);
    for (const TaskRef t : view.ready)
      if (view.fits(t, 0_accelerator)) out.start(t, 0_accelerator);
  });
  CHECK_THROWS_WITH_AS(
      simulate_log(make_scenario({card.platform(), workload(streams), models}), policy, Backend::fluid),
      doctest::Contains("needs 117440512 B of memory card, where 16777216 B of 1073741824 B are free"), PolicyError);
  CHECK(least == 117440512);
  CHECK(most == 9 * 117440512);
}

TEST_CASE("of N models of one size, drawn at random, LRU finds k of N in a memory that holds k") {
  // Requests of five equal Poisson streams come in an order that is uniform and independent. Far apart, each takes 0.05
  // s, and 0.6 s more if it has to load: 0.41 s in the mean.
  std::string streams;
  std::map<std::string, std::string> models;
  for (int m = 0; m < 5; ++m) {
    const std::string name = "m" + std::to_string(m);
    streams += std::string(m > 0 ? ", " : "") + R"({"name": "s)" + name + R"(", "model": ")" + name +
               R"(", "arrival": {"type": "poisson", "rate": 0.01}})";
    models[name] = weighing(name, 6 * kGiga, 0.05);
  }
  const Card card{.capacity = 12 * kGiga};
  const std::string poisson = R"({"format": 1, "name": "w", "duration": 80000, "streams": [)" + streams + "]}";
  const Log log =
      simulate_choice(make_scenario({card.platform(), poisson, models}), cached(R"("ahead": false)"), Backend::fluid);
  const auto requests = static_cast<double>(log.requests.size());
  REQUIRE(requests > 3000);
  const double hits = 1 - loaded(log) / (6 * kGiga) / requests;
  CHECK(std::abs(hits - 0.4) < 3 * std::sqrt(0.4 * 0.6 / requests));
  double service = 0;
  for (const TaskRecord& t : log.tasks) service += t.end - t.start;
  CHECK(std::abs(service / requests - 0.41) < 3 * 0.6 * std::sqrt(0.4 * 0.6 / requests));
}
