/// \file
/// Policies that come in shared libraries (hetsched/plugin.hpp): finding the file, loading it, and refusing what is no
/// plugin for this program.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {

/// Is code that is not this program's own run, or only looked at? A library's runs as soon as it is loaded.
enum class ForeignCode { runs, rests };

/// A library that has been loaded. It stays so until the program ends: policies, their entries and their texts live
/// in it.
struct Plugin {
  std::filesystem::path file;  ///< canonical
  std::string sha256;
  std::span<const PolicyEntry> policies;  ///< empty: it has not been loaded, as its code is to rest
};

/// A plugin as somebody asked for it.
struct PluginRequest {
  std::string file;                            ///< as written; ".so" may be left out
  std::vector<std::filesystem::path> folders;  ///< where it may lie if its path is relative, first come first
  std::string origin;                          ///< where it was written, for messages
};

/// The folders of a search path: "a:b", empty parts left out.
std::vector<std::filesystem::path> search_path(std::string_view text);

/// Loads the plugins, each file once; or finds only that they are shared libraries, and whole. What is no plugin for
/// this program is added to `problems`, with the reason.
std::vector<Plugin> load_plugins(std::span<const PluginRequest> requests, Problems& problems,
                                 ForeignCode code = ForeignCode::runs);

}  // namespace hetsched
