#include <array>
#include <string>

#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "engine/executors/executors.hpp"

namespace hetsched {
namespace {

std::string version() {
  std::string text = "hetsched " + std::string(kVersion);
  if (!kGitHash.empty()) text += " (commit " + std::string(kGitHash) + ")";
#ifdef __clang__
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "GCC " __VERSION__;
#endif
  text += "\n";
  for (const ExecutorEntry& executor : executors())
    if (!executor.library.empty()) text += std::string(executor.library) + " " + std::string(executor.version) + ", ";
  return text + compiler + "\n";
}

const Command& find_command(const std::string& name) {
  Strings names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    names.emplace_back(command.name);
  }
  const bool is_option = name.size() > 1 && name.front() == '-';
  if (is_option) names = {"--help", "--version"};
  throw InputError(std::string(is_option ? "unknown option " : "unknown command ") + in_quotes(name) +
                   did_you_mean(name, names) + (nearest(name, names) ? "" : "; see hetsched --help"));
}

}  // namespace

std::span<const Command> commands() {
  static const std::array list = {
      run_command(),      sweep_command(),    submit_command(), points_command(),  merge_command(),   compare_command(),
      capacity_command(), baseline_command(), fabric_command(), trace_command(),   check_command(),   models_command(),
      import_command(),   variants_command(), costs_command(),  profile_command(), optimum_command(), analyse_command(),
      generate_command(), policies_command(), policy_command(), env_command(),     schema_command(),
  };
  return list;
}

ExitCode run_command_line(const Strings& command_line) {
  if (command_line.size() < 2) throw InputError("missing COMMAND; see hetsched --help");
  const std::string& first = command_line[1];
  if (first == "--help" || first == "-h" || first == "help") {
    print(general_help());
    return ExitCode::ok;
  }
  if (first == "--version") {
    print(version());
    return ExitCode::ok;
  }
  const Command& command = find_command(first);
  Arguments arguments(command);
  const Action action = command.declare(arguments);
  if (arguments.parse({command_line.begin() + 2, command_line.end()})) return action(command_line);
  print(arguments.help());
  return ExitCode::ok;
}

}  // namespace hetsched
