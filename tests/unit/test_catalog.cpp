#include <doctest/doctest.h>

#include "policy/catalog.hpp"

using namespace hetsched;

namespace {

struct Tunable : Policy {
  explicit Tunable(Params& p)
      : quantum(p.number("quantum", {.fallback = 0.5, .min = 0, .max = 2, .doc = "time of a turn"})),
        depth(p.number("depth", {.fallback = 3, .min = 1, .integer = true, .doc = "look-ahead"})),
        eager(p.flag("eager", true, "start at once")),
        order(p.choice("order", {.fallback = "time", .of = {"time", "name"}, .doc = "of the queue"})),
        seed(p.seed()) {}
  void decide(const SystemView&, Decisions&) override {}
  double quantum, depth;
  bool eager;
  std::string order;
  std::uint64_t seed;
};

struct Measured : Policy {
  explicit Measured(Params& p)
      : delay(p.number("delay", {.fallback = 1, .min = 0.005, .doc = "of a turn", .unit = "s"})),
        cap(p.number("cap", {.min = 0, .doc = "most power", .unit = "W", .required = true})),
        distance(p.number("distance", {.fallback = 3, .doc = "of a jump", .unit = "parsec"})) {}
  void decide(const SystemView&, Decisions&) override {}
  double delay, cap, distance;
};

struct Plain : Policy {
  explicit Plain(Params&) {}
  void decide(const SystemView&, Decisions&) override {}
};

struct Broken : Policy {
  explicit Broken(Params&) { throw std::runtime_error("no tables"); }
  void decide(const SystemView&, Decisions&) override {}
};

const PolicyEntry kEntries[] = {
    policy<Tunable>("tunable", "has parameters", "here"), policy<Measured>("measured", "has units", "here"),
    policy<Plain>("plain", "has none", "here"), policy<Broken>("broken", "cannot be made", "here")};

PolicyChoice choice(const std::string& text) {
  Problems problems;
  const Document document = Document::from_text(text, "exp.json", "", problems);
  PolicyChoice result = read<PolicyChoice>(document.root(), problems);
  REQUIRE(problems.empty());
  return result;
}

Strings texts(const Problems& problems) {
  Strings lines;
  for (const Problem& problem : problems.all()) lines.push_back(to_string(problem));
  return lines;
}

}  // namespace

TEST_CASE("policies are listed by name and found by it") {
  const Catalog catalog(kEntries);
  CHECK(catalog.names() == Strings{"broken", "measured", "plain", "tunable"});
  REQUIRE(catalog.find("plain"));
  CHECK(catalog.find("plain")->summary == "has none");
  CHECK(catalog.find("plan") == nullptr);
  CHECK_THROWS_WITH_AS((void)catalog.get("plan"),
                       "\"plan\" is no policy; did you mean \"plain\"? hetsched policies lists them; those of plugins "
                       "need --plugin FILE",
                       InputError);
}

TEST_CASE("a list with one name twice is our mistake") {
  const PolicyEntry twice[] = {kEntries[0], kEntries[1], kEntries[0]};
  CHECK_THROWS_AS(Catalog{twice}, InternalError);
}

TEST_CASE("declared parameters are those the constructor reads, in its order") {
  const auto declared = Catalog(kEntries).declared("tunable");
  REQUIRE(declared.size() == 4);
  CHECK(declared[0].name == "quantum");
  CHECK(declared[1].type == "integer");
  CHECK(declared[3].type == "time|name");
}

TEST_CASE("values reach the policy, others keep their defaults") {
  Problems problems;
  const Catalog catalog(kEntries);
  const auto policy_choice = choice(R"({"name": "tunable", "parameters": {"quantum": 1.5, "eager": false}})");
  const auto made = catalog.make(policy_choice, 7, problems);
  REQUIRE(problems.empty());
  const auto& tunable = dynamic_cast<const Tunable&>(*made);
  CHECK(tunable.quantum == 1.5);
  CHECK(tunable.depth == 3);
  CHECK_FALSE(tunable.eager);
  CHECK(tunable.order == "time");
  CHECK(catalog.effective(policy_choice)["parameters"].dump() ==
        R"({"quantum":1.5,"depth":3,"eager":false,"order":"time"})");
}

