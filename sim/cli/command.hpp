/// \file
/// What a command of the program is. The list of them is in commands.cpp.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched {

class Arguments;

/// What a command does, once its arguments are read. `command_line` is for manifests. Throws InputError,
/// PolicyError, InternalError.
using Action = std::function<ExitCode(const Strings& command_line)>;

struct Command {
  std::string_view name;
  std::string_view summary;       ///< one line
  std::string_view usage;         ///< one line per way to call it, without program and name
  std::string_view about;         ///< what else one must know; may be empty
  std::string_view examples;      ///< one per line
  Action (*declare)(Arguments&);  ///< names the arguments; they have their values when the action is called
};

Command run_command();
Command sweep_command();
Command submit_command();
Command points_command();
Command merge_command();
Command compare_command();
Command capacity_command();
Command baseline_command();
Command fabric_command();
Command check_command();
Command models_command();
Command costs_command();
Command optimum_command();
Command analyse_command();
Command generate_command();
Command profile_command();
Command variants_command();
Command import_command();
Command policies_command();
Command policy_command();
Command env_command();
Command schema_command();
Command trace_command();

/// All commands, in the order of the help.
std::span<const Command> commands();

/// Does what the command line asks for. Throws InputError if it asks for nothing sensible, and what actions
/// throw.
ExitCode run_command_line(const Strings& command_line);

}  // namespace hetsched
