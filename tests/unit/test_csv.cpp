#include <doctest/doctest.h>

#include <chrono>

#include "base/fields.hpp"
#include "model/network.hpp"
#include "record/records.hpp"
#include "support/problem_text.hpp"

namespace hetsched {

struct CellRow {
  RequestStatus status = RequestStatus::finished;
  bool good = false;
  std::uint32_t count = 0;
  std::optional<std::int64_t> shift;
};
template <>
inline constexpr auto fields<CellRow> = std::tuple{
    field("status", &CellRow::status, "", {}),
    field("good", &CellRow::good, "", {}),
    field("count", &CellRow::count, "", {.max = 100}),
    field("shift", &CellRow::shift, "", {.min = -5}),
};

}  // namespace hetsched

namespace {

using hetsched::Problems;
using hetsched::ProfileRow;

std::vector<ProfileRow> parse(std::string_view text, Problems& problems, std::vector<std::uint32_t>* lines = nullptr) {
  return hetsched::parse_csv<ProfileRow>(text, "p.csv", problems, lines);
}

std::string message(std::string_view text) {
  Problems problems;
  parse(text, problems);
  REQUIRE(problems.size() == 1);
  return to_string(problems.all().front());
}

const std::string kColumns =
    "layer, variant, kind, point, cycles, time[_s|_ms|_us|_ns], energy[_j|_mj|_uj|_nj|_pj], power[_w|_mw], "
    "bytes, bus_factor, occupancy, weight";

}  // namespace

TEST_CASE("rows are written with quotes where needed and the shortest numbers") {
  hetsched::TransferRecord row;
  row.request = 18446744073709551615u;
  row.producer = "a,\"b\"\n";
  row.start = 0.1;
  row.end = 1e-9;
  std::string out;
  hetsched::append_csv_row(out, row);
  CHECK(out == "18446744073709551615,\"a,\"\"b\"\"\n\",,,,0.1,1e-09,0,0\n");
  CHECK(hetsched::csv_header<hetsched::TransferRecord>() ==
        "request,producer,consumer,from,to,start_at_s,end_at_s,bytes,energy_j\n");
  hetsched::RequestRecord request;
  request.status = hetsched::RequestStatus::late;
  out.clear();
  hetsched::append_csv_row(out, request);
  CHECK(out.find(",late,,,,") != std::string::npos);
}

TEST_CASE("no text is a formula to a spreadsheet, and all come back as they were") {
  const auto written = [](std::string_view text) {
    std::string out;
    hetsched::detail::append_csv_text(out, text);
    return out;
  };
  CHECK(written("=1+1") == "'=1+1");
  CHECK(written("+cmd") == "'+cmd");
  CHECK(written("-x") == "'-x");
  CHECK(written("@sum") == "'@sum");
  CHECK(written("=a,\"b\"") == "\"'=a,\"\"b\"\"\"");
  CHECK(written("\t=1") == "\"'\t=1\"");
  CHECK(written("\r=1") == "\"'\r=1\"");
  CHECK(written("'=1+1") == "''=1+1");
  for (const std::string_view as_it_is :
       {"-1", "+2.5", "-1e9", "'-1", "x=1", "-", "=", "'@", "'x", "'", "''", "", "a-b"})
    CHECK(written(as_it_is) == as_it_is);
  for (const std::string text : {"=1+1", "+cmd", "-x", "@", "\t=1", "\r=1", "'=1", "''=1", "'-1", "'", "=a,\"b\"\n",
                                 " =1", "x ", "'\t", "-", "-1", "''-", "'\"="}) {
    Problems problems;
    hetsched::ProfileRow row;
    row.layer = text;
    row.kind = "'" + text;
    std::string table = hetsched::csv_header<ProfileRow>();
    hetsched::append_csv_row(table, row);
    const auto rows = parse(table, problems);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].layer == text);
    CHECK(rows[0].kind == row.kind);
    CHECK(problems.empty());
  }
}

