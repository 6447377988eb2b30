// Is each request released when its stream says, and no other? Every policy sees the same arrivals only as long as
// these rules hold to the letter; and a run ends only if Releases knows that nothing more will come.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/errors.hpp"
#include "support/engine_parts.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// A workload of these streams (JSON members after the name and the model), with other members of the workload.
contract::Inputs streams(const std::vector<std::string>& streams, const std::string& members = "") {
  std::string list;
  for (std::size_t s = 0; s < streams.size(); ++s)
    list += (s > 0 ? ", " : "") + (R"({"name": "s)" + std::to_string(s) + R"(", "model": "m", )" + streams[s] + "}");
  return {
      R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "cpu"}], "accelerators": [{"name": "a", "kind": "k"}]})",
      R"({"format": 1, "name": "w", )" + members + R"("streams": [)" + list + "]}",
      {{"m",
        R"({"format": 1, "name": "m", "layers": [{"name": "l"}], "costs": [{"layer": "l", "kind": "k", "time": 1}]})"}}};
}

struct Released {
  std::string stream;
  std::uint64_t index;
  double at;
  friend bool operator==(const Released&, const Released&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Released& r) {
    return out << r.stream << "[" << r.index << "] at " << r.at;
  }
};
using List = std::vector<Released>;

/// Carries out what is due, as the engine does, and writes down what is released.
class Driver : public StateParts {
 public:
  explicit Driver(const contract::Inputs& inputs)
      : StateParts(inputs), releases(scenario->workload, scenario->options.seed, state, events) {
    releases.begin();
  }

  /// All that is due up to a date, with it. What has been released meanwhile.
  List until(double date) {
    List released;
    while (events.next() <= date) {
      const EventQueue::Entry entry = events.pop();
      now = entry.date;
      std::visit([&](auto event) { handle(event, entry.stamp); }, entry.what);
      note(released);
    }
    return released;
  }
  /// A request of a stream ends; the engine tells the state, then the releases.
  void end(RequestRef request, bool finished, double at) {
    state.end(request);
    releases.request_ended(request, finished, at);
  }
  void start(RequestRef request, double at) {
    state.start({request, 0_task}, 0_accelerator, VariantId::original, at, at + 1);
  }
  [[nodiscard]] std::vector<RequestRef> expired(double at) {
    std::vector<RequestRef> requests;
    releases.find_expired(at, requests);
    return requests;
  }
  void note(List& released) {
    for (; noted_ < releases.released(); ++noted_) {
      const Request& r = state.request(id_of<RequestRef>(noted_));  // no place is freed in these tests
      released.push_back({std::string(state.view(now).streams[r.stream].name), r.index, r.arrival});
    }
  }

  Releases releases;
  double now = 0;
  std::vector<double> polls, instants;             ///< dates that came
  std::vector<std::pair<RequestRef, double>> due;  ///< deadlines that came

 private:
  void handle(due::Arrival event, std::uint64_t) { releases.arrival_due(event.stream, now); }
  void handle(due::Triggered event, std::uint64_t) { releases.triggered_due(event.stream, now); }
  void handle(due::Poll, std::uint64_t) {
    polls.push_back(now);
    releases.tick();
    releases.poll(now);
  }
  void handle(due::Deadline event, std::uint64_t stamp) {
    CHECK(state.request(event.request).id == stamp);
    due.emplace_back(event.request, now);
  }
  void handle(due::Instant, std::uint64_t) { instants.push_back(now); }
  template <class Other>
  void handle(Other, std::uint64_t) {
    FAIL("releases queue nothing else");
  }

  std::uint64_t noted_ = 0;
};

}  // namespace

TEST_CASE("a periodic stream: phase, period, count; then it is exhausted") {
  Driver run(streams({R"("arrival": {"type": "periodic", "period": 2, "phase": 1, "count": 3}, "deadline": 5)"}));
  CHECK_FALSE(run.releases.exhausted());
  CHECK(run.until(2.9) == List{{"s0", 0, 1}});
  CHECK(run.until(4.9) == List{{"s0", 1, 3}});
  CHECK_FALSE(run.releases.exhausted());
  CHECK(run.until(100) == List{{"s0", 2, 5}});
  CHECK(run.releases.exhausted());
  CHECK(run.releases.released() == 3);
  CHECK(run.state.request(1_request).deadline == 8);
  CHECK(run.events.empty());
}

TEST_CASE("the duration ends arrivals just before it, and a stream without a count with them") {
  Driver run(streams({R"("arrival": {"type": "periodic", "period": 2})"}, R"("duration": 4, )"));
  CHECK(run.until(100) == List{{"s0", 0, 0}, {"s0", 1, 2}});
  CHECK(run.releases.exhausted());
}

