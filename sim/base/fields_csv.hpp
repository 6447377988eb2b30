/// \file
/// CSV (RFC 4180) from and to described structs. A struct is a row, a field is a column. Only plain fields
/// can be columns: texts, numbers, booleans, enums, and optional ones of these.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <filesystem>

#include "base/field_table.hpp"

namespace hetsched {

/// "a,b,c\n"
template <Described S>
std::string csv_header() {
  return join(field_names<S>(), ",") + "\n";
}

/// Appends one line. Numbers are the shortest that read back the same; optional fields without value are
/// empty.
template <Described S>
void append_csv_row(std::string& out, const S& row);

/// Reads a file by the names in its header. A column is named as a field or, if the field is a time, an
/// energy or a power, as a field with its unit: time_ms, energy_uj, power_mw. Lines at the top that begin
/// with # are comments. Problems are added; `lines`, if given, receives the line of each row.
template <Described S>
std::vector<S> read_csv(const std::filesystem::path& path, Problems& problems,
                        std::vector<std::uint32_t>* lines = nullptr);

/// As read_csv, from text; `name` stands for the file in messages.
template <Described S>
std::vector<S> parse_csv(std::string_view text, const std::string& name, Problems& problems,
                         std::vector<std::uint32_t>* lines = nullptr);

namespace detail {

void append_csv_text(std::string& out, std::string_view text);

template <class T>
void append_csv_value(std::string& out, const T& value) {
  if constexpr (is_optional<T>) {
    if (value) append_csv_value(out, *value);
  } else if constexpr (NamedEnum<T>) {
    out += name_of(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (is_integer<T>) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  } else if constexpr (std::is_same_v<T, double>) {
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

/// Cuts a CSV text into cells. Quoted cells may contain commas, quotes and line ends; CRLF is a line end.
class CsvScanner {
 public:
  CsvScanner(std::string_view text, const std::string& name, Problems& problems);
  /// Next line that is not empty, into cells(); false at the end. Leaves out comments at the top.
  bool next();
  /// Cells of the line; valid until the next call of next().
  [[nodiscard]] const std::vector<std::string_view>& cells() const { return cells_; }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  void report(std::string_view column, std::string what) const;

 private:
  std::string_view quoted_cell();

  std::string_view text_;
  const std::string& name_;
  Problems& problems_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 0, next_line_ = 1;
  bool top_ = true;
  std::vector<std::string_view> cells_;
  std::vector<std::unique_ptr<std::string>> unquoted_;
};

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

/// Reads the cells of one line into a row through the setters of its fields.
void read_csv_row(const CsvScanner& scanner, const std::vector<CsvColumn>& columns, const std::vector<CsvField>& fields,
                  const CsvSetter* setters, void* row);

}  // namespace detail

template <Described S>
void append_csv_row(std::string& out, const S& row) {
  bool first = true;
  for_each_field<S>([&](const auto& f) {
    if (!first) out += ',';
    first = false;
    detail::append_csv_value(out, row.*f.member);
  });
  out += '\n';
}

template <Described S>
std::vector<S> parse_csv(std::string_view text, const std::string& name, Problems& problems,
                         std::vector<std::uint32_t>* lines) {
  std::vector<detail::CsvField> about;
  for_each_field<S>([&](const auto& f) { about.push_back({f.name, f.about}); });
  constexpr std::size_t kFields = std::tuple_size_v<std::remove_const_t<decltype(fields<S>)>>;
  const auto setters = detail::csv_setters<S>(std::make_index_sequence<kFields>());
  std::vector<S> rows;
  detail::CsvScanner scanner(text, name, problems);
  const auto columns = detail::read_csv_header(scanner, about);
  if (!columns) return rows;
  while (scanner.next()) {
    detail::read_csv_row(scanner, *columns, about, setters.data(), &rows.emplace_back());
    if (lines) lines->push_back(scanner.line());
  }
  return rows;
}

template <Described S>
std::vector<S> read_csv(const std::filesystem::path& path, Problems& problems, std::vector<std::uint32_t>* lines) {
  const auto text = detail::read_csv_file(path, problems);
  return text ? parse_csv<S>(*text, path.string(), problems, lines) : std::vector<S>{};
}

}  // namespace hetsched
