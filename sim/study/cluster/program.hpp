/// \file
/// Other programs, called.
#pragma once

#include <filesystem>
#include <string>

#include "base/text.hpp"

namespace hetsched {

struct ProgramEnd {
  bool absent = false;         ///< there is no such program in PATH
  int status = 0;              ///< exit code; 128 and the signal's number if one ended it
  std::string output, errors;  ///< what it wrote
};

/// Calls a program, found in PATH, in a folder (empty: the current one), and waits for its end. Throws InputError if no
/// process can be started.
ProgramEnd run_program(const Strings& words, const std::filesystem::path& folder);

}  // namespace hetsched
