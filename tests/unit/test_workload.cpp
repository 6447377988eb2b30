#include <doctest/doctest.h>

#include "base/files.hpp"
#include "model/workload.hpp"
#include "support/problem_text.hpp"

namespace {

using hetsched::Document;
using hetsched::Problems;
using hetsched::Strings;
using hetsched::WorkloadSpec;
using hetsched::test::lines;
using hetsched::test::text_of;

const std::filesystem::path kFolder = std::filesystem::temp_directory_path() / "hetsched_test_workload";

WorkloadSpec workload(const std::string& rest, Problems& problems) {
  const Document document =
      Document::from_text("{\"format\": 1, \"name\": \"w\",\n" + rest + "}", "w.json", kFolder, problems);
  return hetsched::read_workload(document.root(), problems);
}

std::string messages(const std::string& rest) {
  Problems problems;
  workload(rest, problems);
  return text_of(problems);
}

/// A stream with this arrival (the members after "type"), and more members.
std::string stream(const std::string& name, const std::string& arrival, const std::string& more = "") {
  return "{\"name\": \"" + name + "\", \"model\": \"m/" + name + ".json\", \"arrival\": {\"type\": " + arrival + "}" +
         more + "}";
}

}  // namespace

TEST_CASE("all arrivals are read") {
  hetsched::write_file(kFolder / "trace.csv", "# recorded\ntime_ms\n1\n2.5\n");
  Problems problems;
  const WorkloadSpec it =
      workload("\"duration\": \"2 s\", \"release\": \"polled\", \"end\": \"at_duration\", \"streams\": [" +
                   stream("a", R"("periodic", "rate": "60 /s", "integer_ms": true)", R"(, "deadline": "period")") +
                   "," + stream("b", R"("poisson", "rate": 5)", R"(, "deadline": "20 ms", "after": "a")") + "," +
                   stream("c", R"("trace", "file": "trace.csv")", R"(, "deadline": "none")") + "," +
                   stream("d", R"("burst", "count": 3)") + "," + stream("e", R"("closed_loop", "outstanding": 2)") +
                   "," + stream("f", R"("triggered", "by": "a", "delay": "1 ms")", R"(, "granularity": "model")") +
                   "," + stream("g", R"("trace", "times": [1, "2 s"])") + "]",
               problems);
  CHECK(text_of(problems) == "");
  REQUIRE(it.streams.size() == 7);
  CHECK(it.streams[0].model == (kFolder / "m/a.json").string());
  CHECK(std::get<hetsched::Periodic>(it.streams[0].arrival).rate == 60);
  CHECK(it.streams[0].deadline.word == "period");
  CHECK(it.streams[1].deadline.value == 0.02);
  CHECK(std::get<hetsched::TraceArrivals>(it.streams[2].arrival).times == std::vector{0.001, 0.0025});
  CHECK(std::get<hetsched::Burst>(it.streams[3].arrival).count == 3);
  CHECK(std::get<hetsched::Triggered>(it.streams[5].arrival).delay == 0.001);
  CHECK(std::get<hetsched::TraceArrivals>(it.streams[6].arrival).times == std::vector{1.0, 2.0});
  std::filesystem::remove_all(kFolder);
}

TEST_CASE("the load is more than 0, and makes more requests of a rate") {
  const std::string streams = R"("streams": [)" + stream("a", R"("periodic", "rate": 1000)") + "]";
  CHECK(messages(R"("duration": 9000, "load": 1.1, )" + streams) == "");
  CHECK(messages(R"("duration": 9000, "load": 1.2, )" + streams).find("makes about 10800000 requests") !=
        std::string::npos);
  CHECK(messages(R"("duration": 1, "load": 0, )" + streams).find("/load: must be greater than 0") != std::string::npos);
}

