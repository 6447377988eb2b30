#include <doctest/doctest.h>

#include "base/fields.hpp"
#include "support/problem_text.hpp"

namespace hetsched {

enum class Colour { red, green };
template <>
inline constexpr auto enum_names<Colour> = std::array{"red", "green"};

struct WheelSpec {
  double radius = 0;
  std::string maker;
};
template <>
inline constexpr auto fields<WheelSpec> = std::tuple{
    field("radius", &WheelSpec::radius, "how large", {.unit = "mm2", .above = 0}),
    field("maker", &WheelSpec::maker, "by whom", {.required = true}),
};
template <>
inline constexpr std::string_view shorthand<WheelSpec> = "maker";

struct Petrol {
  double tank = 1;
};
template <>
inline constexpr auto fields<Petrol> = std::tuple{field("tank", &Petrol::tank, "litres", {})};
template <>
inline constexpr std::string_view tag<Petrol> = "petrol";

struct Electric {
  double range = 0;
};
template <>
inline constexpr auto fields<Electric> =
    std::tuple{field("range", &Electric::range, "reach", {.required = true, .unit = "s"})};
template <>
inline constexpr std::string_view tag<Electric> = "electric";

struct CarSpec {
  std::string name;
  Colour colour = Colour::red;
  std::variant<Petrol, Electric> drive;
  std::vector<WheelSpec> wheels;
  std::optional<double> power;
  std::vector<double> times;
  std::uint32_t seats = 4;
  std::int64_t shift = 0;
  std::uint64_t serial = 0;
  bool open = false;
  double share = 0.5;
  std::string size = "small";
  QuantityOrWord patience;
  JsonValue extra;
};
template <>
inline constexpr auto fields<CarSpec> = std::tuple{
    field("name", &CarSpec::name, "what it is called", {.required = true}),
    field("colour", &CarSpec::colour, "paint", {}),
    field("drive", &CarSpec::drive, "what moves it", {}),
    field("wheels", &CarSpec::wheels, "what it stands on", {}),
    field("power", &CarSpec::power, "at most", {.unit = "W"}),
    field("times", &CarSpec::times, "of laps", {.unit = "s"}),
    field("seats", &CarSpec::seats, "for people", {.min = 1, .max = 9}),
    field("shift", &CarSpec::shift, "any", {.min = -1e19}),
    field("serial", &CarSpec::serial, "any", {}),
    field("open", &CarSpec::open, "no roof", {}),
    field("share", &CarSpec::share, "a part", {.max = 1}),
    field("size", &CarSpec::size, "how big", {.words = {"small", "large"}}),
    field("patience", &CarSpec::patience, "how long", {.unit = "s", .above = 0, .words = {"none", "period"}}),
    field("extra", &CarSpec::extra, "anything", {.object = true}),
};

}  // namespace hetsched

namespace {

using hetsched::CarSpec;
using hetsched::Document;
using hetsched::Problems;

CarSpec car(std::string_view text, Problems& problems) {
  const Document document = Document::from_text(std::string(text), "car.json", "", problems);
  return hetsched::read<CarSpec>(document.root(), problems);
}

/// The one message that a field of a car with this content gives, after its position.
std::string message(const std::string& member) {
  Problems problems;
  car("{\"name\": \"x\",\n" + member + "}", problems);
  REQUIRE(problems.size() == 1);
  return to_string(problems.all().front());
}

}  // namespace

TEST_CASE("a struct is read with all its kinds of fields") {
  Problems problems;
  const CarSpec it = car(R"({"name": "x", "colour": "green", "drive": {"type": "electric", "range": "2 h"},
    "wheels": ["acme", {"radius": 2, "maker": "b"}], "power": "1.5 kW", "times": [1, "20 ms"], "seats": 2e0,
    "shift": -9000000000000000001, "serial": 18446744073709551615, "open": true, "share": 1, "size": "large",
    "patience": "3 ms", "extra": {"a": 1}})",
                         problems);
  CHECK(hetsched::test::text_of(problems) == "");
  CHECK(it.colour == hetsched::Colour::green);
  CHECK(std::get<hetsched::Electric>(it.drive).range == 7200);
  REQUIRE(it.wheels.size() == 2);
  CHECK(it.wheels[0].maker == "acme");
  CHECK(it.wheels[1].radius == 2);
  CHECK(it.power == 1500);
  CHECK(it.times == std::vector{1.0, 0.02});
  CHECK(it.seats == 2);
  CHECK(it.serial == UINT64_MAX);
  CHECK(it.open);
  CHECK(it.size == "large");
  CHECK(it.patience.value == 0.003);
  CHECK(it.extra.value.dump() == R"({"a":1})");
  CHECK(it.extra.node().child("a").where() == "car.json:4:40");
  CHECK(it.extra.node().child("a").pointer() == "/extra/a");
  CHECK(car(R"({"name": "x", "patience": "none"})", problems).patience.word == "none");
}

