#include <doctest/doctest.h>

#include "base/files.hpp"
#include "model/network.hpp"
#include "support/problem_text.hpp"

namespace {

using hetsched::Document;
using hetsched::Network;
using hetsched::Problems;
using hetsched::Strings;
using hetsched::test::lines;
using hetsched::test::text_of;

const std::filesystem::path kFolder = std::filesystem::temp_directory_path() / "hetsched_test_network";

Network network(const std::string& rest, Problems& problems) {
  const Document document =
      Document::from_text("{\"format\": 1, \"name\": \"n\",\n" + rest + "}", "n.json", kFolder, problems);
  return hetsched::read_network(document.root(), problems);
}

std::string messages(const std::string& rest) {
  Problems problems;
  network(rest, problems);
  return text_of(problems);
}

Strings layer_names(const Network& network) {
  Strings names;
  for (const auto& layer : network.layers) names.push_back(layer.name);
  return names;
}

}  // namespace

TEST_CASE("work and sizes follow from dimensions") {
  const hetsched::Dims dims{.n = 2, .k = 64, .c = 3, .y = 225, .x = 224, .r = 7, .s = 5, .stride = 2};
  CHECK(hetsched::macs_of(dims, "conv2d") == 2.0 * 64 * 3 * 7 * 5 * 113 * 112);
  CHECK(hetsched::macs_of(dims, "depthwise_conv2d") == 2.0 * 3 * 7 * 5 * 113 * 112);
  Problems problems;
  const std::string dims_json = R"("dims": {"n": 2, "k": 64, "c": 3, "y": 225, "x": 224, "r": 7, "s": 5, "stride": 2})";
  const Network it = network("\"bytes_per_element\": 2, \"layers\": [{\"name\": \"a\", \"op\": \"conv2d\", " +
                                 dims_json + "}, {\"name\": \"b\", \"op\": \"depthwise_conv2d\", " + dims_json +
                                 "}, {\"name\": \"c\", \"op\": \"add\", " + dims_json +
                                 "}, {\"name\": \"d\"}, {\"name\": \"e\", \"macs\": 5, \"output_bytes\": \"1 "
                                 "KiB\", \"weight_bytes\": 0, " +
                                 dims_json + "}]",
                             problems);
  REQUIRE(problems.empty());
  CHECK(it.layers[0].macs == 2.0 * 64 * 3 * 7 * 5 * 113 * 112);
  CHECK(it.layers[0].output_bytes == 2.0 * 2 * 64 * 113 * 112);
  CHECK(it.layers[0].weight_bytes == 2.0 * 64 * 3 * 7 * 5);
  CHECK(it.layers[1].output_bytes == 2.0 * 2 * 3 * 113 * 112);
  CHECK(it.layers[1].weight_bytes == 2.0 * 3 * 7 * 5);
  CHECK(it.layers[2].weight_bytes == 0);
  CHECK(it.layers[2].output_bytes == 2.0 * 2 * 3 * 113 * 112);
  CHECK_FALSE(it.layers[3].macs);
  CHECK(it.layers[3].output_bytes == 0);
  CHECK(it.layers[4].macs == 5);
  CHECK(it.layers[4].output_bytes == 1024);
  CHECK(it.layers[4].weight_bytes == 0);
}

TEST_CASE("layers read from the one before, and are put in order") {
  Problems problems;
  Network it = network(R"("layers": [{"name": "a"}, {"name": "b"}, {"name": "c", "inputs": []},
    {"name": "d", "inputs": ["b", {"from": "c", "bytes": 7}]}])",
                       problems);
  REQUIRE(problems.empty());
  CHECK(layer_names(it) == Strings{"a", "b", "c", "d"});
  CHECK(it.layers[0].inputs->empty());
  CHECK(it.layers[1].inputs->at(0).from == "a");
  CHECK(it.layers[2].inputs->empty());
  CHECK(it.layers[3].inputs->at(1).bytes == 7);
  it = network(R"("layers": [{"name": "a", "inputs": ["c"]}, {"name": "b"}, {"name": "c", "inputs": []}])", problems);
  REQUIRE(problems.empty());
  CHECK(layer_names(it) == Strings{"c", "a", "b"});
}

