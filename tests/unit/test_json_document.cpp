#include <doctest/doctest.h>

#include "base/files.hpp"
#include "base/json_document.hpp"

using hetsched::Document;
using hetsched::Problems;

namespace {

Document parse(std::string_view text, Problems& problems) {
  return Document::from_text(std::string(text), "a.json", "dir", problems);
}

/// The one problem of a text that cannot be parsed.
std::string refusal(std::string_view text) {
  Problems problems;
  CHECK_FALSE(parse(text, problems).parsed());
  REQUIRE(problems.size() == 1);
  return to_string(problems.all().front());
}

}  // namespace

TEST_CASE("every value and key knows its line and column") {
  Problems problems;
  const Document document =
      parse("// comment\n{ \"a\": /* \" */ [1,\n   {\"b/c\": true}],\n\t\"\u00e9\": \"x\", \"d\": 1.5}", problems);
  REQUIRE(problems.empty());
  const auto root = document.root();
  CHECK(root.where() == "a.json:2:1");
  CHECK(root.child("a").where() == "a.json:2:16");
  CHECK(root.child("a").child(0).where() == "a.json:2:17");
  CHECK(root.child("a").child(1).where() == "a.json:3:4");
  CHECK(root.child("a").child(1).child("b/c").where() == "a.json:3:12");
  CHECK(root.child("a").child(1).child("b/c").pointer() == "/a/1/b~1c");
  CHECK(root.child("\u00e9").where() == "a.json:4:7");
  CHECK(to_string(root.child("d").key_problem("k")) == "a.json:4:12: /d: k");
  CHECK(to_string(root.child("d").problem("v")) == "a.json:4:17: /d: v");
  CHECK(root.child("d").folder() == "dir");
  CHECK(root.child("a").child(7).child("x").value().is_null());
  CHECK(root.child("a").child(7).child("x").where() == "a.json:2:16");
}

TEST_CASE("bad texts are refused with a position") {
  CHECK(refusal("{\"a\": 1,\n  \"b\": }") ==
        "a.json:2:8: syntax error while parsing value - unexpected '}'; expected '[', '{', or a literal");
  CHECK(refusal("{\"a\": 1e999}") == "a.json:1:7: number overflow parsing '1e999'");
  CHECK(refusal("{\"a\": \"\xff\"}") ==
        "a.json:1:8: syntax error while parsing value - invalid string: ill-formed UTF-8 byte");
  CHECK(refusal("") == "a.json: is empty; a JSON object is needed");
  CHECK(refusal(" \n") == "a.json: is empty; a JSON object is needed");
  CHECK(refusal("{} {}").starts_with("a.json:1:4: "));
  CHECK(refusal("{\"a\": [1, 2").starts_with("a.json:1:"));
  CHECK(refusal("{\"a\": NaN}").starts_with("a.json:1:7: "));
  CHECK(refusal(std::string(100000, '[')) == "a.json:1:201: is nested deeper than 200 levels");
  CHECK(refusal("/*").starts_with("a.json:1:"));
  Problems problems;
  CHECK(parse(std::string(200, '[') + std::string(200, ']'), problems).parsed());
  CHECK(parse("\xEF\xBB\xBF{\"a\": 1}", problems).root().child("a").where() == "a.json:1:7");
  CHECK(parse("[\"[[[[\\\"[\"]", problems).parsed());
  CHECK(problems.empty());
}

TEST_CASE("files that cannot be read are problems") {
  Problems problems;
  CHECK_FALSE(Document::from_file("no/such.json", problems).parsed());
  CHECK_FALSE(Document::from_file(".", problems).parsed());
  REQUIRE(problems.size() == 2);
  CHECK(to_string(problems.all()[0]) == "no/such.json: there is no such file");
  CHECK(to_string(problems.all()[1]) == ".: is a directory; give a file");
}

TEST_CASE("duplicate keys are reported") {
  Problems problems;
  parse("{\"a\": {\"x\": 1},\n \"a\": 2, \"\\u0061\": 3}", problems);
  REQUIRE(problems.size() == 2);
  CHECK(to_string(problems.all()[0]) ==
        "a.json:2:2: /a: is here a second time; first at line 1, column 2; delete one of them");
  CHECK(problems.all()[1].where == "a.json:2:10");
}

TEST_CASE("a value that is set says so, and keeps the folder") {
  Problems problems;
  Document document =
      parse("{\"list\": [{\"name\": \"x\", \"v\": 1}, {\"name\": \"y\", \"v\": {\"deep\": 2}}], \"n\": 3}", problems);
  document.set("list/y/v", 5, "--set list/y/v=5", problems);
  document.set("/list/0/v", 6, "--set list/0/v=6", problems);
  document.set("new/inside", "z", "--set new/inside=z", problems);
  REQUIRE(problems.empty());
  CHECK(document.value().dump() == R"({"list":[{"name":"x","v":6},{"name":"y","v":5}],"n":3,"new":{"inside":"z"}})");
  CHECK(document.at("list/1/v").where() == "--set list/y/v=5");
  CHECK(document.at("list/y/v").pointer() == "/list/1/v");
  CHECK(document.at("list/1/v/deep").where() == "--set list/y/v=5");
  CHECK(document.at("new/inside").where() == "--set new/inside=z");
  CHECK(document.at("new/inside").folder() == "dir");
  CHECK(document.at("list/1/name").where() == "a.json:1:43");

  document.set("list/z/v", 1, "--set list/z/v=1", problems);
  document.set("n/x", 1, "--set n/x=1", problems);
  REQUIRE(problems.size() == 2);
  CHECK(to_string(problems.all()[0]) == "--set list/z/v=1: /list/z: is no element of the list; elements: x, y");
  CHECK(to_string(problems.all()[1]) == "--set n/x=1: /n: is 3, which has nothing inside that could be set");
}

TEST_CASE("a grafted document keeps its positions and folder") {
  Problems problems;
  Document document = parse("{\"platform\": \"p/duo.json\", \"platforms\": 1}", problems);
  const Document other = Document::from_text("{\n\"links\": [1]}", "p/duo.json", "p", problems);
  document.graft("platform", other);
  const auto link = document.root().child("platform").child("links").child(0);
  CHECK(link.where() == "p/duo.json:2:11");
  CHECK(link.pointer() == "/platform/links/0");
  CHECK(link.resolve("x.csv") == "p/x.csv");
  CHECK(link.resolve("/x.csv") == "/x.csv");
  CHECK(document.root().child("platforms").where() == "a.json:1:41");
  document.set("platform/links/0", 2, "--set links", problems);
  CHECK(document.at("platform/links/0").where() == "--set links");
  CHECK(document.at("platform/links/0").folder() == "p");
  CHECK(Document::from_value(3, "default", "here").root().where() == "default");
}
