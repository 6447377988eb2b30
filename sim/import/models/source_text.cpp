#include "import/models/source_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/errors.hpp"
#include "base/units.hpp"

namespace hetsched {
namespace {

/// Bytes of the UTF-8 character at the start of `text`; 0 if there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (!follows(1)) return 0;
  const unsigned char second = byte(1);
  if (first >= 0xE0 && first < 0xF0) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return follows(2) ? 3 : 0;
  }
  if (first < 0xF0 || first > 0xF4) return 0;
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return follows(2) && follows(3) ? 4 : 0;
}

/// Offset of the first byte that is no text; the size if there is none.
std::size_t text_end(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::size_t size = character_size(bytes.substr(i));
    if (size == 0) break;
    i += size;
  }
  return i;
}

}  // namespace

bool is_text(std::string_view bytes) { return text_end(bytes) == bytes.size(); }

SourceText::SourceText(const ImportFile& file) : file_(file.path.string()), text_(file.bytes) {
  std::string_view rest = text_;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // byte order mark
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines_.push_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (const std::size_t end = text_end(text_); end != text_.size())
    fail(text_.substr(end, 1), "is not UTF-8 text (byte " + std::to_string(end) + " of the file)");
  if (trimmed(text_).empty()) throw InputError(std::vector{Problem{file_, "", "is empty"}});
}

std::string SourceText::where(std::string_view part) const {
  const auto starts_after = [](const char* at, std::string_view line) { return at < line.data(); };
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), part.data(), starts_after);
  if (next == lines_.begin()) return file_ + ":1:1";
  const std::string_view line = *std::prev(next);
  const auto column =
      std::count_if(line.data(), part.data(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return file_ + ":" + std::to_string(next - lines_.begin()) + ":" + std::to_string(column + 1);
}

void SourceText::fail(std::string_view part, const std::string& what) const {
  throw InputError(std::vector{Problem{where(part), "", what}});
}

void SourceText::fail_at_end(const std::string& what) const { fail(text_.substr(text_.size()), what); }

double SourceText::number(std::string_view part, const std::string& noun) const {
  const auto value = parse_decimal(part);
  if (!value || *value < 0) fail(part, noun + " must be a number of at least 0; found " + found(part));
  return *value;
}

std::uint32_t SourceText::whole(std::string_view part, const std::string& noun, std::uint32_t least) const {
  const auto value = parse_decimal(part);
  if (!value || std::floor(*value) != *value || *value < least || *value > UINT32_MAX)
    fail(part, noun + " must be a whole number of at least " + std::to_string(least) +
                   (value && *value > UINT32_MAX ? " and below 2^32" : "") + "; found " + found(part));
  return static_cast<std::uint32_t>(*value);
}

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kSpaces), line.size()));
    if (line.empty()) return words;
    words.push_back(line.substr(0, line.find_first_of(kSpaces)));
    line.remove_prefix(words.back().size());
  }
}

double scaled(double value, double unit) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.15g", value * unit);
  return unit == 1 ? value : std::strtod(buffer, nullptr);
}

std::string found(std::string_view part) { return part.empty() ? "nothing" : in_quotes(part); }

}  // namespace hetsched
