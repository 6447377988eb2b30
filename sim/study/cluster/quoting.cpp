#include "study/cluster/quoting.hpp"

#include <algorithm>
#include <cctype>

#include "base/errors.hpp"

namespace hetsched {
namespace {

std::string replaced(std::string_view text, char what, std::string_view with) {
  std::string result;
  for (const char c : text) c == what ? result.append(with) : result.append(1, c);
  return result;
}

bool is_plain(char c) {
  constexpr std::string_view kPlain = "_-./,:=+@";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view word) {
  // A word with an equals sign in it would be an assignment, but only before the name of a command.
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  return "'" + replaced(word, '\'', "'\\''") + "'";
}

std::string shell_words(const Strings& words) {
  Strings quoted;
  for (const std::string& word : words) quoted.push_back(shell_word(word));
  return join(quoted, " ");
}

std::string parallel_words(const Strings& words) {
  // Braces are within single quotes always; all replacement strings begin with one that something else than a quote
  // follows.
  return replaced(shell_words(words), '{', "{''");
}

std::string make_words(const Strings& words) {
  std::string text = shell_words(words);
  if (text.find_first_of("\r\n") != std::string::npos)
    throw InputError("no makefile can hold a line break, as there is in " + in_quotes(text, 400));
  return replaced(text, '$', "$$");
}

std::string python_text(std::string_view text) {
  std::string result = "\"";
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (code < ' ' || c == '\x7f')
      result += {'\\', 'x', kDigits[code / 16], kDigits[code % 16]};
    else
      result += c;
  }
  return result + "\"";
}

std::string snakemake_text(std::string_view text) { return replaced(replaced(text, '{', "{{"), '}', "}}"); }

}  // namespace hetsched
