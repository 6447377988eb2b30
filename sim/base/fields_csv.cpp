#include "base/fields_csv.hpp"

#include <cmath>

#include "base/files.hpp"
#include "base/units.hpp"

namespace hetsched::detail {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// Files are read so many bytes at a time.
constexpr std::size_t kBlock = 64 * 1024;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

std::string bound_problem(std::string_view cell, const std::string& bound) {
  return "must be " + bound + "; found " + std::string(cell);
}

/// What is wrong with a number, or an empty text.
std::string out_of_bounds(std::string_view cell, double value, const About& about) {
  if (!(value > about.above)) return bound_problem(cell, "greater than " + format_number(about.above));
  if (!(value >= about.min)) return bound_problem(cell, "at least " + format_number(about.min));
  if (!(value <= about.max)) return bound_problem(cell, "at most " + format_number(about.max));
  return "";
}

/// The field that a column's name means: a field's name, or a field's name, "_" and a suffix of its unit.
CsvColumn column_of(std::string_view name, const std::vector<CsvField>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == name) return {i, 0};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t length = fields[i].name.size();
    if (!name.starts_with(fields[i].name) || name.size() < length + 2 || name[length] != '_') continue;
    if (const auto exponent = csv_suffix_exponent(fields[i].about.unit, name.substr(length + 1))) return {i, *exponent};
  }
  return {};
}

/// Names a header may have, as listed in messages: "layer, kind, time[_s|_ms|_us|_ns]".
Strings column_names(const std::vector<CsvField>& fields) {
  Strings names;
  for (const CsvField& field : fields) {
    const Strings suffixes = csv_suffixes(field.about.unit);
    const bool given = std::any_of(suffixes.begin(), suffixes.end(),
                                   [&](const std::string& suffix) { return field.name.ends_with("_" + suffix); });
    names.push_back(std::string(field.name) + (suffixes.empty() || given ? "" : "[_" + join(suffixes, "|_") + "]"));
  }
  return names;
}

/// Marks a cell that is a text, to spreadsheets and to CsvScanner.
constexpr char kTextMark = '\'';

/// Would a spreadsheet run a cell as a formula, or would it but for marks in front? Then one more is written, and one
/// less read: so marks of the text itself come back, too. A sign by itself is no formula.
bool needs_mark(std::string_view cell) {
  cell.remove_prefix(std::min(cell.find_first_not_of(kTextMark), cell.size()));
  return cell.size() > 1 && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos &&
         !parse_decimal(cell);
}

std::string_view without_mark(std::string_view cell) {
  if (cell.starts_with(kTextMark) && needs_mark(cell)) cell.remove_prefix(1);
  return cell;
}

}  // namespace

