// Do inputs of requests come from where their stream says, and results go to where it wants them: when, over what, at
// what energy?
#include <doctest/doctest.h>

#include <algorithm>

#include "study/bounds.hpp"
#include "support/ids.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;
using doctest::Approx;

namespace {

/// A card with slots behind a link of 1 GB/s, and a host.
std::string platform(const std::string& members, const std::string& kind_members = "", bool cpu_works = false) {
  return R"({"format": 1, "name": "p", "kinds": [{"name": "cpu", "type": "cpu", "profile": ")" +
         std::string(cpu_works ? "cpu" : "(none)") + R"("}, {"name": "gpu", "type": "gpu")" + kind_members + R"(}],
    "memories": [{"name": "card", "energy_per_byte": "1 pJ/B"}, {"name": "host", "energy_per_byte": "2 pJ/B"}],
    "links": [{"name": "pcie", "bandwidth": "1 GB/s", "energy_per_byte": "10 pJ/B", "between": ["host", "card"]}],
    "accelerators": [{"name": "g", "kind": "gpu", "memory": "card"}, {"name": "c", "kind": "cpu", "memory": "host"}])" +
         members + "}";
}
const std::string kHost = R"(, "host": "host")";

/// Input 50 MB, layers a (1 ms) and b (2 ms) with 5 MB between them, result 10 MB; a runs on the GPU only, b on what
/// `b` says.
std::string model(const std::string& b = "gpu") {
  return R"({"format": 1, "name": "m", "layers": [{"name": "a", "input_bytes": 5e7, "output_bytes": 5e6}, {"name": "b", "output_bytes": 1e7}],
    "costs": [{"layer": "a", "kind": "gpu", "time": "1 ms"}, {"layer": "b", "kind": ")" +
         b + R"(", "time": "2 ms"},
              {"layer": "*", "kind": "gpu", "time": "3 ms"}]})";
}

std::string workload(const std::string& members = "", const std::string& granularity = "model", int count = 1) {
  return R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m", "granularity": ")" + granularity +
         R"(", "arrival": {"type": "burst", "count": )" + std::to_string(count) + "}" + members + "}]}";
}

Log run(const Inputs& inputs, Backend backend, const std::string& policy = "\"fcfs\"") {
  return simulate_choice(make_scenario(inputs), policy, backend);
}

constexpr Backend kBackends[] = {Backend::simgrid, Backend::fluid};
constexpr double kPerByte = 13e-12;  // J, from one memory to the other

}  // namespace

TEST_CASE("an input moves from the host, its result back, and the request has finished when that is there") {
  for (const Backend backend : kBackends)
    for (const char* granularity : {"model", "layer"}) {
      const Log log = run({platform(kHost), workload("", granularity), {{"m", model()}}}, backend);
      REQUIRE(log.transfers.size() == 2);
      const TransferRecord &input = log.transfers[0], &result = log.transfers[1];
      CHECK(input.producer == "(source)");
      CHECK(input.from == "host");
      CHECK(input.to == "card");
      CHECK(input.bytes == 5e7);
      CHECK(input.start == 0);
      CHECK(input.end == Approx(0.05).epsilon(1e-12));
      CHECK(result.consumer == "(sink)");
      CHECK(result.to == "host");
      CHECK(result.bytes == 1e7);
      CHECK(result.start == Approx(0.053).epsilon(1e-12));
      CHECK(*log.requests[0].finish == Approx(0.063).epsilon(1e-12));
      CHECK(log.requests[0].energy == Approx(6e7 * kPerByte).epsilon(1e-12));
      CHECK(log.totals.energy_transfer == Approx(6e7 * kPerByte).epsilon(1e-12));
      CHECK(log.totals.end == Approx(0.063).epsilon(1e-12));
      CHECK(log.tasks[0].predicted == Approx(granularity == std::string("model") ? 0.053 : 0.051).epsilon(1e-12));
    }
}

TEST_CASE("a stream's own source and sink go before the host; what lies there already is not moved") {
  for (const Backend backend : kBackends) {
    const auto finish = [&](const std::string& host, const std::string& members) {
      return *run({platform(host), workload(members), {{"m", model()}}}, backend).requests[0].finish;
    };
    CHECK(finish(kHost, R"(, "source": "card")") == Approx(0.013).epsilon(1e-12));
    CHECK(finish(kHost, R"(, "sink": "card")") == Approx(0.053).epsilon(1e-12));
    CHECK(finish("", R"(, "sink": "host")") == Approx(0.013).epsilon(1e-12));
    CHECK(finish("", "") == Approx(0.003).epsilon(1e-12));
    CHECK(finish(kHost, R"(, "source": "card", "sink": "card")") == Approx(0.003).epsilon(1e-12));
  }
}

TEST_CASE("transfers share the link: two inputs take twice as long, a result goes beside the next input") {
  for (const Backend backend : kBackends) {
    const Log both = run({platform(kHost, R"(, "slots": 2)"), workload("", "model", 2), {{"m", model()}}}, backend);
    CHECK(both.tasks[0].compute == Approx(0.1).epsilon(1e-12));
    CHECK(both.tasks[1].compute == Approx(0.1).epsilon(1e-12));
    // One slot: the second input begins with the first result: both at half of the rate for 20 ms, then it alone for
    // 40 MB.
    const Log one = run({platform(kHost), workload("", "model", 2), {{"m", model()}}}, backend);
    CHECK(*one.requests[0].finish == Approx(0.053 + 0.02).epsilon(1e-12));
    CHECK(one.tasks[1].compute == Approx(0.053 + 0.02 + 0.04).epsilon(1e-12));
  }
}

