#include <memory>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/merged.hpp"
#include "cli/output.hpp"

namespace hetsched {
namespace {

ExitCode run(const Strings& folders) {
  const std::vector<std::filesystem::path> others(folders.begin() + 1, folders.end());
  return tell_merged(merge(folders.front(), others, note_on_stderr), folders.front());
}

}  // namespace

Command merge_command() {
  return {
      "merge",
      "Put the shards of a study together, or parts of it from other folders",
      "DIR [OTHER...]",
      "DIR takes over what its shards (sweep --shard I/N -o DIR) and the other folders have run and it has not; they "
      "must be of the same plan. It says which points are missing, and of which two folders have different results: "
      "then the exit code is 1. Done again, it changes nothing.",
      "hetsched merge results/quickstart\nhetsched merge results/all results/from_home results/from_work",
      [](Arguments& arguments) -> Action {
        const auto folders = std::make_shared<Strings>();
        arguments.positionals("DIR", "folder of the study, then folders of parts of it", *folders);
        return [folders](const Strings&) { return run(*folders); };
      }};
}

}  // namespace hetsched