TEST_CASE("a number with a unit may be given with it, and is kept in SI") {
  Problems problems;
  const Catalog catalog(kEntries);
  const auto policy_choice = choice(R"({"name": "measured", "parameters": {"delay": "10 ms", "cap": 5}})");
  const auto made = catalog.make(policy_choice, 7, problems);
  REQUIRE(problems.empty());
  CHECK(dynamic_cast<const Measured&>(*made).delay == 0.01);
  CHECK(dynamic_cast<const Measured&>(*made).cap == 5);
  CHECK(catalog.effective(policy_choice)["parameters"].dump() == R"({"delay":0.01,"cap":5,"distance":3})");
}

TEST_CASE("a number with a unit is refused in another one, out of range, and without one where the policy has none") {
  const auto told = [](const std::string& parameters) {
    Problems problems;
    CHECK(Catalog(kEntries).make(choice(R"({"name": "measured", "parameters": {)" + parameters + "}}"), 1, problems) ==
          nullptr);
    REQUIRE(problems.size() == 1);
    return problems.all().front().what;
  };
  CHECK(told(R"("cap": 1, "delay": "3 W")") ==
        "must be a time such as \"16 ms\" (s, min, h, with prefixes p n u m), or a number of s; found \"3 W\"");
  CHECK(told(R"("cap": 1, "delay": "1 ms")") == "must be a number of at least 0.005; found \"1 ms\"");
  CHECK(told(R"("delay": 1)") == "must be given: most power");
  CHECK(told(R"("cap": 1, "distance": "1 pc")") ==
        "can only be a number: the policy declares it in \"parsec\", which hetsched does not know; found \"1 pc\"");
}

TEST_CASE("the seed of a policy depends on the run's seed and on the policy only") {
  CHECK(policy_seed(1, "a") == policy_seed(1, "a"));
  CHECK(policy_seed(1, "a") != policy_seed(2, "a"));
  CHECK(policy_seed(1, "a") != policy_seed(1, "b"));
  Problems problems;
  const auto made = Catalog(kEntries).make(choice("\"tunable\""), 7, problems);
  CHECK(dynamic_cast<const Tunable&>(*made).seed == policy_seed(7, "tunable"));
}

TEST_CASE("everything wrong with the parameters is told at once, with positions") {
  Problems problems;
  const auto made = Catalog(kEntries).make(
      choice("{\"name\": \"tunable\", \"parameters\": {\n\"quantun\": 1,\n\"quantum\": 3,\n\"depth\": 1.5,\n"
             "\"eager\": \"yes\",\n\"order\": [1]}}"),
      1, problems);
  CHECK(made == nullptr);
  CHECK(texts(problems) ==
        Strings{"exp.json:2:1: /parameters/quantun: is no parameter of policy tunable; did you mean \"quantum\"? "
                "parameters: quantum, depth, eager, order",
                "exp.json:6:10: /parameters/order: must be a number, true or false, or a text; found [1]",
                "exp.json:3:12: /parameters/quantum: must be a number of at least 0 and at most 2; found 3",
                "exp.json:4:10: /parameters/depth: must be an integer of at least 1; found 1.5",
                "exp.json:5:10: /parameters/eager: must be true or false; found \"yes\""});
}

TEST_CASE("a policy without parameters says so") {
  Problems problems;
  CHECK(Catalog(kEntries).make(choice(R"({"name": "plain", "parameters": {"x": 1}})"), 1, problems) == nullptr);
  CHECK(texts(problems) == Strings{"exp.json:1:34: /parameters/x: is no parameter of policy plain; parameters: none"});
}

TEST_CASE("a constructor that throws is the policy's fault") {
  Problems problems;
  CHECK_THROWS_AS((void)Catalog(kEntries).make(choice("\"broken\""), 1, problems), PolicyError);
}
