#include <cstdio>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/merged.hpp"
#include "cli/output.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string folder;
};

ExitCode run(const Options& options) {
  return tell_merged(make_tables(options.folder, note_on_stderr), options.folder);
}

}  // namespace

Command points_command() {
  return {
      "points",
      "Make points.csv and its neighbours again from the journal of a study",
      "DIR",
      "A sweep does so by itself whenever it ends. After a power cut, or to look at a study whose sweep was killed, "
      "this shows what there is; the sweep's own command goes on.",
      "hetsched points results/quickstart",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("DIR", "folder of a sweep", options->folder, Arguments::Need::required);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
