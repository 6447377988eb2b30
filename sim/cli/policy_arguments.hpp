/// \file
/// The arguments that say which policies there are, and which one is meant.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "policy/catalog.hpp"
#include "study/experiment.hpp"

namespace hetsched {

struct PluginArguments {
  Names files;

  /// --plugin.
  void declare(Arguments& arguments);

  /// The policies that come with the program, those of the plugins that the experiment file names (if there is one),
  /// and those of --plugin. Throws InputError with all that is wrong with plugins.
  [[nodiscard]] Catalog load(const std::string& experiment = "") const;
};

/// "heft:insertion=false,rank=mean", given by an argument, as settings of an experiment. Throws InputError.
std::vector<Setting> policy_settings(const std::string& argument, const std::string& text);

}  // namespace hetsched
