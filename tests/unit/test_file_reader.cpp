#include <doctest/doctest.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "base/file_reader.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "record/output_file.hpp"
#include "support/problem_text.hpp"

namespace hetsched {

struct NotedRow {
  std::uint64_t key = 0;
  std::string note;
  double value = 0;
};
template <>
inline constexpr auto fields<NotedRow> = std::tuple{
    field("key", &NotedRow::key, "", {}),
    field("note", &NotedRow::note, "", {}),
    field("value", &NotedRow::value, "", {.max = 1e6}),
};

}  // namespace hetsched

using namespace hetsched;  // NOLINT: tests

namespace {

struct TemporaryDirectory {
  TemporaryDirectory()
      : path(std::filesystem::temp_directory_path() / ("hetsched_read_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

constexpr std::uint64_t kRows = 30000;

/// Keys 0, 0, 0, 1, 1, 1, ...; notes that are a trouble to read, or only long.
std::string table(bool trouble) {
  const std::string notes[] = {"plain", "a,b", "\"quoted\"", "two\nlines",         " blanks ",
                               "",      "\"",  "x\r\ny",     std::string(300, 'z')};
  std::string text = csv_header<NotedRow>();
  for (std::uint64_t i = 0; i < kRows; ++i)
    append_csv_row(text,
                   NotedRow{i / 3, trouble ? notes[i * i % std::size(notes)] : "n", 0.1 * static_cast<double>(i)});
  return text;
}

void store(const std::filesystem::path& path, const std::string& text, Compression compression) {
  OutputFile file(path, compression);
  for (std::size_t at = 0; at < text.size(); at += 1000) {
    file.buffer() += text.substr(at, 1000);
    file.appended();
  }
  file.commit();
}

bool same(const std::vector<NotedRow>& a, const std::vector<NotedRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const NotedRow& x, const NotedRow& y) {
    return x.key == y.key && x.note == y.note && x.value == y.value;
  });
}

}  // namespace

TEST_CASE("a file read piecewise, compressed or not, has the rows of its text") {
  TemporaryDirectory dir;
  const std::string text = table(true);
  Problems problems;
  std::vector<std::uint32_t> lines, lines_of_file;
  const auto expected = parse_csv<NotedRow>(text, "t.csv", problems, &lines);
  REQUIRE(expected.size() == kRows);
  for (const Compression compression : {Compression::none, Compression::zstd}) {
    store(dir.path / "t.csv", text, compression);
    const std::string name = "t.csv" + std::string(suffix_of(compression));
    lines_of_file.clear();
    CHECK(same(read_csv<NotedRow>(dir.path / name, problems, &lines_of_file), expected));
    CHECK(lines_of_file == lines);
  }
  CHECK(test::text_of(problems) == "");
  CHECK(std::filesystem::file_size(dir.path / "t.csv.zst") * 3 < text.size());
}

TEST_CASE("rows are skipped up to some that lie before those that are looked for, and stay numbered") {
  TemporaryDirectory dir;
  const std::string text = table(false);
  write_file(dir.path / "t.csv", text);
  for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{1}, kRows / 7, kRows / 3 - 1, kRows}) {
    CAPTURE(key);
    Problems problems;
    CsvRows<NotedRow> rows(dir.path / "t.csv", problems);
    rows.skip_to([&](const NotedRow& row) { return row.key >= key; });
    NotedRow row;
    std::uint64_t looked_at = 0, found = 0;
    while (rows.next(row)) {
      CHECK_MESSAGE((row.key < key || found > 0 || rows.number() == 3 * key), rows.number());
      if (row.key >= key) ++found;
      if (found == 0) ++looked_at;
    }
    CHECK(looked_at < 64 * 1024 / 6 + 1);
    CHECK(found == (key < kRows / 3 ? kRows - 3 * key : 0));
    CHECK(problems.empty());
  }
}

TEST_CASE("problems behind rows that were skipped are told with their lines") {
  TemporaryDirectory dir;
  std::string text = table(false);
  text += "10000,n,1e7\n";
  write_file(dir.path / "t.csv", text);
  Problems problems;
  CsvRows<NotedRow> rows(dir.path / "t.csv", problems);
  rows.skip_to([&](const NotedRow& row) { return row.key >= 9000; });
  NotedRow row;
  REQUIRE(rows.next(row));
  CHECK(rows.number() > 3 * 7000);
  while (rows.next(row)) {
  }
  CHECK(test::text_of(problems) == (dir.path / "t.csv").string() + ":30002: value: must be at most 1000000; found 1e7");
}

TEST_CASE("compressed files that are damaged or cut off are refused, in few words") {
  TemporaryDirectory dir;
  store(dir.path / "t.csv", table(true), Compression::zstd);
  Problems none;
  const std::string bytes = *read_file(dir.path / "t.csv.zst", none);
  const auto told = [&](const std::string& other) {
    const auto path = dir.path / "other.csv.zst";
    write_file(path, other);
    Problems problems;
    read_csv<NotedRow>(path, problems);
    REQUIRE(problems.size() == 1);
    return problems.all()[0].what;
  };
  CHECK(told(bytes.substr(0, bytes.size() - 1)) == "is not complete: its end is missing");
  CHECK(told(bytes.substr(0, bytes.size() / 2)) == "is not complete: its end is missing");
  CHECK(told("") == "is not complete: its end is missing");
  CHECK(told("key,note,value\n1,a,2\n").starts_with("is damaged: "));
  std::string changed = bytes;
  changed.back() = static_cast<char>(~changed.back());
  CHECK(told(changed) == "is damaged: Restored data doesn't match checksum");
  // Frames one after the other are one file.
  write_file(dir.path / "twice.csv.zst", bytes + bytes);
  FileReader file(dir.path / "twice.csv.zst", none);
  std::string all;
  while (file.read(10000, all)) {
  }
  CHECK(all == table(true) + table(true));
  CHECK(none.empty());
}

TEST_CASE("numbers that are remembered are written as all others") {
  RecentNumbers recent;
  std::string got, expected;
  const double special[] = {0, -0.0, 1, -1, 1e15, 999999999999999, 0.1, 5e-324, -1.7976931348623157e308, 1.0 / 3, 1e22};
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const double any = std::bit_cast<double>((i % 700) * 0x9E3779B97F4A7C15u);
    for (const double value : {special[i % std::size(special)], any}) {
      recent.append(got, value);
      append_number(expected, value);
    }
  }
  CHECK(got == expected);
}
