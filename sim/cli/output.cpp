#include "cli/output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/errors.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kLineWidth = 100;

/// Characters, not bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

struct Prefix {
  double factor;
  std::string_view name;
};
constexpr std::array kPrefixes = {Prefix{1e12, "T"}, Prefix{1e9, "G"},  Prefix{1e6, "M"},
                                  Prefix{1e3, "k"},  Prefix{1, ""},     Prefix{1e-3, "m"},
                                  Prefix{1e-6, "u"}, Prefix{1e-9, "n"}, Prefix{1e-12, "p"}};

/// Does one write multiples of a thousand, and thousandths, of it?
bool takes_prefix(std::string_view unit, double factor) {
  if (factor == 1) return true;
  if (unit == "s") return factor < 1;
  if (unit == "B" || unit == "B/s" || unit == "op/s" || unit == "MAC") return factor > 1;
  return unit == "J" || unit == "W" || unit == "Hz" || unit == "J/B" || unit == "J s";
}

}  // namespace

std::string number(double value, int digits) {
  if (value == 0) return "0";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*e", digits - 1, value);
  const double magnitude = std::fabs(value);
  if (!(magnitude >= 1e-4 && magnitude < 1e9)) return buffer;
  // Digits after the point such that enough are significant; those before it are all written.
  const int exponent = std::atoi(std::strchr(buffer, 'e') + 1);
  std::snprintf(buffer, sizeof buffer, "%.*f", std::max(0, digits - 1 - exponent), value);
  std::string text = buffer;
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string quantity(std::optional<double> value, std::string_view unit, int digits) {
  if (!value) return "-";
  if (unit.empty()) return number(*value, digits);
  const std::string name = unit == "1/s" ? "/s" : std::string(unit);
  if (*value == 0) return "0 " + name;
  for (const Prefix& prefix : kPrefixes) {
    if (!takes_prefix(unit, prefix.factor)) continue;
    // 999.96 rounds to 1000, which has the next prefix.
    if (std::fabs(*value) >= 0.99995 * prefix.factor)
      return number(*value / prefix.factor, digits) + " " + std::string(prefix.name) + name;
  }
  return number(*value, digits) + " " + name;
}

std::string percent(std::optional<double> share) {
  if (!share) return "-";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.1f%%", *share * 100);
  return buffer;
}

std::string rough_duration(double seconds) {
  if (seconds < 10) return quantity(seconds < 1e-3 ? 0 : seconds, "s", 2);
  const auto whole = static_cast<std::uint64_t>(std::clamp(std::round(seconds), 0.0, 1e15));
  if (whole < 100) return std::to_string(whole) + " s";
  const std::uint64_t minutes = (whole + 30) / 60;
  if (minutes < 100) return std::to_string(minutes) + " min";
  return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string Table::text() const {
  std::vector<std::size_t> shown, widths(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& boring = columns_[i].boring;
    bool interesting = boring.empty();
    widths[i] = width(columns_[i].header);
    for (const Strings& row : rows_) {
      if (row.empty()) continue;
      interesting = interesting || row[i] != boring;
      widths[i] = std::max(widths[i], width(row[i]));
    }
    if (interesting) shown.push_back(i);
  }
  std::string out;
  const auto add_cell = [&](std::string& line, std::size_t i, const std::string& cell) {
    const std::string padding(widths[i] - width(cell), ' ');
    line += (line.empty() ? "" : "  ") + (columns_[i].align == Align::left ? cell + padding : padding + cell);
  };
  const auto end_line = [&](std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  std::string header;
  for (const std::size_t i : shown) add_cell(header, i, columns_[i].header);
  end_line(header);
  for (const Strings& row : rows_) {
    std::string line;
    for (const std::size_t i : shown)
      if (!row.empty()) add_cell(line, i, row[i]);
    end_line(line);
  }
  return out;
}

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) break;
    const std::string_view word = text.substr(0, std::min(text.find_first_of(" \n"), text.size()));
    text.remove_prefix(word.size());
    if (column > 0 && indent + column + 1 + width(word) > kLineWidth) {
      out += "\n" + std::string(indent, ' ');
      column = 0;
    }
    if (column > 0) out += ' ', ++column;
    out += word;
    column += width(word);
    if (!text.empty() && text.front() == '\n') {
      text.remove_prefix(1);
      out += "\n" + std::string(text.empty() ? 0 : indent, ' ');
      column = 0;
    }
  }
  return out + (column > 0 ? "\n" : "");
}

std::string definition(const std::string& term, const std::string& meaning, std::size_t column) {
  std::string line = "  " + term;
  if (line.size() + 2 > column)
    line += "\n" + std::string(column, ' ');
  else
    line.resize(column, ' ');
  return line + wrapped(meaning, column);
}

void print(std::string_view text) {
  const std::string shown = visible(text);
  std::fwrite(shown.data(), 1, shown.size(), stdout);
}

void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw InputError(std::string("cannot write to standard output: ") + std::strerror(errno));
}

}  // namespace hetsched
