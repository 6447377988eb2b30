/// \file
/// A scenario: one run, fully resolved: an instance and the policy that decides in it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/compression.hpp"
#include "base/fields.hpp"
#include "model/instance.hpp"

namespace hetsched {

enum class RecordLevel {
  none,     ///< the summary only
  summary,  ///< and requests.csv, streams.csv, accelerators.csv
  all,      ///< and tasks.csv, transfers.csv, power.csv
};
template <>
inline constexpr auto enum_names<RecordLevel> = std::array{"none", "summary", "all"};

/// What a run leaves behind, and how.
struct Recording {
  RecordLevel level;
  Compression compression;
  Recording(RecordLevel what, Compression how = Compression::none)  // NOLINT: a level is a recording
      : level(what), compression(how) {}
};

/// A decorator and its parameters. In JSON a string is short for {"name": string}.
struct DecoratorChoice {
  std::string name;
  JsonValue parameters;  ///< an object; checked against the decorator's own declaration
};
template <>
inline constexpr auto fields<DecoratorChoice> = std::tuple{
    field("name", &DecoratorChoice::name, "name of a decorator (hetsched policies)", {.required = true}),
    field("parameters", &DecoratorChoice::parameters, "its parameters (hetsched policies NAME)", {.object = true}),
};
template <>
inline constexpr std::string_view shorthand<DecoratorChoice> = "name";

/// A policy and its parameters. In JSON a string is short for {"name": string}.
struct PolicyChoice {
  std::string name;
  JsonValue parameters;                     ///< an object; checked against the policy's own declaration
  std::vector<DecoratorChoice> decorators;  ///< the outermost first
  std::filesystem::path folder;             ///< what the name is relative to where it is that of a file

  /// "edf", or with decorators, from within: "edf+batch+drop".
  [[nodiscard]] std::string title() const {
    std::string text = name;
    for (std::size_t d = decorators.size(); d-- > 0;) text += "+" + decorators[d].name;
    return text;
  }
};
template <>
inline constexpr auto fields<PolicyChoice> = std::tuple{
    field("name", &PolicyChoice::name, "name of a policy (hetsched policies), or a file NAME.py", {.required = true}),
    field("parameters", &PolicyChoice::parameters, "its parameters (hetsched policies NAME)", {.object = true}),
    field("decorators", &PolicyChoice::decorators, "what is put around it, the outermost first (hetsched policies)",
          {}),
};
template <>
inline constexpr std::string_view shorthand<PolicyChoice> = "name";

/// An instance, and the policy that decides in it.
struct Scenario : Instance {
  PolicyChoice policy;

  /// "platform x, workload y, policy edf+drop, seed 1"
  [[nodiscard]] std::string title() const { return Instance::title(policy.title()); }
};

}  // namespace hetsched