TEST_CASE("a batch computes when the inputs of all are there; each has a result of its own") {
  for (const Backend backend : kBackends) {
    const Log log = run(
        {platform(kHost, R"(, "max_batch": 2, "batch_fixed_share": 1)"), workload("", "model", 2), {{"m", model()}}},
        backend, R"({"name": "fcfs", "decorators": ["batch"]})");
    REQUIRE(log.tasks.size() == 2);
    CHECK(log.tasks[0].batch == 2);
    CHECK(log.tasks[0].compute == Approx(0.1).epsilon(1e-12));
    CHECK(*log.requests[1].finish == Approx(0.103 + 0.02).epsilon(1e-12));
    CHECK(log.transfers.size() == 4);
  }
}

TEST_CASE("a request is late with its result; one that is dropped meanwhile gives it up") {
  for (const Backend backend : kBackends) {
    const Log late = run({platform(kHost), workload(R"(, "deadline": 0.06)"), {{"m", model()}}}, backend);
    CHECK(late.requests[0].status == RequestStatus::late);
    CHECK(*late.requests[0].tardiness == Approx(0.003).epsilon(1e-9));
    const Log dropped =
        run({platform(kHost), workload(R"(, "deadline": 0.06, "drop": "late")"), {{"m", model()}}}, backend);
    CHECK(dropped.requests[0].status == RequestStatus::dropped);
    REQUIRE(dropped.transfers.size() == 2);
    CHECK(dropped.transfers[1].bytes == Approx(7e6).epsilon(1e-9));
    CHECK(dropped.requests[0].energy == Approx(5.7e7 * kPerByte).epsilon(1e-9));
  }
}

TEST_CASE("an input may be prefetched; tensors between layers move as before") {
  Scripted policy([](const SystemView& view, Decisions& out) {
    for (const Event& e : view.events) {
      if (e.type == Event::Type::request_arrived) {
        CHECK(view.transfer_time({e.task.request, 0_task}, 0_accelerator) == Approx(0.05));
        CHECK(view.result_time({e.task.request, 1_task}, 0_accelerator) == Approx(0.01));
        CHECK(view.result_time({e.task.request, 1_task}, 1_accelerator) == 0);
        CHECK_FALSE(view.inputs_at({e.task.request, 0_task}, 0_accelerator));
        CHECK(view.inputs_at({e.task.request, 0_task}, 1_accelerator));
        out.prefetch({e.task.request, 0_task}, 0_accelerator);
        out.wake_at(0.07);
      }
    }
    for (const TaskRef t : view.ready) {
      if (t.task == 0_task && !view.inputs_at(t, 0_accelerator)) continue;
      if (t.task == 0_task && view.now < 0.06) continue;
      CHECK(view.transfer_time(t, 0_accelerator) == 0);
      out.start(t, t.task == 0_task ? 0_accelerator : 1_accelerator);
    }
  });
  for (const Backend backend : kBackends) {
    const Log log = simulate_log(
        make_scenario({platform(kHost, "", true), workload("", "layer"), {{"m", model("cpu")}}}), policy, backend);
    REQUIRE(log.transfers.size() == 2);
    CHECK(log.transfers[0].end == Approx(0.05).epsilon(1e-12));
    CHECK(log.task("a").compute == Approx(0.07).epsilon(1e-12));
    CHECK(log.task("b").compute == Approx(0.076).epsilon(1e-12));    // 5 MB to the host
    CHECK(*log.requests[0].finish == Approx(0.078).epsilon(1e-12));  // its result is there
  }
}

TEST_CASE("plans know of inputs and results: what is forecast happens; bounds are no larger") {
  for (const Backend backend : kBackends)
    for (const char* policy : {"\"heft\"", "\"cpop\"", "\"peft\""}) {
      const Log log = run({platform(kHost), workload("", "layer"), {{"m", model()}}}, backend, policy);
      CHECK(*log.requests[0].forecast == Approx(0.063).epsilon(1e-12));
      CHECK(*log.requests[0].finish == Approx(0.063).epsilon(1e-12));
    }
  Problems problems;
  const auto scenario = make_scenario({platform(kHost), workload("", "layer"), {{"m", model()}}});
  const Tables tables = Tables::build(*scenario, problems);
  const SummaryBounds bounds = bounds_of(tables);
  CHECK(bounds.latency[0] <= 0.063);
  CHECK(bounds.latency[0] >= 0.003);
  CHECK_FALSE(bounds.optimum(0));  // plans end with the last task
}

TEST_CASE("an accelerator that fails loses its task, not the input that lies in its memory") {
  for (const Backend backend : kBackends) {
    const auto scenario = make_scenario({platform(kHost), workload(), {{"m", model()}}});
    scenario->options.outages.push_back({"g", 0.052, 0.054});
    const Log log = simulate_choice(scenario, "\"fcfs\"", backend);
    CHECK(log.transfers.size() == 2);
    CHECK(*log.requests[0].finish == Approx(0.054 + 0.003 + 0.01).epsilon(1e-12));
  }
}

TEST_CASE("a memory that a stream names must be there, with ways to and from it") {
  const auto refused = [](const std::string& members) {
    try {
      make_scenario({platform(""), workload(members), {{"m", model()}}});
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(refused(R"(, "source": "hots")")
            .find(R"(/streams/0/source: there is no memory "hots" of the platform; did you mean "host"?)") !=
        std::string::npos);
  const std::string apart = R"({"format": 1, "name": "p", "kinds": [{"name": "gpu", "type": "gpu"}],
    "memories": [{"name": "card"}, {"name": "disk"}], "accelerators": [{"name": "g", "kind": "gpu"}]})";
  CHECK_THROWS_WITH_AS(make_scenario({apart, workload(R"(, "sink": "disk")"), {{"m", model()}}}),
                       doctest::Contains("/streams/0/sink: there is no route card -> disk on the platform"),
                       InputError);
}
