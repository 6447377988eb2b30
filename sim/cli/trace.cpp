#include <filesystem>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "record/perfetto.hpp"
#include "record/result_files.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string run, from, to, output;
};

ExitCode run(const Options& options) {
  TraceWindow window;
  if (!options.from.empty()) window.from = time_value("--from", options.from);
  if (!options.to.empty()) window.to = time_value("--to", options.to);
  const std::filesystem::path folder = options.run;
  const bool whole = options.from.empty() && options.to.empty();
  std::filesystem::path out = options.output;
  if (out.empty()) out = folder / (whole ? std::string(kTraceFile) : "trace_window.json");
  write_trace(folder, out, window);
  print(out.string() + ": open it in https://ui.perfetto.dev\n");
  return ExitCode::ok;
}

}  // namespace

Command trace_command() {
  return {"trace",
          "Write the timeline of a run, or of a part of it, for https://ui.perfetto.dev",
          "RUN_DIR [options]",
          "The run must have been made with --records all. Times are written as in JSON, \"20 ms\", or in "
          "seconds.",
          "hetsched trace results/run --from 0.5 --to \"600 ms\"\nhetsched trace results/sweep/runs/007 -o "
          "seven.json",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positional("RUN_DIR", "folder of the run", options->run, Arguments::Need::required);
            arguments.option("--from", "TIME", "begin of the part to show", options->from);
            arguments.option("--to", "TIME", "end of it", options->to);
            arguments.option("-o,--output", "FILE",
                             "file to write (default: trace.json, or trace_window.json for a part, in RUN_DIR)",
                             options->output);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
