/// \file
/// The Python interpreter of this process: there is one, from the first policy in Python until the process
/// ends.
#pragma once

#include <pybind11/embed.h>

#include <filesystem>
#include <string>

namespace hetsched::script {

/// Starts it if it does not run yet. This thread holds its lock from then on.
///
/// What is the same in each run: the order of sets (hashes are not random). What does not go through Python:
/// signals, so that Ctrl-C ends the process. Processes that are forked from this one may go on with it.
void start_interpreter();

/// The module of a file, loaded once. Throws an InputError if Python cannot read it, and what running it
/// throws.
pybind11::module_ load_module(const std::filesystem::path& file);

/// Objects as Python shows them, but for where they lie in memory: messages are results, and the same each
/// time.
std::string without_addresses(const std::string& text);

/// The exception, then where it came from: file, line and text of each call.
std::string in_words(pybind11::error_already_set& error);

}  // namespace hetsched::script