TEST_CASE("load divides times of arrivals, not the duration, deadlines that are times, bursts and delays") {
  const std::string load = R"("load": 4, )";
  Driver run(streams({R"("arrival": {"type": "periodic", "rate": 0.5, "phase": 2, "count": 3}, "deadline": "period")",
                      R"("arrival": {"type": "trace", "times": [1, 8]}, "deadline": 5)",
                      R"("arrival": {"type": "burst", "count": 1, "at": 1})"},
                     load));
  CHECK(run.until(0.4) == List{{"s1", 0, 0.25}});
  CHECK(run.until(0.9) == List{{"s0", 0, 0.5}});
  CHECK(run.until(1) == List{{"s2", 0, 1}, {"s0", 1, 1}});
  CHECK(run.until(9) == List{{"s0", 2, 1.5}, {"s1", 1, 2}});
  CHECK(run.state.request(0_request).deadline == 5.25);
  CHECK(run.state.request(1_request).deadline == 1);
  CHECK(run.releases.exhausted());

  Driver longer(streams({R"("arrival": {"type": "periodic", "period": 2})"}, load + R"("duration": 1, )"));
  CHECK(longer.until(9) == List{{"s0", 0, 0}, {"s0", 1, 0.5}});

  Driver loop(streams({R"("arrival": {"type": "closed_loop", "outstanding": 1, "think_time": 4, "count": 2})"}, load));
  CHECK(loop.until(0) == List{{"s0", 0, 0}});
  loop.end(0_request, true, 3);
  CHECK(loop.until(9) == List{{"s0", 1, 4}});

  Driver whole(streams({R"("arrival": {"type": "periodic", "period": 0.0165, "integer_ms": true, "count": 2})"}, load));
  CHECK(whole.until(9) == List{{"s0", 0, 0}, {"s0", 1, 0.004}});  // 16 ms, then a quarter of it
}

TEST_CASE("at any load a seed gives the same Poisson arrivals and the same jitter, closer together") {
  const auto arrivals = [](const std::string& arrival, const std::string& load) {
    return Driver(streams({R"("arrival": )" + arrival}, load)).until(1e9);
  };
  for (const std::string arrival : {R"({"type": "poisson", "rate": 10, "phase": 4, "count": 50})",
                                    R"({"type": "periodic", "rate": 10, "jitter": 0.3, "count": 50})"}) {
    const List once = arrivals(arrival, ""), thrice = arrivals(arrival, R"("load": 3, )");
    REQUIRE(once.size() == 50);
    REQUIRE(thrice.size() == 50);
    for (std::size_t i = 0; i < once.size(); ++i) CHECK(thrice[i].at * 3 == doctest::Approx(once[i].at).epsilon(1e-12));
  }
}

TEST_CASE("traces and bursts release all that has arrived at one instant at once, each told to the policy") {
  Driver run(streams(
      {R"("arrival": {"type": "trace", "times": [1, 1, 3]})", R"("arrival": {"type": "burst", "count": 2, "at": 1})"}));
  CHECK(run.until(1) == List{{"s0", 0, 1}, {"s0", 1, 1}, {"s1", 0, 1}, {"s1", 1, 1}});
  int arrived = 0, ready = 0;
  for (const Event& event : run.state.view(1).events) {
    arrived += event.type == Event::Type::request_arrived ? 1 : 0;
    ready += event.type == Event::Type::task_ready ? 1 : 0;
  }
  CHECK(arrived == 4);
  CHECK(ready == 4);
  CHECK(run.until(5) == List{{"s0", 2, 3}});
  CHECK(run.releases.exhausted());
}

TEST_CASE("Poisson arrivals: as many as counted, in order, after the phase; the same for the same seed") {
  const auto arrivals = [] {
    return Driver(streams({R"("arrival": {"type": "poisson", "rate": 10, "phase": 4, "count": 5})"})).until(1e9);
  };
  const List list = arrivals();
  REQUIRE(list.size() == 5);
  double last = 4;
  for (const Released& r : list) {
    CHECK(r.at > last);
    last = r.at;
  }
  CHECK(list == arrivals());
}

TEST_CASE("a closed loop replaces each request that ends, finished or dropped, after the think time, up to its count") {
  Driver run(streams({R"("arrival": {"type": "closed_loop", "outstanding": 2, "think_time": 1, "count": 4})"}));
  CHECK(run.until(0) == List{{"s0", 0, 0}, {"s0", 1, 0}});
  CHECK(run.releases.exhausted());  // until one of them ends
  run.end(0_request, true, 3);
  CHECK_FALSE(run.releases.exhausted());
  CHECK(run.until(3.9).empty());
  CHECK(run.until(4) == List{{"s0", 2, 4}});
  run.end(1_request, false, 5);
  CHECK(run.until(6) == List{{"s0", 3, 6}});
  run.end(2_request, true, 7);
  CHECK(run.until(100).empty());
  CHECK(run.releases.exhausted());
}

