/// \file
/// CSV (RFC 4180) from and to described structs. A struct is a row, a field is a column. Only plain fields
/// can be columns: texts, numbers, booleans, enums, and optional ones of these.
///
/// A text that a spreadsheet would run as a formula (it begins with =, +, -, @, a tab or a carriage return and is no
/// number) is written with an apostrophe before it, and read without.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/field_table.hpp"
#include "base/file_reader.hpp"

namespace hetsched {

/// "a,b,c\n"
template <Described S>
std::string csv_header() {
  return join(field_names<S>(), ",") + "\n";
}

/// Appends one line. Numbers are the shortest that read back the same; optional fields without value are
/// empty. Who writes many rows keeps `recent` between them.
template <Described S>
void append_csv_row(std::string& out, const S& row, RecentNumbers* recent = nullptr);

/// Reads a file by the names in its header; one whose name ends in .zst is decompressed on the way. A column is named
/// as a field or, if the field is a time, an energy or a power, as a field with its unit: time_ms, energy_uj, power_mw.
/// Lines at the top that begin with # are comments. Problems are added; `lines`, if given, receives the line of each
/// row.
template <Described S>
std::vector<S> read_csv(const std::filesystem::path& path, Problems& problems,
                        std::vector<std::uint32_t>* lines = nullptr);

/// As read_csv, from text; `name` stands for the file in messages.
template <Described S>
std::vector<S> parse_csv(std::string_view text, const std::string& name, Problems& problems,
                         std::vector<std::uint32_t>* lines = nullptr);

namespace detail {

/// Appends a cell, with quotes where needed; one that looks like a formula gets its apostrophe.
void append_csv_text(std::string& out, std::string_view text);

template <class T>
void append_csv_value(std::string& out, const T& value, RecentNumbers* recent) {
  if constexpr (is_optional<T>) {
    if (value) append_csv_value(out, *value, recent);
  } else if constexpr (NamedEnum<T>) {
    out += name_of(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (is_integer<T>) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  } else if constexpr (std::is_same_v<T, double>) {
    if (recent)
      recent->append(out, value);
    else
      append_number(out, value);
  } else {
    static_assert(std::is_convertible_v<T, std::string_view>, "a field of this type cannot be a CSV column");
    append_csv_text(out, value);
  }
}

/// What a column of the file is for.
struct CsvColumn {
  std::size_t field = SIZE_MAX;  ///< number of the field; SIZE_MAX: an empty column after a trailing comma
  int exponent = 0;              ///< of the power of ten that brings its numbers to SI
};

/// What a reader knows about a field.
struct CsvField {
  std::string_view name;
  About about;
};

/// Cuts CSV into cells, a whole text or a file piece by piece. Quoted cells may contain commas, quotes and line ends;
/// CRLF is a line end. The apostrophe of a cell that looks like a formula is left out.
class CsvScanner {
 public:
  /// `name` stands for the text in messages.
  CsvScanner(std::string_view text, const std::string& name, Problems& problems);
  CsvScanner(FileReader& file, const std::string& name, Problems& problems);
  CsvScanner(const CsvScanner&) = delete;
  CsvScanner& operator=(const CsvScanner&) = delete;

  /// Next line that is not empty, into cells(); false at the end. Leaves out comments at the top.
  bool next();
  /// Cells of the line; valid until the next call of next().
  [[nodiscard]] const std::vector<std::string_view>& cells() const { return cells_; }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  void report(std::string_view column, std::string what) const;

  /// Of a file: the byte at which the next line begins.
  [[nodiscard]] std::uint64_t offset() const { return buffer_begin_ + at_; }
  /// Of a file that can be read from any byte on: next() goes on with the line that begins there, or is the first to
  /// begin after it.
  void seek(std::uint64_t line_begin);
  void seek_line_after(std::uint64_t offset);

 private:
  bool fill();
  [[nodiscard]] bool holds_line() const;
  [[nodiscard]] std::uint64_t lines_before() const;
  std::string_view quoted_cell();

  FileReader* file_ = nullptr;
  std::string buffer_;              ///< the part of the file that is being read
  std::uint64_t buffer_begin_ = 0;  ///< where in the file
  std::uint64_t counted_from_ = 0;  ///< where line 1 of line_ is: not at the begin of the file after a seek
  std::string_view text_;
  const std::string& name_;
  Problems& problems_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 0, next_line_ = 1;
  bool top_ = true;
  std::vector<std::string_view> cells_;
  std::vector<std::unique_ptr<std::string>> unquoted_;
};

/// Of a file whose rows have been reached from some row on and not before: the begin of a line before which there are
/// only rows that have not, and few after it. `first` is the begin of the first row; `reached` is asked about single
/// lines, and may report what is wrong with them: then it is `first`.
std::uint64_t bisect_csv(const std::filesystem::path& path, std::uint64_t first, std::size_t columns,
                         const std::function<bool(const CsvScanner&)>& reached);

/// Rows of a file between the header and a line that begins at `offset`.
std::uint64_t csv_rows_before(const std::filesystem::path& path, std::uint64_t offset);

/// Makes out the columns from the header line; nothing if there were problems.
std::optional<std::vector<CsvColumn>> read_csv_header(CsvScanner& scanner, const std::vector<CsvField>& fields);

/// The readers of cells. They return what is wrong, or an empty text.
std::string parse_csv_number(std::string_view cell, int exponent, const About& about, double& out);
std::string parse_csv_integer(std::string_view cell, const About& about, std::int64_t least, std::uint64_t most,
                              std::int64_t& out_signed, std::uint64_t& out_unsigned);
std::string parse_csv_bool(std::string_view cell, bool& out);
std::string parse_csv_word(std::string_view cell, const Strings& words, std::size_t& out);

template <class T>
std::string parse_csv_cell(std::string_view cell, int exponent, const About& about, T& out) {
  if constexpr (is_optional<T>) {
    return parse_csv_cell(cell, exponent, about, out.emplace());
  } else if constexpr (NamedEnum<T>) {
    std::size_t index = 0;
    std::string wrong = parse_csv_word(cell, names_of<T>(), index);
    if (wrong.empty()) out = static_cast<T>(index);
    return wrong;
  } else if constexpr (std::is_same_v<T, bool>) {
    return parse_csv_bool(cell, out);
  } else if constexpr (is_integer<T>) {
    std::int64_t as_signed = 0;
    std::uint64_t as_unsigned = 0;
    std::string wrong =
        parse_csv_integer(cell, about, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                          static_cast<std::uint64_t>(std::numeric_limits<T>::max()), as_signed, as_unsigned);
    if (wrong.empty()) out = std::is_signed_v<T> ? static_cast<T>(as_signed) : static_cast<T>(as_unsigned);
    return wrong;
  } else if constexpr (std::is_same_v<T, double>) {
    return parse_csv_number(cell, exponent, about, out);
  } else {
    static_assert(std::is_same_v<T, std::string>, "a field of this type cannot be read from CSV");
    out = cell;
    return "";
  }
}

using CsvSetter = std::string (*)(std::string_view cell, int exponent, void* row);

/// One function per field of S that reads a cell into a row.
template <Described S, std::size_t... I>
std::array<CsvSetter, sizeof...(I)> csv_setters(std::index_sequence<I...>) {
  return {+[](std::string_view cell, int exponent, void* row) {
    constexpr auto& f = std::get<I>(fields<S>);
    return parse_csv_cell(cell, exponent, f.about, static_cast<S*>(row)->*f.member);
  }...};
}

/// Text of a file to parse; nothing after a problem.
std::optional<std::string> read_csv_file(const std::filesystem::path& path, Problems& problems);

/// Reads the cells of one line into a row, through the setters of its fields.
void read_csv_row(const CsvScanner& scanner, const std::vector<CsvColumn>& columns, const std::vector<CsvField>& fields,
                  const CsvSetter* setters, void* row);

}  // namespace detail

template <Described S>
void append_csv_row(std::string& out, const S& row, RecentNumbers* recent) {
  bool first = true;
  for_each_field<S>([&](const auto& f) {
    if (!first) out += ',';
    first = false;
    detail::append_csv_value(out, row.*f.member, recent);
  });
  out += '\n';
}

namespace detail {

/// What a reader of rows of S knows about its fields.
template <Described S>
struct CsvReader {
  std::vector<CsvField> about;
  static constexpr std::size_t kFields = std::tuple_size_v<std::remove_const_t<decltype(fields<S>)>>;
  std::array<CsvSetter, kFields> setters = csv_setters<S>(std::make_index_sequence<kFields>());

