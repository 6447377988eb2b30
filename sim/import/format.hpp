/// \file
/// What a format of another tool's files is to the lists of formats (models/formats.cpp, profiles/formats.cpp), and
/// what commands ask of such a list.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace hetsched {

/// One format: a function in a file of its own, and a line in the list of its folder.
template <class Function>
struct Format {
  std::string_view name;
  std::string_view reads;    ///< what kind of files; one line of the help
  std::string_view options;  ///< the options that only some formats take and this one does, as "--kind --time-unit"
  Function* read;

  [[nodiscard]] bool takes(std::string_view option) const {
    return (" " + std::string(options) + " ").find(" " + std::string(option) + " ") != std::string::npos;
  }
};

template <class Function>
Strings format_names(std::span<const Format<Function>> formats) {
  Strings names;
  for (const Format<Function>& format : formats) names.emplace_back(format.name);
  return names;
}

/// "scalesim, maestro": the formats that take an option.
template <class Function>
std::string formats_with(std::string_view option, std::span<const Format<Function>> formats) {
  Strings names;
  for (const Format<Function>& format : formats)
    if (format.takes(option)) names.emplace_back(format.name);
  return join(names, ", ");
}

}  // namespace hetsched
