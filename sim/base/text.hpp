/// \file
/// Words and numbers as they appear in messages and results.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hetsched {

using Strings = std::vector<std::string>;

/// The candidate nearest to `word`, if one is near enough to be a slip of the keyboard; ties go to the first.
std::optional<std::string> nearest(std::string_view word, const Strings& candidates);

/// `; did you mean "x"?`, or nothing if no candidate is near.
std::string did_you_mean(std::string_view word, const Strings& candidates);

/// "a, b, c", with `separator` between; of more than `limit` names the first ones and how many there are in all.
std::string listed(const Strings& names, std::size_t limit = 24, std::string_view separator = ", ");

std::string join(const Strings& parts, std::string_view separator);

/// In double quotes, control characters replaced, and shortened to about `limit` bytes.
std::string in_quotes(std::string_view text, std::size_t limit = 40);

/// Cut to about `limit` bytes (never inside a UTF-8 character), with "..." for the rest.
std::string shortened(std::string_view text, std::size_t limit);

/// The shortest text that reads back as the same double; whole numbers below 1e15 without exponent.
std::string format_number(double value);

/// Appends format_number(value).
void append_number(std::string& out, double value);

/// Appends numbers as append_number() does, and remembers the last ones: in records the same instants come again and
/// again.
class RecentNumbers {
 public:
  void append(std::string& out, double value);

 private:
  struct Entry {
    std::uint64_t bits = 0;
    std::uint8_t length = 1;
    char text[31] = {'0'};
  };
  std::array<Entry, 256> entries_;
};

/// The text as a terminal can be shown it: control characters as \x1b; lines and tabs stay.
std::string visible(std::string_view text);

/// "an accelerator", "a link".
std::string with_article(std::string_view noun);

/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace hetsched