  CsvReader() {
    for_each_field<S>([&](const auto& f) { about.push_back({f.name, f.about}); });
  }
  void read(const CsvScanner& scanner, const std::vector<CsvColumn>& columns, S& row) const {
    read_csv_row(scanner, columns, about, setters.data(), &row);
  }
};

}  // namespace detail

/// The rows of a file one after the other, as read_csv() reads them.
template <Described S>
class CsvRows {
 public:
  CsvRows(std::filesystem::path path, Problems& problems)
      : path_(std::move(path)), name_(path_.string()), file_(path_, problems), scanner_(file_, name_, problems) {
    if (file_.good()) columns_ = detail::read_csv_header(scanner_, reader_.about);
  }

  /// False at the end, or if the file or its header cannot be read.
  bool next(S& row) {
    if (!columns_ || !scanner_.next()) return false;
    row = S{};
    reader_.read(scanner_, *columns_, row);
    ++read_;
    return true;
  }

  [[nodiscard]] std::uint32_t line() const { return scanner_.line(); }

  /// Number of the last row, from 0. Takes a look at all before it if some were skipped.
  std::uint64_t number() {
    if (!before_) before_ = detail::csv_rows_before(path_, skipped_to_);
    return *before_ + read_ - 1;
  }

  /// Goes on some way before the first row that has been `reached`, as all after it. Does nothing where that would
  /// take reading all rows before it.
  template <class Reached>
  void skip_to(Reached reached) {
    if (!columns_ || !file_.can_seek()) return;
    const auto probe = [&](const detail::CsvScanner& line) {
      S row{};
      reader_.read(line, *columns_, row);
      return reached(row);
    };
    const std::uint64_t here = scanner_.offset();
    const std::uint64_t there = detail::bisect_csv(path_, here, columns_->size(), probe);
    if (there == here) return;
    scanner_.seek(there);
    skipped_to_ = there;
    before_.reset();
    read_ = 0;
  }

