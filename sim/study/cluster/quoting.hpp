/// \file
/// Words of a command as others read them: a shell, GNU parallel, make, Snakemake.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace hetsched {

/// The word as any POSIX shell reads it back: in single quotes, where it needs them.
std::string shell_word(std::string_view word);

/// A command: shell words with spaces between them.
std::string shell_words(const Strings& words);

/// A command in the text that GNU parallel puts arguments into: it finds none of its replacement strings there.
std::string parallel_words(const Strings& words);

/// A command in a recipe of a makefile. Throws InputError if a word has a line break, which no recipe can hold.
std::string make_words(const Strings& words);

/// A text as Python, in double quotes.
std::string python_text(std::string_view text);

/// A command in which Snakemake replaces nothing: with its braces doubled.
std::string snakemake_text(std::string_view text);

}  // namespace hetsched
