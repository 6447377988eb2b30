#include <doctest/doctest.h>

#include "model/platform.hpp"
#include "support/problem_text.hpp"

namespace {

using hetsched::Document;
using hetsched::id_of;
using hetsched::index_of;
using hetsched::LinkId;
using hetsched::MemoryId;
using hetsched::PlatformSpec;
using hetsched::Problems;
using hetsched::Strings;
using hetsched::test::lines;
using hetsched::test::text_of;

PlatformSpec platform(const std::string& rest, Problems& problems) {
  const Document document =
      Document::from_text("{\"format\": 1, \"name\": \"p\",\n" + rest + "}", "p.json", "", problems);
  return hetsched::read_platform(document.root(), problems);
}

std::string messages(const std::string& rest) {
  Problems problems;
  platform(rest, problems);
  return text_of(problems);
}

const std::string kKinds = R"("kinds": [{"name": "gpu", "type": "gpu"}, {"name": "npu", "type": "npu",
  "operating_points": [{"name": "fast", "frequency": "1.5 GHz"}, {"name": "slow", "frequency": 1e9}]}],)";

const std::string kTwoMemories = R"("memories": [{"name": "hbm"}, {"name": "ddr"}, {"name": "spare"}],
"accelerators": [{"name": "a", "kind": "gpu"}, {"name": "b", "kind": "npu", "memory": "ddr"}])";

}  // namespace

TEST_CASE("defaults are filled in and counts expanded") {
  Problems problems;
  const PlatformSpec it = platform(kKinds + R"("accelerators": [{"name": "g", "kind": "gpu", "count": 2},
    {"name": "n", "kind": "npu"}, {"name": "m", "kind": "npu", "operating_point": "slow"}])",
                                   problems);
  REQUIRE(problems.empty());
  REQUIRE(it.accelerators.size() == 4);
  CHECK(it.accelerators[0].name == "g0");
  CHECK(it.accelerators[1].name == "g1");
  CHECK(it.accelerators[1].count == 1);
  CHECK(it.accelerators[1].operating_point == "default");
  CHECK(it.accelerators[2].operating_point == "fast");
  CHECK(it.accelerators[3].operating_point == "slow");
  CHECK(it.accelerators[3].memory == "memory");
  REQUIRE(it.memories.size() == 1);
  CHECK_FALSE(it.memories[0].bandwidth);
  CHECK(it.kinds[0].profile == "gpu");
  REQUIRE(it.kinds[0].operating_points.size() == 1);
  CHECK(it.kinds[0].operating_points[0].name == "default");
  CHECK(it.kinds[0].operating_points[0].frequency == 1e9);
  CHECK(it.kinds[0].operating_points[0].active_power == 0);
  CHECK(it.routes.empty());
  CHECK(index_of_kind(it, "npu") == 1);
  CHECK(index_of_memory(it, "memory") == 0);
}

TEST_CASE("names must exist and differ") {
  CHECK(messages(kKinds + "\n\"accelerators\": [{\"name\": \"a\", \"kind\": \"gpuu\", \"memory\": \"hbm\"}]") ==
        lines({"p.json:4:58: /accelerators/0/memory: there is no memory \"hbm\"; there are: memory",
               "p.json:4:40: /accelerators/0/kind: there is no kind \"gpuu\"; did you mean \"gpu\"? there are: "
               "gpu, npu"}));
  CHECK(
      messages(kKinds + "\n\"accelerators\": [{\"name\": \"a\", \"kind\": \"npu\", \"operating_point\": \"fats\"}]") ==
      lines({"p.json:4:66: /accelerators/0/operating_point: there is no operating point \"fats\" of kind "
             "\"npu\"; did "
             "you mean \"fast\"? there are: fast, slow"}));
  CHECK(messages(kKinds + "\n\"accelerators\": [{\"name\": \"a0\", \"kind\": \"gpu\"},\n{\"name\": \"a\", "
                          "\"kind\": \"gpu\", \"count\": 3}]") ==
        lines({"p.json:5:10: /accelerators/1/name: \"a0\" is the name of another accelerator already; "
               "accelerators, "
               "memories and links must have different names"}));
  CHECK(messages(kKinds + "\n\"accelerators\": [{\"name\": \"memory\", \"kind\": \"gpu\"}, {\"name\": "
                          "\"base\", \"kind\": \"gpu\"}]") ==
        lines({"p.json:4:27: /accelerators/0/name: \"memory\" is the name of a memory already; accelerators, "
               "memories "
               "and links must have different names",
               "p.json:4:62: /accelerators/1/name: \"base\" is the name of the platform's base power already; "
               "accelerators, memories and links must have different names"}));
  CHECK(messages("\"kinds\": [{\"name\": \"k\", \"type\": \"cpu\", \"operating_points\": []}, {\"name\": "
                 "\"k\", \"type\": \"cpu\"}],\n"
                 "\"accelerators\": [{\"name\": \"a\", \"kind\": \"k\"}]") ==
        lines({"p.json:2:60: /kinds/0/operating_points: must have at least one point, or be left out",
               "p.json:2:74: /kinds/1/name: \"k\" is the name of another kind already; names must differ"}));
}