 private:
  std::filesystem::path path_;
  std::string name_;
  FileReader file_;
  detail::CsvScanner scanner_;
  detail::CsvReader<S> reader_;
  std::optional<std::vector<detail::CsvColumn>> columns_;
  std::uint64_t read_ = 0, skipped_to_ = 0;  ///< rows since the begin or the last skip
  std::optional<std::uint64_t> before_ = 0;  ///< rows before that
};

template <Described S>
std::vector<S> parse_csv(std::string_view text, const std::string& name, Problems& problems,
                         std::vector<std::uint32_t>* lines) {
  std::vector<S> rows;
  const detail::CsvReader<S> reader;
  detail::CsvScanner scanner(text, name, problems);
  const auto columns = detail::read_csv_header(scanner, reader.about);
  if (!columns) return rows;
  while (scanner.next()) {
    reader.read(scanner, *columns, rows.emplace_back());
    if (lines) lines->push_back(scanner.line());
  }
  return rows;
}

template <Described S>
std::vector<S> read_csv(const std::filesystem::path& path, Problems& problems, std::vector<std::uint32_t>* lines) {
  std::vector<S> rows;
  CsvRows<S> file(path, problems);
  for (S row; file.next(row);) {
    rows.push_back(std::move(row));
    if (lines) lines->push_back(file.line());
  }
  return rows;
}

}  // namespace hetsched