TEST_CASE("each mistake has a message with position, finding and way out") {
  CHECK(message(R"(  "colur": "red")") ==
        "car.json:2:3: /colur: is no field of a car; did you mean \"colour\"? fields: name, colour, drive, "
        "wheels, "
        "power, times, seats, shift, serial, open, share, size, patience, extra");
  CHECK(message(R"("wheels": [{"maker": "a", "xyzzy": 1}])") ==
        "car.json:2:27: /wheels/0/xyzzy: is no field of a wheel; fields: radius, maker");
  CHECK(message(R"("wheels": [{"radius": 1}])") == "car.json:2:12: /wheels/0: lacks the field \"maker\" (by whom)");
  CHECK(message(R"("wheels": [3])") == "car.json:2:12: /wheels/0: must be a text or an object; found 3");
  CHECK(message(R"("wheels": [""])") == "car.json:2:12: /wheels/0: must not be empty");
  CHECK(message(R"("wheels": {})") == "car.json:2:11: /wheels: must be a list; found {}");
  CHECK(message(R"("wheels": [{"maker": "a", "radius": 0}])") ==
        "car.json:2:37: /wheels/0/radius: must be greater than 0 mm2; found 0");
  CHECK(message(R"("colour": "gren")") ==
        "car.json:2:11: /colour: must be one of red, green; found \"gren\"; did you mean \"green\"?");
  CHECK(message(R"("colour": 1)") == "car.json:2:11: /colour: must be one of red, green; found 1");
  CHECK(message(R"("drive": {"type": "petral"})") ==
        "car.json:2:19: /drive/type: must be one of petrol, electric; found \"petral\"; did you mean "
        "\"petrol\"?");
  CHECK(message(R"("drive": {"range": 1})") ==
        "car.json:2:10: /drive: lacks the field \"type\"; it must be one of petrol, electric");
  CHECK(message(R"("drive": {"type": "petrol", "range": 1})") ==
        "car.json:2:29: /drive/range: is no field of a petrol; fields: type, tank");
  CHECK(message(R"("power": -3)") == "car.json:2:10: /power: must be at least 0 W; found -3");
  CHECK(message(R"("power": "3 kB")") ==
        "car.json:2:10: /power: must be a number of W, or a power such as \"10 W\"; \"3 kB\" has the unit "
        "\"kB\"; "
        "units: W, with prefixes p n u m k M G T P");
  CHECK(message(R"("power": null)") ==
        "car.json:2:10: /power: must be a number of W, or a power such as \"10 W\"; found null");
  CHECK(message(R"("share": "1")") == "car.json:2:10: /share: must be a number; found \"1\"");
  CHECK(message(R"("share": 1.25)") == "car.json:2:10: /share: must be at most 1; found 1.25");
  CHECK(message(R"("times": [1, "x"])") ==
        "car.json:2:14: /times/1: must be a number of s, or a time such as \"16 ms\"; \"x\" does not begin "
        "with a number");
  CHECK(message(R"("seats": 1.5)") == "car.json:2:10: /seats: must be a whole number; found 1.5");
  CHECK(message(R"("seats": 0)") == "car.json:2:10: /seats: must be at least 1; found 0");
  CHECK(message(R"("serial": -1)") == "car.json:2:11: /serial: must be at least 0; found -1");
  CHECK(message(R"("serial": 1e30)") == "car.json:2:11: /serial: must be a whole number below 2^53; found 1e+30");
  CHECK(message(R"("shift": 18446744073709551615)") ==
        "car.json:2:10: /shift: must be from -9223372036854775808 to 9223372036854775807; found "
        "18446744073709551615");
  CHECK(message(R"("open": 1)") == "car.json:2:9: /open: must be true or false; found 1");
  CHECK(message(R"("size": "big")") == "car.json:2:9: /size: must be one of small, large; found \"big\"");
  CHECK(message(R"("patience": "nome")") ==
        "car.json:2:13: /patience: must be a number of s, or a time such as \"16 ms\", or one of none, "
        "period; found "
        "\"nome\"; did you mean \"none\"?");
  CHECK(message(R"("patience": 0)") == "car.json:2:13: /patience: must be greater than 0 s; found 0");
  CHECK(message(R"("extra": [])") == "car.json:2:10: /extra: must be an object; found []");
}

TEST_CASE("all problems are told at once, and none about what could not be parsed") {
  Problems problems;
  car(R"({"seats": 0, "share": 2, "nme": 1})", problems);
  CHECK(problems.size() == 4);
  Problems syntax;
  car("{", syntax);
  CHECK(syntax.size() == 1);
}

TEST_CASE("what is written as JSON reads back the same") {
  Problems problems;
  const CarSpec it = car(R"({"name": "x", "drive": {"type": "electric", "range": 5}, "patience": "none"})", problems);
  const auto json = hetsched::to_json(it);
  CHECK(json.dump() ==
        R"({"name":"x","colour":"red","drive":{"type":"electric","range":5.0},"wheels":[],"times":[],"seats":4,)"
        R"("shift":0,"serial":0,"open":false,"share":0.5,"size":"small","patience":"none"})");
  CHECK(hetsched::to_json(car(json.dump(), problems)) == json);
  CHECK(problems.empty());
}

TEST_CASE("the schema says what the reader takes") {
  const auto schema = hetsched::json_schema<CarSpec>("car");
  CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
  CHECK(schema["title"] == "car");
  CHECK(schema["required"].dump() == R"(["name"])");
  CHECK(schema["additionalProperties"] == false);
  const auto& properties = schema["properties"];
  CHECK(properties["colour"].dump() == R"({"enum":["red","green"],"description":"paint"})");
  CHECK(properties["seats"].dump() == R"({"type":"integer","minimum":1.0,"maximum":9.0,"description":"for people"})");
  CHECK(properties["power"]["description"] == "at most [W]");
  CHECK(properties["power"]["anyOf"][0].dump() == R"({"type":"number","minimum":0.0})");
  CHECK(properties["wheels"]["items"]["anyOf"][0]["type"] == "string");
  CHECK(properties["wheels"]["items"]["anyOf"][1]["properties"]["radius"]["anyOf"][0]["exclusiveMinimum"] == 0);
  CHECK(properties["drive"]["oneOf"][1]["properties"]["type"]["const"] == "electric");
  CHECK(properties["patience"]["anyOf"][2].dump() == R"({"enum":["none","period"]})");
}