TEST_CASE("routes are made plain, the most specific one counts") {
  Problems problems;
  const std::string links = R"("links": [{"name": "pcie", "bandwidth": 1}, {"name": "noc", "bandwidth": "1 GB/s"}],)";
  PlatformSpec it = platform(kKinds + links + R"("routes": [{"from": "*", "to": "*", "links": ["pcie"]},
    {"from": "ddr", "to": "hbm", "links": ["noc", "pcie"], "symmetric": false}],)" +
                                 kTwoMemories,
                             problems);
  REQUIRE(problems.empty());
  const auto links_of = [&](std::size_t from, std::size_t to) {
    Strings names;
    for (const LinkId link : it.route_table.links(id_of<MemoryId>(from), id_of<MemoryId>(to)))
      names.push_back(it.links[index_of(link)].name);
    return names;
  };
  CHECK(links_of(0, 1) == Strings{"pcie"});
  CHECK(links_of(1, 0) == Strings{"noc", "pcie"});
  CHECK_FALSE(it.route_table.has(MemoryId{0}, MemoryId{0}));
  it =
      platform(kKinds + links + R"("routes": [{"from": "ddr", "to": "hbm", "links": ["noc", "pcie"]}],)" + kTwoMemories,
               problems);
  REQUIRE(problems.empty());
  CHECK(links_of(0, 1) == Strings{"pcie", "noc"});
}

TEST_CASE("missing, doubled and empty routes are told") {
  const std::string link = R"("links": [{"name": "pcie", "bandwidth": 1}],)";
  CHECK(messages(kKinds + kTwoMemories) == lines({"p.json:1:1: /routes: there is no route hbm -> ddr, ddr -> "
                                                  "hbm; accelerators use these memories, so give "
                                                  "routes between them"}));
  CHECK(messages(kKinds + link +
                 "\n\"routes\": [{\"from\": \"hbm\", \"to\": \"ddr\", \"links\": [\"pci\"]},\n"
                 "{\"from\": \"hbm\", \"to\": \"ddr\", \"links\": [\"pcie\"]}, {\"from\": \"ddr\", \"to\": "
                 "\"dr\", \"links\": [\"pcie\"]}]," +
                 kTwoMemories) ==
        lines({"p.json:4:51: /routes/0/links/0: there is no link \"pci\"; did you mean \"pcie\"? there are: pcie",
               "p.json:5:1: /routes/1: there is another route hbm -> ddr already",
               "p.json:5:72: /routes/2/to: there is no memory \"dr\"; did you mean \"ddr\"? there are: hbm, ddr, "
               "spare"}));
  CHECK(messages(kKinds + "\n\"routes\": [{\"from\": \"*\", \"to\": \"*\", \"links\": [\"x\"]}]," + kTwoMemories) ==
        lines({"p.json:4:46: /routes/0/links: the platform has no links; describe them in /links"}));
  CHECK(messages(kKinds + link +
                 "\n\"routes\": [{\"from\": \"*\", \"to\": \"*\", \"links\": [\"pcie\"]}, "
                 "{\"from\": \"ddr\", \"to\": \"ddr\", \"links\": [\"pcie\"]}]," +
                 kTwoMemories) ==
        lines({"p.json:4:57: /routes/1: leads from \"ddr\" to itself, which needs no route"}));
}

TEST_CASE("a platform that is no platform gives problems and nothing worse") {
  for (const char* text :
       {"[]", "3", "{}", "{\"kinds\": 3, \"accelerators\": {}}", "{\"kinds\": [3], \"accelerators\": [[]]}",
        "{\"kinds\": [{\"operating_points\": 1}], \"accelerators\": [{\"kind\": \"\", \"count\": 0}]}",
        "{\"routes\": [1], \"memories\": [null], \"links\": \"x\"}"}) {
    CAPTURE(text);
    Problems problems;
    const Document document = Document::from_text(text, "p.json", "", problems);
    hetsched::read_platform(document.root(), problems);
    CHECK_FALSE(problems.empty());
  }
}
