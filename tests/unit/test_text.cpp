#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

using namespace std::string_literals;

TEST_CASE("the nearest name is found, a far one is not") {
  const hetsched::Strings names = {"bandwidth", "latency", "energy_per_byte"};
  CHECK(hetsched::nearest("latncy", names) == "latency");
  CHECK(hetsched::nearest("Latency", names) == "latency");
  CHECK(hetsched::nearest("bandwdith", names) == "bandwidth");
  CHECK_FALSE(hetsched::nearest("colour", names));
  CHECK_FALSE(hetsched::nearest("", names));
  CHECK(hetsched::nearest("ab", {"ac", "aa"}) == "ac");
  CHECK_FALSE(hetsched::nearest("x", {"y"}));
  CHECK(hetsched::did_you_mean("latncy", names) == "; did you mean \"latency\"?");
}

TEST_CASE("long lists and long texts are shortened") {
  CHECK(hetsched::listed({"a", "b", "c"}, 2) == "a, b, ... (3 in all)");
  CHECK(hetsched::listed({"a", "b"}, 2) == "a, b");
  CHECK(hetsched::in_quotes("a\nb") == "\"a b\"");
  CHECK(hetsched::shortened("aaa\u00e9b", 4) == "aaa...");
  CHECK(hetsched::with_article("accelerator") == "an accelerator");
}

TEST_CASE("numbers are as short as they can be and read back") {
  CHECK(hetsched::format_number(0.1) == "0.1");
  CHECK(hetsched::format_number(100000) == "100000");
  CHECK(hetsched::format_number(-0.0) == "0");
  CHECK(hetsched::format_number(1e-9) == "1e-09");
  CHECK(hetsched::format_number(1e300) == "1e+300");
  CHECK(std::stod(hetsched::format_number(1.0 / 3)) == 1.0 / 3);
  CHECK(hetsched::format_number(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("errors carry all their problems, one per line") {
  hetsched::Problems problems;
  CHECK_NOTHROW(problems.throw_if_any());
  problems.add("a.json:1:2", "/x", "is wrong");
  problems.add("", "", "is worse");
  CHECK_THROWS_WITH_AS(problems.throw_if_any(), "a.json:1:2: /x: is wrong\nis worse", hetsched::InputError);
  for (int i = 0; i < 60; ++i) problems.add("", "", "again");
  try {
    problems.throw_if_any();
  } catch (const hetsched::InputError& error) {
    CHECK(error.problems().size() == 62);
    CHECK(error.what() == doctest::Contains("... and 12 more problems"));
  }
  const hetsched::PolicyError error("greedy", 0.5, "start task 3 on gpu0", "gpu0 is busy");
  CHECK(error.what() == "policy greedy at 0.5 s: start task 3 on gpu0: gpu0 is busy"s);
  CHECK_THROWS_AS(HETSCHED_ASSERT(1 > 2, "order"), hetsched::InternalError);
}

TEST_CASE("files are written whole, read back and hashed") {
  const auto folder = std::filesystem::temp_directory_path() / "hetsched_test_files";
  std::filesystem::remove_all(folder);
  const auto path = folder / "deep" / "file";
  const std::string bytes = "a\0b\r\n"s;
  hetsched::write_file(path, bytes);
  hetsched::Problems problems;
  CHECK(hetsched::read_file(path, problems) == bytes);
  CHECK(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}) == 1);
  CHECK(problems.empty());
  CHECK_FALSE(hetsched::read_file(folder, problems));
  CHECK_FALSE(hetsched::read_file(folder / "none", problems));
  CHECK(problems.all().at(0).what == "is a directory; give a file");
  CHECK(problems.all().at(1).what == "there is no such file");
  CHECK_THROWS_AS(hetsched::write_file(path / "below_a_file", "x"), hetsched::InputError);
  CHECK(hetsched::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::filesystem::remove_all(folder);
}

TEST_CASE("control characters are shown, lines and tabs stay") {
  CHECK(hetsched::visible("a\tb\n\xc3\xa4") == "a\tb\n\xc3\xa4");
  CHECK(hetsched::visible(std::string_view("\x1b[2J\0\x7f\r", 7)) == "\\x1b[2J\\x00\\x7f\\x0d");
}
