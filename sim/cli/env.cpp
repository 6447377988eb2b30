#include <unistd.h>

#include <memory>

#include "agent/serve.hpp"
#include "cli/arguments.hpp"
#include "cli/study_arguments.hpp"

namespace hetsched {
namespace {

struct Options {
  StudyArguments study;
  std::string point, window;
  bool energy = false;
};

ExitCode run(const Options& options, const Strings& command_line) {
  const StudyArguments& arguments = options.study;
  const Catalog catalog = arguments.catalog();
  const Study study = arguments.load(catalog);
  const Instance instance = study.instance(arguments.point(study, options.point));
  const std::uint64_t window = options.window.empty() ? 16 : whole_number("--window", options.window, 1, 4096);
  agent::serve({instance,
                {command_line, study.inputs()},
                static_cast<std::uint32_t>(window),
                options.energy,
                study.spec().compress},
               agent::Wire(STDIN_FILENO, STDOUT_FILENO));
  return ExitCode::ok;
}

}  // namespace

Command env_command() {
  return {"env",
          "Let another process decide: what is behind the Python class hetsched.Env",
          "--platform FILE --workload FILE [options]\nEXPERIMENT [options]",
          "Speaks over standard input and output; sim/agent/wire.hpp has the messages. Python: "
          "hetsched.Env(...) starts it "
          "and takes the same arguments.",
          "hetsched env --platform platforms/terastal_4k.json --workload workloads/terastal_ar_social.json "
          "--window 16",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            options->study.policy_need = PolicyNeed::none;
            arguments.positional("EXPERIMENT", "experiment file, or its folder", options->study.experiment,
                                 Arguments::Need::optional);
            options->study.declare(arguments, "none");
            arguments.option("--point", "N", "which point of an experiment that has several, from 0", options->point);
            arguments.option("--window", "N", "ready tasks that can be chosen from (default: 16)", options->window);
            arguments.flag("--energy", "follow the energy of the run, which takes time", options->energy);
            return [options](const Strings& command_line) { return run(*options, command_line); };
          }};
}

}  // namespace hetsched