TEST_CASE("cycles, unknown and doubled names are told") {
  CHECK(messages("\"layers\": [{\"name\": \"a\", \"inputs\": [\"c\"]}, {\"name\": \"b\"}, {\"name\": \"c\"}]") ==
        lines({"n.json:2:36: /layers/0/inputs: layers depend on each other in a cycle: a -> c -> b -> a "
               "(each reads from the next)"}));
  CHECK(messages("\"layers\": [{\"name\": \"a\", \"inputs\": [\"a\"]}]") ==
        lines({"n.json:2:36: /layers/0/inputs: layers depend on each other in a cycle: a -> a (each reads "
               "from the next)"}));
  CHECK(messages("\"layers\": [{\"name\": \"conv1\"}, {\"name\": \"conv1\"}, {\"name\": \"b\", \"inputs\": "
                 "[\"conv2\"]}]") ==
        lines({
            "n.json:2:40: /layers/1/name: \"conv1\" is the name of another layer already; names must differ",
            "n.json:2:75: /layers/2/inputs/0: there is no layer \"conv2\"; did you mean \"conv1\"? there "
            "are: conv1, b",
        }));
  CHECK(messages("\"layers\": [{\"name\": \"*\"}, {\"name\": \"b\", \"inputs\": [\"*\", \"*\"]}]") ==
        lines({"n.json:2:57: /layers/1/inputs/1: \"*\" is an input of this layer already; name it once",
               "n.json:2:21: /layers/0/name: \"*\" stands for the whole model; give another name"}));
}

TEST_CASE("groups have layers of their own and do not wait for themselves") {
  const std::string layers = R"("layers": [{"name": "a"}, {"name": "b"}, {"name": "c"}],)";
  Problems problems;
  network(layers + R"("groups": [{"name": "g", "layers": ["a", "b"]}])", problems);
  CHECK(problems.empty());
  CHECK(messages(layers + "\n\"groups\": [{\"name\": \"a\", \"layers\": [\"a\", \"d\"]}, {\"name\": \"h\", "
                          "\"layers\": [\"a\"]}]") ==
        lines({"n.json:3:21: /groups/0/name: \"a\" is the name of a layer already; names must differ",
               "n.json:3:42: /groups/0/layers/1: there is no layer \"d\"; there are: a, b, c",
               "n.json:3:74: /groups/1/layers/0: layer \"a\" is in group \"a\" already; groups must not "
               "overlap"}));
  CHECK(messages(layers + "\n\"groups\": [{\"name\": \"g\", \"layers\": [\"a\", \"c\"]}]") ==
        lines({"n.json:3:11: /groups: no group can run as one task here, as they wait for each other: b -> g "
               "-> b (each "
               "reads from the next)"}));
}