void append_csv_text(std::string& out, std::string_view text) {
  const bool mark = needs_mark(text);
  const auto plain = [](char c) { return c != ',' && c != '"' && c != '\r' && c != '\n'; };
  const auto is_kept = [](char c) { return c != ' ' && c != '\t'; };  // readers leave out blanks around a cell
  if (text.empty() || (is_kept(text.front()) && is_kept(text.back()) && std::all_of(text.begin(), text.end(), plain))) {
    if (mark) out += kTextMark;
    out += text;
    return;
  }
  out += '"';
  if (mark) out += kTextMark;
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

CsvScanner::CsvScanner(std::string_view text, const std::string& name, Problems& problems)
    : text_(text), name_(name), problems_(problems) {
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

CsvScanner::CsvScanner(FileReader& file, const std::string& name, Problems& problems)
    : file_(&file), name_(name), problems_(problems) {
  (void)fill();
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

void CsvScanner::report(std::string_view column, std::string what) const {
  if (file_ && !file_->good()) return;  // that has been reported, and this follows from it
  const std::uint64_t line = line_ > 0 && counted_from_ > 0 ? line_ + lines_before() : line_;
  problems_.add(line > 0 ? name_ + ":" + std::to_string(line) : name_, std::string(column), std::move(what));
}

/// Forgets what has been read and takes in as much again as is left, at least a block; false at the end of the file.
bool CsvScanner::fill() {
  if (!file_) return false;
  buffer_.erase(0, at_);
  buffer_begin_ += at_;
  at_ = 0;
  const bool more = file_->read(std::max(kBlock, buffer_.size()), buffer_);
  text_ = buffer_;
  return more;
}

/// Is all of the next line in the buffer?
bool CsvScanner::holds_line() const {
  const std::size_t end = text_.find('\n', at_);
  if (end == std::string_view::npos) return false;
  if (text_.substr(at_, end - at_).find('"') == std::string_view::npos) return true;
  for (std::size_t at = at_;; ++at) {  // as next() does
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
    if (at < text_.size() && text_[at] == '"') {
      for (++at; at < text_.size() && (text_[at] != '"' || text_.substr(at, 2) == "\"\""); ++at)
        if (text_[at] == '"') ++at;
      if (at >= text_.size()) return false;
      ++at;
    }
    at = text_.find_first_of(",\n", at);
    if (at == std::string_view::npos) return false;
    if (text_[at] == '\n') return true;
  }
}

void CsvScanner::seek(std::uint64_t line_begin) {
  file_->seek(line_begin);
  buffer_.clear();
  at_ = 0;
  counted_from_ = buffer_begin_ = line_begin;
  next_line_ = 1;
  top_ = false;
  (void)fill();
}

void CsvScanner::seek_line_after(std::uint64_t offset) {
  seek(offset);
  while (text_.find('\n') == std::string_view::npos && fill()) {
  }
  at_ = std::min(text_.find('\n'), text_.size() - 1) + 1;
}

std::uint64_t CsvScanner::lines_before() const {
  Problems ignored;
  FileReader file(name_, ignored);
  std::string piece;
  std::uint64_t lines = 0;
  for (std::uint64_t at = 0; at < counted_from_ && file.read(kBlock, piece); at += piece.size(), piece.clear())
    lines += static_cast<std::uint64_t>(
        std::count(piece.data(), piece.data() + std::min<std::uint64_t>(piece.size(), counted_from_ - at), '\n'));
  return lines;
}

std::string_view CsvScanner::quoted_cell() {
  std::string cell;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\n') ++next_line_;
    if (text_[at_] == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
      ++at_;
    }
    cell += text_[at_];
  }
  if (at_ >= text_.size()) report("", "a quoted cell has no closing quote");
  if (at_ < text_.size()) ++at_;
  return *unquoted_.emplace_back(std::make_unique<std::string>(std::move(cell)));
}

bool CsvScanner::next() {
  cells_.clear();
  unquoted_.clear();
  for (;; ++next_line_) {
    while (file_ && !holds_line() && fill()) {
    }
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    if (!is_blank(line) && !(top_ && line.front() == '#')) break;
    at_ = std::min(end + 1, text_.size());
  }
  top_ = false;
  line_ = next_line_++;
  for (;;) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    std::string_view cell;
    const bool in_quotes = at_ < text_.size() && text_[at_] == '"';
    if (in_quotes) cell = quoted_cell();
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != ',' && text_[end] != '\n') ++end;
    std::string_view rest = text_.substr(at_, end - at_);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    rest = trimmed(rest);
    if (in_quotes && !rest.empty()) report("", "there is text after a closing quote: " + hetsched::in_quotes(rest));
    cells_.push_back(without_mark(in_quotes ? cell : rest));
    const bool more = end < text_.size() && text_[end] == ',';
    at_ = std::min(end + 1, text_.size());
    if (!more) return true;
  }
}

std::uint64_t bisect_csv(const std::filesystem::path& path, std::uint64_t first, std::size_t columns,
                         const std::function<bool(const CsvScanner&)>& reached) {
  Problems damage;
  FileReader file(path, damage);
  const std::string name = path.string();
  CsvScanner scanner(file, name, damage);
  std::uint64_t low = first, high = file.size();
  while (high > low + kBlock) {
    const std::uint64_t middle = low + (high - low) / 2;
    scanner.seek_line_after(middle);
    const std::uint64_t begin = scanner.offset();
    if (begin >= high || !scanner.next()) {
      high = middle;
      continue;
    }
    const bool is_reached = reached(scanner);
    if (!damage.empty() || scanner.cells().size() != columns) return first;
    if (is_reached)
      high = middle;
    else
      low = begin;
  }
  return low;
}

std::uint64_t csv_rows_before(const std::filesystem::path& path, std::uint64_t offset) {
  Problems ignored;
  FileReader file(path, ignored);
  const std::string name = path.string();
  CsvScanner scanner(file, name, ignored);
  std::uint64_t rows = 0;
  (void)scanner.next();
  while (scanner.offset() < offset && scanner.next()) ++rows;
  return rows;
}

