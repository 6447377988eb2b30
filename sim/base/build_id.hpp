/// \file
/// Which build of this program is running: results of different builds are not taken for each other.
#pragma once

#include <string>

namespace hetsched {

/// The linker's hash of the program's content and of the libraries of ours that are loaded at the moment, in
/// hexadecimal; of a program without one, a hash of its file.
std::string build_id();

}  // namespace hetsched