TEST_CASE("arrivals that make no sense are told") {
  const std::string begin = "\"duration\": 1, \"streams\": [\n";
  CHECK(messages(begin + stream("a", R"("periodic")") + "]") ==
        lines({"w.json:3:47: /streams/0/arrival: gives neither rate nor period; give one of them"}));
  CHECK(messages(begin + stream("a", R"("periodic", "rate": 1, "period": 1)") + "]") ==
        lines({"w.json:3:47: /streams/0/arrival: gives both rate and period; give one of them"}));
  CHECK(messages(begin + stream("a", R"("periodic", "rate": 1500, "integer_ms": true)") + "]") ==
        lines({"w.json:3:96: /streams/0/arrival/integer_ms: rounds the period of 0.6666666666666666 ms down "
               "to nothing; it "
               "must be at least 1 ms"}));
  CHECK(messages(begin + stream("a", R"("periodic", "rate": 1000, "integer_ms": true)") + "]") == "");
  CHECK(messages(begin + stream("a", R"("periodic", "rate": 0)") + "]") ==
        lines({"w.json:3:76: /streams/0/arrival/rate: must be greater than 0 Hz; found 0"}));
  CHECK(messages(begin + stream("a", R"("trace")") + "]") ==
        lines({"w.json:3:47: /streams/0/arrival: gives neither file nor times; give one of them"}));
  CHECK(messages(begin + stream("a", R"("trace", "times": [2, 1])") + "]") ==
        lines({"w.json:3:78: /streams/0/arrival/times/1: is before the time in front of it; sort the times"}));
  CHECK(messages(begin + stream("a", R"("trace", "times": [])") + "]") ==
        lines({"w.json:3:74: /streams/0/arrival/times: must have at least one time"}));
  CHECK(messages(begin + stream("a", R"("trace", "file": "none.csv")") + "]") ==
        lines({"w.json:3:73: /streams/0/arrival/file: there is no trace file \"" + (kFolder / "none.csv").string() +
               "\""}));
  CHECK(messages(begin + stream("a", R"("poisson", "rate": 1)", R"(, "deadline": "period")") + "]") ==
        lines({"w.json:3:91: /streams/0/deadline: is \"period\", but the arrivals of this stream are not "
               "periodic; give a "
               "time such as \"16 ms\""}));
  CHECK(messages(begin + "3]") == lines({"w.json:3:1: /streams/0: must be an object; found 3"}));
}

TEST_CASE("traces must be sorted and not empty") {
  hetsched::write_file(kFolder / "unsorted.csv", "time\n2\n1\n");
  hetsched::write_file(kFolder / "empty.csv", "time\n");
  CHECK(messages("\"duration\": 1, \"streams\": [" + stream("a", R"("trace", "file": "unsorted.csv")") + "," +
                 stream("b", R"("trace", "file": "empty.csv")") + "]") ==
        lines({(kFolder / "unsorted.csv").string() + ":3: time: is before the time in front of it; sort the rows",
               (kFolder / "empty.csv").string() + ": has no rows, so no request would ever arrive"}));
  std::filesystem::remove_all(kFolder);
}

TEST_CASE("streams name each other rightly") {
  const std::string begin = "\"duration\": 1, \"streams\": [\n";
  CHECK(messages(begin + stream("camera", R"("poisson", "rate": 1)") + ",\n" +
                 stream("x", R"("triggered", "by": "camra")", R"(, "after": "y")") + ",\n" +
                 stream("x", R"("burst", "count": 1)") + "]") ==
        lines({"w.json:5:10: /streams/2/name: \"x\" is the name of another stream already; names must differ",
               "w.json:4:94: /streams/1/after: there is no stream \"y\"; there are: camera, x",
               "w.json:4:75: /streams/1/arrival/by: there is no stream \"camra\"; did you mean \"camera\"? "
               "there are: camera, x"}));
  CHECK(messages(begin + stream("a", R"("triggered", "by": "b")") + ",\n" +
                 stream("b", R"("burst", "count": 1)", R"(, "after": "a")") + "]") ==
        lines({"w.json:3:1: /streams/0: streams wait for each other in a cycle: a -> b -> a (each waits for "
               "the next)"}));
}

TEST_CASE("a run must have an end") {
  CHECK(messages("\"end\": \"at_duration\", \"streams\": [\n" + stream("a", R"("poisson", "rate": 1, "count": 5)") +
                 ",\n" + stream("b", R"("periodic", "rate": 1)") + ",\n" + stream("c", R"("burst", "count": 1)") +
                 "]") ==
        lines({"w.json:4:47: /streams/1/arrival: has no count, and the workload has no duration, so it would "
               "never end; "
               "give one of them",
               "w.json:2:8: /end: is \"at_duration\", but the workload has no duration; give one"}));
  CHECK(messages("\"release\": \"polled\", \"streams\": [" + stream("c", R"("burst", "count": 1)") + "]") ==
        lines({"w.json:2:12: /release: is \"polled\", which happens at the ticks of a periodic stream; add "
               "one, or release "
               "at_arrival"}));
}
