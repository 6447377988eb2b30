#include <doctest/doctest.h>

#include "base/units.hpp"

namespace {

double si(const char* text, const char* unit) {
  const auto parsed = hetsched::parse_quantity(text, unit);
  INFO(text, ": ", parsed.problem);
  REQUIRE(parsed.value);
  return *parsed.value;
}

std::string problem(const char* text, const char* unit) { return hetsched::parse_quantity(text, unit).problem; }

}  // namespace

TEST_CASE("quantities are read to the nearest double") {
  CHECK(si("64 GB/s", "B/s") == 64e9);
  CHECK(si("10 Gb/s", "B/s") == 1.25e9);
  CHECK(si("1 Mbit/s", "B/s") == 125000);
  CHECK(si("1.2 GHz", "Hz") == 1.2e9);
  CHECK(si("66 MHz", "Hz") == 66e6);
  CHECK(si("60 /s", "Hz") == 60);
  CHECK(si("512 KiB", "B") == 524288);
  CHECK(si("3.5MiB", "B") == 3.5 * 1048576);
  CHECK(si("2 kB", "B") == 2000);
  CHECK(si("16 ms", "s") == 0.016);
  CHECK(si("0.1 us", "s") == 1e-7);
  CHECK(si("7 \u00b5s", "s") == 7e-6);
  CHECK(si("1.5e3 ns", "s") == 1.5e-6);
  CHECK(si("2 min", "s") == 120);
  CHECK(si("1 h", "s") == 3600);
  CHECK(si("3 mJ", "J") == 0.003);
  CHECK(si("10 W", "W") == 10);
  CHECK(si("1 MW", "W") == 1e6);
  CHECK(si("5 pJ/B", "J/B") == 5e-12);
  CHECK(si("5 pJ/bit", "J/B") == 40e-12);
  CHECK(si("12 TOPS", "op/s") == 12e12);
  CHECK(si("2 Gop/s", "op/s") == 2e9);
  CHECK(si("14 mm2", "mm2") == 14);
  CHECK(si("2 cm2", "mm2") == 200);
  CHECK(si("499 USD", "USD") == 499);
  CHECK(si("15 /ms", "1/s") == 15000);
  CHECK(si(" -3 W ", "W") == -3);
  CHECK(si("+.5 s", "s") == 0.5);
}

TEST_CASE("what is no quantity is explained") {
  CHECK(problem("64", "B/s") == "has no unit; units: B/s, bit/s, b/s, with prefixes k M G T P Ki Mi Gi Ti");
  CHECK(problem("fast", "B/s") == "does not begin with a number");
  CHECK(problem("3 kB", "W") == "has the unit \"kB\"; units: W, with prefixes p n u m k M G T P");
  CHECK(problem("3 Ms", "s") == "has the unit \"Ms\"; units: s, min, h, with prefixes p n u m");
  CHECK(problem("1e999 s", "s") == "is out of range");
  for (const char* text : {"", " ", "nan s", "inf s", "-inf s", "-nan s", "0x10 s", "1,5 s", "1 2 s", "- s", "."}) {
    CAPTURE(text);
    CHECK_FALSE(hetsched::parse_quantity(text, "s").value);
  }
}

TEST_CASE("decimals are scaled with one rounding") {
  CHECK(hetsched::parse_decimal("0.3", -3) == 0.0003);
  CHECK(hetsched::parse_decimal("12e2", -3) == 1.2);
  CHECK(hetsched::parse_decimal("1E+2", 1) == 1000);
  CHECK_FALSE(hetsched::parse_decimal("1e", -3));
  CHECK_FALSE(hetsched::parse_decimal("1x"));
  CHECK_FALSE(hetsched::parse_decimal("-inf"));
  CHECK(hetsched::csv_suffix_exponent("s", "ms") == -3);
  CHECK_FALSE(hetsched::csv_suffix_exponent("W", "ms"));
}
