#include "base/text.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace hetsched {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Insertions, deletions, replacements and swaps of neighbours between two words, letter case aside.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const Strings& candidates) {
  if (word.size() > 200) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t difference =
        candidate.size() > word.size() ? candidate.size() - word.size() : word.size() - candidate.size();
    if (difference >= best_distance) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance || distance >= candidate.size()) continue;
    best_distance = distance;
    best = &candidate;
  }
  if (!best) return std::nullopt;
  return *best;
}

std::string did_you_mean(std::string_view word, const Strings& candidates) {
  const auto near = nearest(word, candidates);
  return near ? "; did you mean " + in_quotes(*near) + "?" : "";
}

std::string listed(const Strings& names, std::size_t limit, std::string_view separator) {
  if (names.size() <= limit) return join(names, separator);
  const Strings first(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(limit));
  return join(first, separator) + std::string(separator) + "... (" + std::to_string(names.size()) + " in all)";
}

std::string join(const Strings& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) text += separator;
    text += part;
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  std::string inside = shortened(text, limit);
  for (char& c : inside)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return '"' + inside + '"';
}

std::string visible(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= ' ' && byte != 0x7F) || c == '\n' || c == '\t') {
      shown += c;
    } else {
      shown += "\\x";
      shown += kDigits[byte >> 4];
      shown += kDigits[byte & 15];
    }
  }
  return shown;
}

namespace {

/// At least so many bytes take any number.
constexpr std::size_t kLongestNumber = 31;

/// Writes a number and returns its length.
std::size_t write_number(char* text, double value) {
  const bool whole = std::abs(value) < 1e15 && value == std::trunc(value);
  char* const limit = text + kLongestNumber;
  const auto end =
      whole ? std::to_chars(text, limit, static_cast<long long>(value)) : std::to_chars(text, limit, value);
  return static_cast<std::size_t>(end.ptr - text);
}

}  // namespace

void append_number(std::string& out, double value) {
  char buffer[kLongestNumber];
  out.append(buffer, write_number(buffer, value));
}

void RecentNumbers::append(std::string& out, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  Entry& entry = entries_[bits * 0x9E3779B97F4A7C15u >> 56];
  static_assert(sizeof entry.text >= kLongestNumber && std::tuple_size_v<decltype(entries_)> == 256);
  if (entry.bits != bits) {
    entry.length = static_cast<std::uint8_t>(write_number(entry.text, value));
    entry.bits = bits;
  }
  out.append(entry.text, entry.length);
}

std::string format_number(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string with_article(std::string_view noun) {
  const bool vowel = !noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace hetsched
