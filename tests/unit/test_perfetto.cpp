#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "record/csv_observer.hpp"
#include "record/perfetto.hpp"
#include "record/result_files.hpp"

using namespace hetsched;  // NOLINT: tests

namespace {

struct TemporaryDirectory {
  TemporaryDirectory()
      : path(std::filesystem::temp_directory_path() / ("hetsched_perfetto_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TaskRecord task(std::uint64_t request, std::string_view name, std::string_view accelerator, std::uint32_t slot,
                std::vector<double> times) {
  TaskRecord t;
  t.request = request;
  t.stream = "cam";
  t.model = "net";
  t.task = name;
  t.accelerator = accelerator;
  t.slot = slot;
  t.ready = times[0];
  t.start = times[1];
  t.inputs = times[2];
  t.compute = times[3];
  t.end = times[4];
  return t;
}

/// gpu (2 slots) computes a; dla waits for the transfer of its output and computes b; another request fails,
/// runs again and is dropped; at 3.0 the gpu begins c while b is noticed late.
void record_run(const std::filesystem::path& dir) {
  CsvObserver out(dir, RecordLevel::all);
  out.task_ended(task(0, "a\"1\"", "gpu", 0, {0, 0.25, 0.25, 0.25, 1}));
  TaskRecord failed = task(1, "a\"1\"", "gpu", 1, {0, 0.5, 0.5, 0.5, 0.75});
  failed.status = TaskStatus::failed;
  out.task_ended(failed);
  out.task_ended(task(0, "b", "dla", 0, {1, 1, 1.125, 1.5, 3.00001}));
  out.task_ended(task(2, "b", "dla", 0, {1, 3, 3, 3, 3.5}));
  out.task_ended(task(1, "a\"1\"", "gpu", 0, {0.75, 1, 1, 1, 1 + 1e-9 / 3}));
  out.transfer_ended({0, "a\"1\"", "b", "vram", "sram", 1.125, 1.5, 100, 0.1});
  out.transfer_ended({1, "a\"1\"", "b", "vram", "sram", 1.125, 1.5, 100, 0.1});  // nobody took it
  out.power({"base", "base", 0, 4, 0.1});
  out.power({"gpu", "active", 0.25, 1, 0.2});
  out.power({"gpu", "idle", 1, 4, 0.7});
  RequestRecord r;
  r.stream = "cam";
  r.model = "net";
  r.end = 3.00001;
  r.status = RequestStatus::late;
  r.deadline = 2;
  out.request_ended(r);
  r.request = 1;
  r.end = r.arrival = 1;
  r.status = RequestStatus::dropped;
  out.request_ended(r);
  AcceleratorRecord a;
  a.accelerator = "gpu";
  a.slots = 2;
  out.accelerator(a);
  a.accelerator = "dla";
  a.slots = 1;
  out.accelerator(a);
  out.finish();
}

std::vector<Json> trace_of(const std::filesystem::path& dir, TraceWindow window = {}) {
  write_trace(dir, dir / kTraceFile, window);
  Problems problems;
  const Json whole = Json::parse(*read_file(dir / kTraceFile, problems));
  return whole["traceEvents"].get<std::vector<Json>>();
}

std::vector<Json> of_phase(const std::vector<Json>& events, const std::string& phase) {
  std::vector<Json> found;
  for (const Json& event : events)
    if (event["ph"] == phase) found.push_back(event);
  return found;
}

/// In nanoseconds, exactly.
long long ns(const Json& microseconds) { return std::llround(microseconds.get<double>() * 1000); }

}  // namespace

TEST_CASE("timestamps of a trace never go back") {
  TemporaryDirectory dir;
  record_run(dir.path);
  double last = 0;
  for (const Json& event : trace_of(dir.path)) {
    if (event["ph"] == "M") continue;
    CHECK(event["ts"].get<double>() >= last);
    last = event["ts"];
  }
  CHECK(last == 4e6);
}

TEST_CASE("slices of one track nest or are disjoint") {
  TemporaryDirectory dir;
  record_run(dir.path);
  std::map<int, std::vector<long long>> open;  // ends of the slices around, by track
  std::size_t nested = 0;
  for (const Json& slice : of_phase(trace_of(dir.path), "X")) {
    auto& ends = open[slice["tid"]];
    const long long begin = ns(slice["ts"]), end = begin + ns(slice["dur"]);
    while (!ends.empty() && ends.back() <= begin) ends.pop_back();
    if (!ends.empty()) {
      CHECK(end <= ends.back());
      ++nested;
    }
    ends.push_back(end);
  }
  CHECK(nested == 3);  // overhead, waiting for input and compute of b
}

TEST_CASE("each slot is a track with a name, and tasks are on theirs") {
  TemporaryDirectory dir;
  record_run(dir.path);
  const auto events = trace_of(dir.path);
  std::map<int, std::string> names;
  for (const Json& event : events)
    if (event["name"] == "thread_name" && event["pid"] == 1) names[event["tid"]] = event["args"]["name"];
  CHECK(names == std::map<int, std::string>{{1, "gpu/0"}, {2, "gpu/1"}, {3, "dla"}});
  std::size_t sorted = 0;  // shown in this order, not by name
  for (const Json& event : events) {
    if (event["name"] != "thread_sort_index") continue;
    CHECK(event["args"]["sort_index"] == event["tid"]);
    ++sorted;
  }
  CHECK(sorted >= names.size());
  for (const Json& slice : of_phase(events, "X")) {
    if (slice["name"] == "net/b") CHECK(slice["tid"] == 3);
    if (slice["name"] == "net/a\"1\"" && slice["args"]["status"] == "failed") CHECK(slice["tid"] == 2);
  }
}

TEST_CASE("arrows lie in the slices of producer and consumer") {
  TemporaryDirectory dir;
  record_run(dir.path);
  const auto events = trace_of(dir.path);
  const auto starts = of_phase(events, "s"), ends = of_phase(events, "f");
  REQUIRE(starts.size() == 1);  // the other transfer has no consumer
  REQUIRE(ends.size() == 1);
  CHECK(starts[0]["id"] == ends[0]["id"]);
  CHECK(starts[0]["cat"] == ends[0]["cat"]);
  CHECK(ends[0]["bp"] == "e");
  const auto slices = of_phase(events, "X");
  const auto inside = [&](const Json& arrow, const std::string& name) {
    return std::any_of(slices.begin(), slices.end(), [&](const Json& slice) {
      return slice["name"] == name && slice["args"]["request"] == 0 && slice["tid"] == arrow["tid"] &&
             ns(slice["ts"]) <= ns(arrow["ts"]) && ns(arrow["ts"]) < ns(slice["ts"]) + ns(slice["dur"]);
    });
  };
  CHECK(inside(starts[0], "net/a\"1\""));
  CHECK(inside(ends[0], "net/b"));
  CHECK(ns(ends[0]["ts"]) == 1500000000);
}

TEST_CASE("counters follow the records and end at zero") {
  TemporaryDirectory dir;
  record_run(dir.path);
  std::map<std::string, std::map<long long, double>> values;
  for (const Json& event : of_phase(trace_of(dir.path), "C"))
    values[event["name"]][ns(event["ts"])] = event["args"]["value"];
  REQUIRE(values.size() == 2);
  CHECK(values["power [W]"] ==
        std::map<long long, double>{{0, 0.1}, {250000000, 0.3}, {1000000000, 0.8}, {4000000000, 0}});
  CHECK(values["ready tasks"] ==
        std::map<long long, double>{
            {0, 2}, {250000000, 1}, {500000000, 0}, {750000000, 1}, {1000000000, 1}, {3000000000, 0}});
}

TEST_CASE("every span that begins ends later, and misses are marked") {
  TemporaryDirectory dir;
  record_run(dir.path);
  const auto events = trace_of(dir.path);
  std::map<std::string, long long> open;
  std::size_t spans = 0;
  for (const Json& event : events) {
    if (event["ph"] != "b" && event["ph"] != "e") continue;
    const std::string key = event["cat"].get<std::string>() + event["id"].dump();
    if (event["ph"] == "b") {
      CHECK(open.emplace(key, ns(event["ts"])).second);
    } else {
      REQUIRE(open.contains(key));
      CHECK(ns(event["ts"]) > open[key]);
      open.erase(key);
      ++spans;
    }
  }
  CHECK(open.empty());
  CHECK(spans == 4);
  const auto misses = of_phase(events, "i");
  REQUIRE(misses.size() == 2);
  CHECK(ns(misses[0]["ts"]) == 1000000000);
  CHECK(misses[0]["args"]["status"] == "dropped");
  CHECK(ns(misses[1]["ts"]) == 3000010000);
}

TEST_CASE("a window shows what overlaps it, and counters from its begin") {
  TemporaryDirectory dir;
  record_run(dir.path);
  const auto events = trace_of(dir.path, {3.25, 3.75});
  const auto slices = of_phase(events, "X");
  REQUIRE(slices.size() == 1);
  CHECK(slices[0]["args"]["request"] == 2);
  CHECK(of_phase(events, "s").empty());
  const auto counters = of_phase(events, "C");
  REQUIRE(counters.size() == 2);
  CHECK(ns(counters[0]["ts"]) == 3250000000);
  CHECK(counters[0]["args"]["value"] == 0.8);
  CHECK_THROWS_AS(trace_of(dir.path, {2, 2}), InputError);
}

TEST_CASE("of tasks that are noticed to have ended early, those of a window are found, whatever their order") {
  TemporaryDirectory dir;
  CsvObserver out(dir.path, RecordLevel::all);
  out.task_ended(task(1, "b", "gpu", 0, {0.9, 0.9, 0.9, 0.9, 1.2}));
  out.task_ended(task(0, "a", "dla", 0, {0.25, 0.25, 0.25, 0.25, 1}));
  out.task_ended(task(1, "c", "dla", 0, {0.9, 0.95, 0.95, 0.95, 1.25}));
  for (const std::uint64_t id : {0, 1}) {
    RequestRecord r;
    r.request = id;
    r.arrival = id == 0 ? 0.25 : 0.9;
    r.end = id == 0 ? 1 : 1.25;
    out.request_ended(r);
  }
  AcceleratorRecord a;
  for (const std::string_view name : {"gpu", "dla"}) {
    a.accelerator = name;
    out.accelerator(a);
  }
  out.finish();
  const auto slices = [&](double tolerance) {
    const Json manifest = {{"results_format", 2}, {"scenario", {{"workload", {{"completion_tolerance", tolerance}}}}}};
    write_file(dir.path / kManifestFile, manifest.dump());
    return of_phase(trace_of(dir.path, {0.5, 0.6}), "X");
  };
  const auto found = slices(0.25);
  REQUIRE(found.size() == 1);
  CHECK(found[0]["args"]["request"] == 0);
  CHECK(ns(found[0]["dur"]) == 700000000);  // cut off where the next one begins, which is not shown
  CHECK(slices(0).empty());                 // the first row says that there is nothing left to find
}

TEST_CASE("a run without tasks.csv is an input error that says how to get one") {
  TemporaryDirectory dir;
  CHECK_THROWS_WITH_AS(trace_of(dir.path), doctest::Contains("recorded at level"), InputError);
}