TEST_CASE("variants and accuracy are checked") {
  const std::string layers = R"("variants": [{"name": "tiny"}],
"layers": [{"name": "a", "variants": [{"name": "v", "accuracy_loss": 0.1}, {"name": "w"}]}, {"name": "b"}],)";
  Problems problems;
  const Network it = network(
      layers +
          R"("accuracy": {"combinations": [{"variants": ["a:v"], "loss": 0.1}, {"variants": ["*:tiny"], "loss": 1}]})",
      problems);
  CHECK(problems.empty());
  CHECK(it.accuracy.combinations.at(0).variants == Strings{"a:v"});
  CHECK(messages(layers + "\n\"accuracy\": {\"combinations\": [{\"variants\": [\"a:x\", \"b:v\", \"q:v\", "
                          "\"v\", \"a:w\"], \"loss\": 0}]}") ==
        lines({"n.json:4:45: /accuracy/combinations/0/variants/0: there is no variant \"x\" of layer \"a\"; "
               "there are: v, w",
               "n.json:4:52: /accuracy/combinations/0/variants/1: \"b\" has no variants, so none \"v\"",
               "n.json:4:59: /accuracy/combinations/0/variants/2: there is no layer \"q\"; there are: a, b",
               "n.json:4:66: /accuracy/combinations/0/variants/3: must be LAYER:VARIANT; found \"v\"",
               "n.json:4:71: /accuracy/combinations/0/variants/4: gives layer \"a\" a second variant"}));
  CHECK(messages(layers + "\n\"accuracy\": {\"combinations\": [{\"variants\": [\"a:v\"], \"loss\": 0}, "
                          "{\"variants\": [\"a:v\"], \"loss\": 0}]}") ==
        lines({"n.json:4:65: /accuracy/combinations/1: this set of variants is listed already"}));
  std::string many = "\"layers\": [{\"name\": \"a\", \"variants\": [";
  for (int i = 0; i < 65; ++i) many += (i ? "," : "") + std::string("{\"name\": \"v") + std::to_string(i) + "\"}";
  CHECK(messages(many + "]}]") == lines({"n.json:1:1: has 65 variants in all; at most 64 are possible"}));
}

TEST_CASE("costs come from the file and from beside the file") {
  const std::string layers = R"("layers": [{"name": "a", "variants": [{"name": "v"}]}, {"name": "b"}],
"groups": [{"name": "g", "layers": ["a", "b"]}], "variants": [{"name": "tiny"}],)";
  hetsched::write_file(kFolder / "good.csv",
                       "layer,variant,kind,time_ms,energy_uj\na,v,gpu,1.5,2\n*,tiny,gpu,3,\ng,,gpu,2,\na,,npu,,\n");
  hetsched::write_file(kFolder / "bad.csv",
                       "layer,variant,kind,time,cycles,energy,power\na,v,gpu,1,,,\nq,,gpu,1,,,\nb,x,gpu,1,,1,1\n"
                       "a,v,gpu,2,,,\ng,v,gpu,1,1,,\n*,small,gpu,1,,,\n");
  const std::string costs =
      "\n\"costs\": [{\"layer\": \"b\", \"kind\": \"gpu\", \"cycles\": 10, \"power\": 2, \"bytes\": 5}]";
  Problems problems;
  Network it = network(layers + "\"profile\": \"bad_name.csv\"", problems);
  CHECK(to_string(problems.all().at(0)) ==
        "n.json:3:92: /profile: there is no profile file \"" + (kFolder / "bad_name.csv").string() + "\"");

  Problems some;
  it = network(layers + "\"profile\": \"good.csv\"," + costs, some);
  REQUIRE(it.costs.size() == 5);
  CHECK(it.costs[0].cycles == 10);
  CHECK(it.costs[1].time == 0.0015);
  CHECK(it.costs[1].energy == 2e-6);
  REQUIRE(some.size() == 1);
  CHECK(to_string(some.all()[0]) == (kFolder / "good.csv").string() + ":5: gives neither cycles nor time; give one");

  const std::string path = (kFolder / "bad.csv").string();
  CHECK(messages(layers + "\"profile\": \"bad.csv\"") ==
        lines({path + ":3: there is no layer \"q\"; there are: a, b (and groups), or * for the whole model",
               path + ":4: gives both energy and power; give one of them",
               path + ":4: \"b\" has no variants, so none \"x\"",
               path + ":5: has the same layer, variant, kind and point as the row at " + path + ":2",
               path + ":6: gives both cycles and time; give one of them",
               path + ":6: \"g\" has no variants, so none \"v\"",
               path + ":7: there is no variant \"small\" of the model; there are: tiny"}));
  CHECK(messages(layers + "\n\"costs\": [{\"layer\": \"b\", \"kind\": \"gpu\"}]") ==
        lines({"n.json:4:11: /costs/0: gives neither cycles nor time; give one"}));
  std::filesystem::remove_all(kFolder);
}