TEST_CASE("a closed loop without a count goes on until the duration") {
  Driver run(
      streams({R"("arrival": {"type": "closed_loop", "outstanding": 1, "think_time": 1})"}, R"("duration": 5, )"));
  run.until(0);
  run.end(0_request, true, 3.9);
  CHECK(run.until(4.9) == List{{"s0", 1, 4.9}});
  run.end(1_request, true, 4.9);
  CHECK(run.until(100).empty());
  CHECK(run.releases.exhausted());
}

TEST_CASE("a cascade: every finished request triggers one of each stream that waits for it, after its delay") {
  Driver run(streams({R"("arrival": {"type": "burst", "count": 2})", R"("arrival": {"type": "triggered", "by": "s0"})",
                      R"("arrival": {"type": "triggered", "by": "s0", "delay": 2}, "deadline": 1)",
                      R"("arrival": {"type": "triggered", "by": "s1"}, "probability": 0)"}));
  CHECK(run.until(0).size() == 2);
  CHECK(run.releases.exhausted());
  run.end(0_request, true, 3);
  CHECK_FALSE(run.releases.exhausted());
  CHECK(run.until(3) == List{{"s1", 0, 3}});
  CHECK(run.until(5) == List{{"s2", 0, 5}});
  CHECK(run.state.request(3_request).deadline == 6);
  run.end(1_request, false, 6);  // dropped: triggers nothing
  CHECK(run.until(20).empty());
  run.end(2_request, true, 21);  // what it triggers loses the draw
  CHECK_FALSE(run.releases.exhausted());
  CHECK(run.until(30).empty());
  CHECK(run.releases.exhausted());
}

TEST_CASE("a gate: request k waits until the stream that feeds it has finished more than k, whatever was dropped") {
  Driver run(streams(
      {R"("arrival": {"type": "burst", "count": 3})", R"("arrival": {"type": "burst", "count": 3}, "after": "s0")"}));
  run.until(0);
  const auto waits = [&](RequestRef r) { return run.state.account(r).gated; };
  for (const RequestRef r : {3_request, 4_request, 5_request}) CHECK(waits(r));
  CHECK(run.state.ready().size() == 3);
  run.end(1_request, true, 1);
  CHECK_FALSE(waits(3_request));
  CHECK(waits(4_request));
  run.end(0_request, false, 2);  // dropped: it fed nobody
  CHECK(waits(4_request));
  run.end(4_request, false, 2);  // left while it waited: forgotten
  run.end(2_request, true, 3);
  CHECK(waits(5_request));
  CHECK(run.state.task({3_request, 0_task}).ready == 1);
}

TEST_CASE("a request that arrives after its gate has opened never waits") {
  Driver run(streams({R"("arrival": {"type": "burst", "count": 1})",
                      R"("arrival": {"type": "trace", "times": [1, 1]}, "after": "s0")"}));
  run.until(0);
  run.end(0_request, true, 0.5);
  run.until(1);
  CHECK_FALSE(run.state.account(1_request).gated);
  CHECK(run.state.account(2_request).gated);
}

TEST_CASE("polled: at ticks of the fastest period each stream releases at most its next request, if it has arrived") {
  Driver run(streams({R"("arrival": {"type": "periodic", "period": 2, "count": 2})",
                      R"("arrival": {"type": "periodic", "period": 3, "count": 1})",
                      R"("arrival": {"type": "burst", "count": 3, "at": 1})"},
                     R"("release": "polled", )"));
  CHECK(run.releases.polled());
  CHECK(run.until(0) == List{{"s0", 0, 0}, {"s1", 0, 0}});
  CHECK(run.until(2) == List{{"s0", 1, 2}, {"s2", 0, 2}});
  // Between two ticks, as when a task has finished.
  run.now = 3;
  run.releases.poll(3);
  List between;
  run.note(between);
  CHECK(between == List{{"s2", 1, 3}});
  CHECK_FALSE(run.releases.exhausted());
  CHECK(run.until(100) == List{{"s2", 2, 4}});
  CHECK(run.releases.exhausted());
  CHECK(run.polls == std::vector<double>{0, 2, 4, 6});  // the last one finds that nothing is to come
}

