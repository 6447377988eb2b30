// Does HEFT plan and execute the published schedule? (Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002, Fig. 2 and 3)
#include <doctest/doctest.h>

#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

TEST_CASE("the published graph of ten tasks: planned 80, executed 80") {
  const Log log = simulate_log(load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json"), "heft");
  CHECK(*log.requests.at(0).forecast == doctest::Approx(80).epsilon(1e-12));
  CHECK(*log.requests.at(0).finish == doctest::Approx(80).epsilon(1e-9));
  struct Planned {
    const char* task;
    const char* accelerator;
    double compute, end;
  };
  for (const Planned& p : {Planned{"t1", "p3", 0, 9},
                           {"t3", "p3", 9, 28},
                           {"t4", "p2", 18, 26},
                           {"t2", "p1", 27, 40},
                           {"t5", "p3", 28, 38},
                           {"t6", "p2", 26, 42},
                           {"t9", "p2", 56, 68},
                           {"t7", "p3", 38, 49},
                           {"t8", "p1", 57, 62},
                           {"t10", "p2", 73, 80}}) {
    const TaskRecord& t = log.task(p.task);
    INFO(p.task);
    CHECK(t.accelerator == p.accelerator);
    CHECK(t.compute == doctest::Approx(p.compute).epsilon(1e-9));
    CHECK(t.end == doctest::Approx(p.end).epsilon(1e-9));
  }
}

TEST_CASE("without insertion the plan is the same: the graph has no gap to use") {
  const Log log = simulate_log(load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json"), "heft",
                               {{"insertion", false}});
  CHECK(*log.requests.at(0).forecast == doctest::Approx(80).epsilon(1e-12));
}

TEST_CASE("on one shared bus the same plan takes longer than it promised") {
  const Log log =
      simulate_log(load_scenario("platforms/heft_2002_shared_bus.json", "workloads/heft_2002.json"), "heft");
  CHECK(*log.requests.at(0).forecast == doctest::Approx(80).epsilon(1e-12));
  const Log fluid = simulate_log(load_scenario("platforms/heft_2002_shared_bus.json", "workloads/heft_2002.json"),
                                 "heft", {}, Backend::fluid);
  CHECK(*log.requests.at(0).finish > 80.5);
  CHECK(*log.requests.at(0).finish == doctest::Approx(*fluid.requests.at(0).finish).epsilon(1e-9));
}

TEST_CASE("a second graph released at 10 goes into the gaps: it ends at 109") {
  // mackncheesiest/heft, test of dynamic scheduling
  auto scenario = load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json");
  scenario->workload.streams[0].arrival = TraceArrivals{"", {0, 10}};
  const Log log = simulate_log(scenario, "heft");
  CHECK(*log.requests.at(0).forecast == doctest::Approx(80).epsilon(1e-12));
  CHECK(*log.requests.at(1).forecast == doctest::Approx(109).epsilon(1e-12));
  CHECK(log.task("t1", 1).compute == doctest::Approx(10).epsilon(1e-9));
  CHECK(log.task("t1", 1).accelerator == "p1");
  CHECK(log.task("t10", 1).accelerator == "p2");
}

TEST_CASE("PEFT's graph: HEFT takes 133") {
  // Arabnejad and Barbosa, IEEE TPDS 25(3), 2014: HEFT 133, PEFT 122
  const Log log = simulate_log(load_scenario("platforms/heft_2002.json", "workloads/peft_2014.json"), "heft");
  CHECK(*log.requests.at(0).forecast == doctest::Approx(133).epsilon(1e-12));
  CHECK(*log.requests.at(0).finish == doctest::Approx(133).epsilon(1e-9));
}
