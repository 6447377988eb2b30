#include <cstdio>
#include <memory>

#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "import/models/model_import.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string format, file, output = "-";
  std::string name, precision, time_unit, bytes_unit, graph;
  Strings dims, kinds;
  bool no_fuse = false, allow_unknown = false, quiet = false;
};

/// The value in SI of 1 in the file.
std::optional<double> unit_value(const char* option, const std::string& text, const char* unit) {
  if (text.empty()) return std::nullopt;
  const ParsedQuantity parsed = parse_quantity(text, unit);
  if (parsed.value && *parsed.value > 0) return parsed.value;
  throw InputError(std::string(option) + " must be a " + quantity_description(unit) + "; found " + in_quotes(text));
}

Strings split_at_commas(const Strings& lists) {
  Strings parts;
  for (std::string list : lists) {
    while (true) {
      const std::size_t comma = list.find(',');
      parts.push_back(list.substr(0, comma));
      if (parts.back().empty())
        throw InputError("--kind must name kinds, with commas between; found " + in_quotes(list));
      if (comma == std::string::npos) break;
      list.erase(0, comma + 1);
    }
  }
  return parts;
}

void check_options(const Options& options, const ModelFormat& format) {
  const auto check = [&](bool given, std::string_view option) {
    if (given && !format.takes(option))
      throw InputError(std::string(option) + " has no meaning for " + std::string(format.name) + ", which takes " +
                       (format.options.empty() ? "none of these options" : std::string(format.options)));
  };
  check(!options.precision.empty(), "--precision");
  check(!options.dims.empty(), "--dim");
  check(options.no_fuse, "--no-fuse");
  check(options.allow_unknown, "--allow-unknown");
  check(!options.kinds.empty(), "--kind");
  check(!options.time_unit.empty(), "--time-unit");
  check(!options.bytes_unit.empty(), "--bytes-unit");
  check(!options.graph.empty(), "--graph");
}

ImportOptions import_options(const Options& options) {
  ImportOptions result;
  result.name = options.name;
  result.dims = options.dims;
  result.fuse = !options.no_fuse;
  result.allow_unknown = options.allow_unknown;
  result.kinds = split_at_commas(options.kinds);
  result.time_unit = unit_value("--time-unit", options.time_unit, "s");
  result.bytes_unit = unit_value("--bytes-unit", options.bytes_unit, "B");
  if (!options.graph.empty())
    result.graph = static_cast<std::uint32_t>(whole_number("--graph", options.graph, 0, UINT32_MAX));
  const Strings words(enum_names<Precision>.begin(), enum_names<Precision>.end());
  if (!options.precision.empty())
    result.precision = static_cast<Precision>(one_of("--precision", options.precision, words));
  return result;
}

ExitCode run(const Options& options) {
  const auto formats = model_formats();
  const ModelFormat& format = formats[one_of("FORMAT", options.format, format_names(formats))];
  check_options(options, format);
  const ImportOptions wanted = import_options(options);
  Problems problems;
  auto bytes = read_file(options.file, problems);
  problems.throw_if_any();
  const ImportedModel model = import_model(format, {options.file, *std::move(bytes)}, wanted);
  if (!options.quiet)
    for (const std::string& note : model.notes) std::fprintf(stderr, "%s: %s\n", options.file.c_str(), note.c_str());
  if (options.output == "-")
    print(model.text);
  else
    write_file(options.output, model.text);
  return ExitCode::ok;
}

std::string format_help() {
  std::string text = "FORMAT is one of:\n";
  for (const ModelFormat& format : model_formats())
    text += "- " + std::string(format.name) + ": " + std::string(format.reads) + "\n";
  return text + "What was fused, and what a model cannot say, goes to standard error.";
}

/// "onnx: ", for the help of an option: the formats that take it.
std::string of(std::string_view option) { return formats_with(option, model_formats()) + ": "; }

}  // namespace

Command import_command() {
  static const std::string about = format_help();
  return {
      "import",
      "Write a model from a file of another tool: ONNX, SCALE-Sim, MAESTRO, task graphs",
      "FORMAT FILE [-o MODEL.json] [options]",
      about,
      "hetsched import onnx resnet50.onnx --dim batch=1 -o resnet50.json\n"
      "hetsched import scalesim topology.csv --precision int8 -o topology.json\n"
      "hetsched import dot graph.dot --kind cpu,gpu,fpga --time-unit \"1 ms\" -o graph.json",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        using Need = Arguments::Need;
        arguments.positional("FORMAT", "see above", options->format, Need::required);
        arguments.positional("FILE", "the file to import", options->file, Need::required);
        arguments.option("-o,--output", "FILE", "the model file to write; default: -, standard output",
                         options->output);
        arguments.option("--name", "NAME", "name of the model; default: from the file", options->name);
        arguments.list("--dim", "NAME=N", of("--dim") + "the value of a symbolic dimension; may be given several times",
                       options->dims);
        arguments.flag("--no-fuse", of("--no-fuse") + "keep normalisation and activations as layers of their own",
                       options->no_fuse);
        arguments.flag("--allow-unknown", of("--allow-unknown") + "keep unknown operators as layers without work",
                       options->allow_unknown);
        arguments.option("--precision", "P", of("--precision") + "fp32, fp16, bf16, int8, int4; default: one byte",
                         options->precision);
        arguments.list("--kind", "KIND,...",
                       of("--kind") + "the kinds that times are for; default: from the file, or cpu", options->kinds);
        arguments.option("--time-unit", "TIME", of("--time-unit") + "what a time of 1 is; default: \"1 s\"",
                         options->time_unit);
        arguments.option("--bytes-unit", "SIZE", of("--bytes-unit") + "what an edge of 1 is; default: \"1 B\"",
                         options->bytes_unit);
        arguments.option("--graph", "N", of("--graph") + "which task graph, where the file has several",
                         options->graph);
        arguments.flag("--quiet", "say nothing besides errors", options->quiet);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