TEST_CASE("columns are found by name, in any order, with or without unit") {
  Problems problems;
  std::vector<std::uint32_t> lines;
  const auto rows = parse(
      "# a comment\r\n#another\r\n\r\nkind , time_ms,energy_uj,layer,bytes,power_mw,\r\n"
      "gpu,16,2.5,\"conv \"\"1\"\", x\",1e3,,\r\n\r\n npu , 0.1 , ,#2,,7,\r\nend,,,\"two\r\nlines\",,\r\n",
      problems, &lines);
  REQUIRE(problems.empty());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].layer == "conv \"1\", x");
  CHECK(rows[0].kind == "gpu");
  CHECK(rows[0].time == 0.016);
  CHECK(rows[0].energy == 2.5e-6);
  CHECK(rows[0].bytes == 1000);
  CHECK_FALSE(rows[0].power);
  CHECK(rows[1].kind == "npu");
  CHECK(rows[1].time == 0.1e-3);
  CHECK_FALSE(rows[1].energy);
  CHECK(rows[1].power == 0.007);
  CHECK(rows[2].layer == "two\r\nlines");
  CHECK(lines == std::vector<std::uint32_t>{5, 7, 8});
  CHECK(parse("layer,kind,time\na,b,2.5", problems).at(0).time == 2.5);
}

TEST_CASE("what is wrong with a table is told by line and column") {
  CHECK(message("layer,knd,kind\n") ==
        "p.csv:1: knd: is no column of this table; did you mean \"kind\"? columns: " + kColumns);
  CHECK(message("layer,kind,time_mw\n") == "p.csv:1: time_mw: is no column of this table; columns: " + kColumns);
  CHECK(message("layer,time\n") == "p.csv:1: kind: this column is missing; columns: " + kColumns);
  CHECK(message("layer,kind,time_s,time_ms\n") == "p.csv:1: time_ms: is given by two columns; delete one of them");
  CHECK(message("# only a comment\n").ends_with("has no header line; columns: " + kColumns));
  CHECK(message("layer,kind,time\na,b,x\n") == "p.csv:2: time: must be a number; found \"x\"");
  CHECK(message("layer,kind,time\na,b,nan\n") == "p.csv:2: time: must be a number; found \"nan\"");
  CHECK(message("layer,kind,time_ms\na,b,-1\n") == "p.csv:2: time: must be at least 0; found -1");
  CHECK(message("layer,kind,time\na,,1\n") == "p.csv:2: kind: must not be empty");
  CHECK(message("layer,kind,time\na\n") == "p.csv:2: kind: must not be empty");
  CHECK(message("layer,kind,time\na,b,1,7\n") == "p.csv:2: cell 4 (\"7\") has no column in the header");
  CHECK(message("kind,layer\na,\"b\n") == "p.csv:2: a quoted cell has no closing quote");
  CHECK(message("layer,kind,time\n\"a\"x,b,1\n") == "p.csv:2: there is text after a closing quote: \"x\"");
  Problems problems;
  hetsched::read_csv<ProfileRow>("no/such.csv", problems);
  CHECK(to_string(problems.all().at(0)) == "no/such.csv: there is no such file");
}

TEST_CASE("cells may be words, truth values and whole numbers") {
  Problems problems;
  const auto rows =
      hetsched::parse_csv<hetsched::CellRow>("shift,status,good,count\n-5,late,true,100\n,,,\n,,\n", "c.csv", problems);
  CHECK(problems.empty());
  REQUIRE(rows.size() == 3);  // lines of nothing but commas are rows, too few cells are empty ones
  CHECK(rows[0].status == hetsched::RequestStatus::late);
  CHECK(rows[0].good);
  CHECK(rows[0].count == 100);
  CHECK(rows[0].shift == -5);
  CHECK_FALSE(rows[1].shift);
  hetsched::parse_csv<hetsched::CellRow>("shift,status,good,count\n-6,lat,yes,101\n1.5,,,-1\n,,,4294967296\n", "c.csv",
                                         problems);
  CHECK(hetsched::test::text_of(problems) ==
        hetsched::test::lines({"c.csv:2: shift: must be at least -5; found -6",
                               "c.csv:2: status: must be one of finished, late, dropped, unfinished; found "
                               "\"lat\"; did you mean \"late\"?",
                               "c.csv:2: good: must be true or false; found \"yes\"",
                               "c.csv:2: count: must be at most 100; found 101",
                               "c.csv:3: shift: must be a whole number; found \"1.5\"",
                               "c.csv:3: count: must be from 0 to 4294967295; found -1",
                               "c.csv:4: count: must be from 0 to 4294967295; found 4294967296"}));
}

TEST_CASE("a table of 30000 rows is read at once") {
  std::string text = "layer,kind,time_ms,energy_uj,bytes\n";
  for (int i = 0; i < 30000; ++i)
    text += "layer" + std::to_string(i) + ",gpu," + std::to_string(i * 0.01) + ",3.25,123456\n";
  Problems problems;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(parse(text, problems).size() == 30000);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));  // some 15 ms; slack for debug builds
  CHECK(problems.empty());
}