TEST_CASE("a deadline counts from the release or from the nominal arrival, and may be the period") {
  Driver run(streams(
      {R"("arrival": {"type": "periodic", "period": 2, "phase": 1, "jitter": 0.5, "count": 2}, "deadline": "period")",
       R"("arrival": {"type": "periodic", "period": 2, "phase": 1, "jitter": 0.5, "count": 2}, "deadline": "period",
                         "deadline_from": "nominal")",
       R"("arrival": {"type": "periodic", "period": 2, "phase": 1, "jitter": 0.5, "count": 1}, "deadline": 5,
                         "deadline_from": "nominal")",
       R"("arrival": {"type": "burst", "count": 1})"}));
  run.until(100);
  for (const RequestRef place : run.state.live()) {
    const Request& r = run.state.request(place);
    CAPTURE(r.id);
    if (r.stream == 0_stream) CHECK(r.deadline == r.arrival + 2);
    if (r.stream == 0_stream) CHECK(r.arrival > 1 + 2 * static_cast<double>(r.index));
    if (r.stream == 1_stream) CHECK(r.deadline == 3 + 2 * static_cast<double>(r.index));
    if (r.stream == 2_stream) CHECK(r.deadline == 6);
    if (r.stream == 3_stream) CHECK(r.deadline == kNever);
  }
}

TEST_CASE(
    "drop unstarted: who has not started just after the deadline has expired, once; who started or left has not") {
  Driver run(streams({R"("arrival": {"type": "burst", "count": 4}, "deadline": 2, "drop": "unstarted")"}));
  run.until(0);
  run.start(1_request, 1);
  run.end(2_request, true, 1);
  CHECK(run.expired(2).empty());  // who starts exactly at the deadline still may
  run.until(3);
  REQUIRE(run.instants.size() == 4);  // so that it is looked at just after
  CHECK(run.instants[0] > 2);
  CHECK(run.instants[0] < 2 + 1e-8);
  CHECK(run.expired(run.instants[0]) == std::vector<RequestRef>{0_request, 3_request});
  CHECK(run.expired(5).empty());
}

TEST_CASE("drop late: the deadline is queued for the very request; streams that drop nothing queue nothing") {
  Driver run(streams({R"("arrival": {"type": "trace", "times": [1]}, "deadline": 2, "drop": "late")",
                      R"("arrival": {"type": "trace", "times": [1]}, "deadline": 2)",
                      R"("arrival": {"type": "trace", "times": [1]}, "drop": "unstarted")"}));
  run.until(100);
  CHECK(run.due == std::vector<std::pair<RequestRef, double>>{{0_request, 3}});
  CHECK(run.instants.empty());
  CHECK(run.expired(100).empty());
}

TEST_CASE("a deadline that lies before a late release drops at the release, not in the past") {
  // Polled at 0, 4, ...: what arrives at 1 with a deadline of 2 from then is released at 4.
  Driver run(streams(
      {R"("arrival": {"type": "periodic", "period": 4, "count": 2})",
       R"("arrival": {"type": "trace", "times": [1]}, "deadline": 2, "deadline_from": "nominal", "drop": "late")"},
      R"("release": "polled", )"));
  run.until(100);
  CHECK(run.due == std::vector<std::pair<RequestRef, double>>{{2_request, 4}});
}

TEST_CASE("a late request is one that is late beyond rounding") {
  CHECK(late_tolerance(0) > 0);
  CHECK(late_tolerance(0) < 1e-9);
  CHECK(late_tolerance(1e6) > 1e6 * 1e-14);  // grows with the size of the numbers
  CHECK(late_tolerance(1e6) < 1e-6);
}

TEST_CASE("foreseen are the requests whose arrivals do not depend on the run, by arrival, then stream") {
  Driver run(streams({R"("arrival": {"type": "trace", "times": [1, 3]}, "deadline": 2, "priority": 4)",
                      R"("arrival": {"type": "periodic", "period": 1, "phase": 1, "count": 2})",
                      R"("arrival": {"type": "closed_loop", "outstanding": 1, "count": 5})",
                      R"("arrival": {"type": "triggered", "by": "s0"})"}));
  const std::vector<FutureRequest> future = run.releases.foreseen();
  REQUIRE(future.size() == 4);
  CHECK(future[0].stream == 0_stream);
  CHECK(future[0].arrival == 1);
  CHECK(future[0].deadline == 3);
  CHECK(future[0].priority == 4);
  CHECK(future[1].stream == 1_stream);
  CHECK(future[1].arrival == 1);
  CHECK(future[1].deadline == kNever);
  CHECK(future[2].index == 1);
  CHECK(future[2].arrival == 2);
  CHECK(future[3].stream == 0_stream);
  CHECK(future[3].index == 1);
  // It foretells without drawing: the run's own arrivals are still to come.
  CHECK(run.until(1) == List{{"s2", 0, 0}, {"s0", 0, 1}, {"s1", 0, 1}});
}

TEST_CASE("more requests in the system than a run can hold are refused instead of filling the memory") {
  Driver run(streams(
      {R"("arrival": {"type": "burst", "count": 100000})", R"("arrival": {"type": "trace", "times": [0, 1]})"}));
  CHECK_THROWS_WITH_AS(run.until(0), doctest::Contains("more than 100000 requests are in the system at 0 s"),
                       InputError);
}
