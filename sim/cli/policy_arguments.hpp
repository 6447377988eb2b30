/// \file
/// The arguments that say which policies there are, and which one is meant.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "policy/catalog.hpp"
#include "study/setting.hpp"

namespace hetsched {

struct PluginArguments {
  Strings files;

  /// --plugin.
  void declare(Arguments& arguments);

  /// The policies that come with the program, those of the plugins that the experiment file names (if there is one),
  /// and those of --plugin. Throws InputError with all that is wrong with plugins.
  /// Where foreign code rests, plugins are only looked at.
  [[nodiscard]] Catalog load(const std::string& experiment = "", ForeignCode code = ForeignCode::runs) const;
};

/// The option of commands that only check, and run no foreign code without it.
struct CodeArgument {
  bool run = false;

  /// --code.
  void declare(Arguments& arguments);
  [[nodiscard]] ForeignCode code() const { return run ? ForeignCode::runs : ForeignCode::rests; }
};

/// Tells on standard error which plugins and scripts were not tried, if any were not.
void tell_not_tried(const Strings& files);

/// Tells on standard error what was left out: a line for each clause.
void tell_passed_over(const Strings& notes);
/// Says what of the runs cannot have any effect.
void tell_without_effect(const Strings& notes);
/// Says what was assumed.
void tell_assumed(const Strings& notes);

/// "heft:insertion=false+drop", given by an argument, as the policy of an experiment. Throws InputError.
Json policy_json(const std::string& argument, const std::string& text);

/// The same as settings of an experiment, each of which fixes the factor of its path. Throws InputError.
std::vector<Setting> policy_settings(const std::string& argument, const std::string& text);

}  // namespace hetsched
