#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/files.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "import/profiles/profile_import.hpp"

namespace hetsched {
namespace {

const Strings kEnergySources = {"counts", "file", "none"};

struct Options {
  ProfileRequest request;
  std::string format, energy, output;
};

ExitCode run(Options& options) {
  const auto formats = profile_formats();
  const ProfileFormat& format = formats[one_of("FORMAT", options.format, format_names(formats))];
  if (options.request.kinds.empty()) throw InputError("missing --kind NAME; see hetsched profile --help");
  if (!options.energy.empty())
    options.request.energy = static_cast<EnergySource>(one_of("--energy", options.energy, kEnergySources));
  for (const std::string* input : {&options.request.file, &options.request.model})
    if (std::error_code error; std::filesystem::equivalent(*input, options.output, error))
      throw InputError("--output " + options.output + " would replace what is read; name another file");
  Problems problems;
  const ImportedProfile profile = import_profile(format, options.request, problems);
  problems.throw_if_any();
  write_file(options.output, profile.csv);
  for (const std::string& note : profile.notes) std::fprintf(stderr, "hetsched: %s\n", note.c_str());
  print(options.output + ": " + profile.what + "\n");
  return ExitCode::ok;
}

/// "a, b or c"
std::string any_of(const Strings& words) {
  return join({words.begin(), words.end() - 1}, ", ") + " or " + words.back();
}

std::string about() {
  Strings formats;
  for (const ProfileFormat& format : profile_formats())
    formats.push_back(std::string(format.name) + " (" + std::string(format.reads) + ")");
  return "FORMAT is " + any_of(formats) +
         ". With --model, names are looked up in a model, fused layers are split by their multiply-accumulates, and "
         "what is missing or left over is told. A model takes the result as its profile.";
}

}  // namespace

Command profile_command() {
  static const std::string text = about();
  return {"profile",
          "Make a profile, the costs of a model's layers, from another tool's measurements",
          "FORMAT FILE --kind NAME [options] -o PROFILE.csv",
          text,
          "hetsched profile scalesim COMPUTE_REPORT.csv --kind ws32 --model resnet50.json -o "
          "resnet50.profile.csv\n"
          "hetsched profile tensorrt profile.json --kind orin_gpu --point MAXN --model net.json --absent-free -o "
          "net.csv\n"
          "hetsched profile pytorch layers.csv --kind cpu=a57 --kind cuda=maxwell --model net.json -o net.csv",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            ProfileRequest& request = options->request;
            arguments.positional("FORMAT", any_of(format_names(profile_formats())), options->format,
                                 Arguments::Need::required);
            arguments.positional("FILE", "the measurements", request.file, Arguments::Need::required);
            arguments.list("--kind", "NAME", "kind measured; DEVICE=NAME for each device of a file with several",
                           request.kinds);
            arguments.option("--point", "NAME", "operating point measured; default: the kind's first", request.point);
            arguments.option("--model", "FILE", "model whose layers were measured", request.model);
            arguments.flag("--absent-free", "layers of the model that the file does not name take no time",
                           request.absent_free);
            arguments.option("--column", "NAME",
                             "what to take as the duration: \"Total Cycles (incl. prefetch)\", medianMs, ...",
                             request.column);
            arguments.option("--energy", "WHICH",
                             formats_with("--energy", profile_formats()) +
                                 ": counts (from access counts, the default), file (its own, which is wrong for "
                                 "mappings with clusters) or none",
                             options->energy);
            arguments.option("-o,--output", "FILE", "profile to write", options->output, Arguments::Need::required);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