std::optional<std::vector<CsvColumn>> read_csv_header(CsvScanner& scanner, const std::vector<CsvField>& fields) {
  const Strings known = column_names(fields);
  if (!scanner.next()) {
    scanner.report("", "has no header line; columns: " + listed(known));
    return std::nullopt;
  }
  std::vector<CsvColumn> columns;
  std::vector<bool> present(fields.size(), false);
  bool good = true;
  const auto refuse = [&](std::string_view column, const std::string& what) {
    scanner.report(column, what);
    good = false;
  };
  for (const std::string_view name : scanner.cells()) {
    const CsvColumn column = columns.emplace_back(column_of(name, fields));
    if (column.field == SIZE_MAX) {
      Strings plain;
      for (const CsvField& field : fields) plain.emplace_back(field.name);
      if (!name.empty())
        refuse(shortened(name, 40), "is no column of this table" + did_you_mean(name, plain) +
                                        (nearest(name, plain) ? " columns: " : "; columns: ") + listed(known));
    } else if (present[column.field]) {
      refuse(name, "is given by two columns; delete one of them");
    } else {
      present[column.field] = true;
    }
  }
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].about.required && !present[i])
      refuse(fields[i].name, "this column is missing; columns: " + listed(known));
  if (!good) return std::nullopt;
  return columns;
}

void read_csv_row(const CsvScanner& scanner, const std::vector<CsvColumn>& columns, const std::vector<CsvField>& fields,
                  const CsvSetter* setters, void* row) {
  const auto& cells = scanner.cells();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i >= columns.size() || columns[i].field == SIZE_MAX) {
      if (!cells[i].empty())
        scanner.report("",
                       "cell " + std::to_string(i + 1) + " (" + in_quotes(cells[i]) + ") has no column in the header");
      continue;
    }
    const CsvField& field = fields[columns[i].field];
    if (cells[i].empty()) continue;
    const std::string wrong = setters[columns[i].field](cells[i], columns[i].exponent, row);
    if (!wrong.empty()) scanner.report(field.name, wrong);
  }
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].field != SIZE_MAX && fields[columns[i].field].about.required &&
        (i >= cells.size() || cells[i].empty()))
      scanner.report(fields[columns[i].field].name, "must not be empty");
}

std::string parse_csv_number(std::string_view cell, int exponent, const About& about, double& out) {
  const auto value = parse_decimal(cell, exponent);
  if (!value) return "must be a number; found " + in_quotes(cell);
  std::string wrong = out_of_bounds(cell, *value, about);
  if (wrong.empty()) out = *value;
  return wrong;
}

std::string parse_csv_integer(std::string_view cell, const About& about, std::int64_t least, std::uint64_t most,
                              std::int64_t& out_signed, std::uint64_t& out_unsigned) {
  const char* end = cell.data() + cell.size();
  const bool negative = cell.starts_with('-');
  const auto parsed =
      negative ? std::from_chars(cell.data(), end, out_signed) : std::from_chars(cell.data(), end, out_unsigned);
  if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument)
    return "must be a whole number; found " + in_quotes(cell);
  if (parsed.ec != std::errc() || (negative ? out_signed < least : out_unsigned > most))
    return bound_problem(cell, "from " + std::to_string(least) + " to " + std::to_string(most));
  if (!negative) out_signed = static_cast<std::int64_t>(out_unsigned);
  return out_of_bounds(cell, negative ? static_cast<double>(out_signed) : static_cast<double>(out_unsigned), about);
}

std::string parse_csv_bool(std::string_view cell, bool& out) {
  if (cell != "true" && cell != "false") return "must be true or false; found " + in_quotes(cell);
  out = cell == "true";
  return "";
}

std::string parse_csv_word(std::string_view cell, const Strings& words, std::size_t& out) {
  const auto found = std::find(words.begin(), words.end(), cell);
  if (found == words.end())
    return "must be one of " + listed(words) + "; found " + in_quotes(cell) + did_you_mean(cell, words);
  out = static_cast<std::size_t>(found - words.begin());
  return "";
}

std::optional<std::string> read_csv_file(const std::filesystem::path& path, Problems& problems) {
  return read_file(path, problems);
}

}  // namespace hetsched::detail
