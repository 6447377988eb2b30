/// \file
/// Policies that are files in a language of their own, which something in this program can run. Who can is
/// the caller's business: this folder knows the form only.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "hetsched/policy.hpp"

namespace hetsched {

struct ScriptLanguage {
  std::string_view suffix;  ///< ".py": the policy whose name ends so is the file of that path
  /// Gets ready to run files, without running any: processes forked after it need not. Null: there is nothing to do.
  void (*start)();
  /// Reads a file that exists, once. Throws an InputError if it is no policy, and whatever running it throws.
  void (*load)(const std::filesystem::path& file);
  /// What a file that was loaded says of itself: one line, or nothing.
  std::string (*summary)(const std::filesystem::path& file);
  /// Makes the policy of a file that was loaded.
  std::unique_ptr<Policy> (*make)(const std::filesystem::path& file, Params& params);
};

}  // namespace hetsched
