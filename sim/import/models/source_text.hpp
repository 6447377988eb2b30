/// \file
/// A text file on its way through an importer: parts of it are views into it, and know where they stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "import/models/model_import.hpp"

namespace hetsched {

/// Is it UTF-8 (no overlong forms, no surrogates) without NUL?
bool is_text(std::string_view bytes);

class SourceText {
 public:
  /// Throws InputError if the file is empty or no UTF-8. The file must live as long as this.
  explicit SourceText(const ImportFile& file);

  [[nodiscard]] std::string_view text() const { return text_; }
  /// Without line ends (LF or CRLF).
  [[nodiscard]] const std::vector<std::string_view>& lines() const { return lines_; }

  /// "file:line:column" of a view into the text.
  [[nodiscard]] std::string where(std::string_view part) const;
  [[noreturn]] void fail(std::string_view part, const std::string& what) const;
  /// Throws at the end of the text.
  [[noreturn]] void fail_at_end(const std::string& what) const;

  /// A decimal number of at least 0; `noun` says what of, as in "the time".
  [[nodiscard]] double number(std::string_view part, const std::string& noun) const;
  [[nodiscard]] std::uint32_t whole(std::string_view part, const std::string& noun, std::uint32_t least = 0) const;

 private:
  std::string file_;
  std::string_view text_;
  std::vector<std::string_view> lines_;
};

/// What stands between spaces and tabs.
std::vector<std::string_view> split_words(std::string_view line);

/// `value` of a file times the unit it stands for, to 15 digits: 1.1 times 0.001 is 0.0011.
double scaled(double value, double unit);

/// As it is named in messages: `"x"`, or "nothing".
std::string found(std::string_view part);

}  // namespace hetsched
