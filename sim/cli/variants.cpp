#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "model/model_text.hpp"
#include "model/variant_rules.hpp"

namespace hetsched {
namespace {

constexpr std::uint32_t kMostGamma = 64;

struct Options {
  std::string model, rule, gamma, precision, loss, output;
  Strings layers;
};

double loss_value(const std::string& option, const std::string& value) {
  const auto loss = parse_decimal(value);
  if (loss && *loss >= 0 && *loss <= 1) return *loss;
  throw InputError(option + " must be a part of the accuracy, from 0 to 1; found " + in_quotes(value));
}

/// "NAME" or "NAME=LOSS"; a name may hold = itself if a loss follows.
VariantRequest::Layer layer_of(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos) return {text, {}};
  return {text.substr(0, equals),
          loss_value("--layer " + text.substr(0, equals + 1) + "LOSS", text.substr(equals + 1))};
}

VariantRequest request_of(const Options& options) {
  VariantRequest request;
  request.rule = static_cast<VariantRule>(one_of("--rule", options.rule, names_of<VariantRule>()));
  const bool moves = request.rule == VariantRule::depth_to_space;
  if (moves && !options.precision.empty()) throw InputError("--precision is for --rule precision only");
  if (!moves && !options.gamma.empty()) throw InputError("--gamma is for --rule depth_to_space only");
  if (!moves && options.precision.empty()) throw InputError("missing --precision NAME, which --rule precision needs");
  request.gamma = 2;
  if (options.gamma == "least")
    request.gamma.reset();
  else if (!options.gamma.empty())
    request.gamma = static_cast<std::uint32_t>(whole_number("--gamma", options.gamma, 2, kMostGamma));
  if (!moves)
    request.precision = static_cast<Precision>(one_of("--precision", options.precision, names_of<Precision>()));
  if (!options.loss.empty()) request.accuracy_loss = loss_value("--accuracy-loss", options.loss);
  for (const std::string& each : options.layers) request.layers.push_back(layer_of(each));
  request.folder = std::filesystem::path(options.output).parent_path();
  return request;
}

ExitCode run(const Options& options) {
  const VariantRequest request = request_of(options);
  Problems problems;
  const Document file = Document::from_file(options.model, problems);
  const MadeVariants made = add_variants(file, request, problems);
  problems.throw_if_any();
  write_file(options.output, model_text(made.model));
  for (const std::string& note : made.notes) std::fprintf(stderr, "hetsched: passed over: %s\n", note.c_str());
  print(options.output + ": " + counted(made.count, "variant") + " added\n");
  return ExitCode::ok;
}

}  // namespace

Command variants_command() {
  return {
      "variants",
      "Add variants of layers to a model by rule: depth-to-space, or another precision",
      "MODEL --rule depth_to_space [--gamma N|least] [options] -o MODEL\n"
      "MODEL --rule precision --precision NAME [options] -o MODEL",
      "depth_to_space moves channels onto a map gamma times as high and wide (multiply-accumulates / "
      "gamma^2, weights "
      "/ gamma^4); it is for conv2d with one group and linear, where gamma^2 divides both k and c. "
      "Variants are "
      "called d2s<gamma>, or as the precision; kinds with a cost model know what they cost, others need "
      "rows in a "
      "profile. Their accuracy must be measured: losses given here are taken on trust, and add up unless "
      "the model "
      "lists combinations.",
      "hetsched variants vgg11.json --rule depth_to_space --layer features.16=0.07 --layer "
      "features.18=0.123 -o v.json\n"
      "hetsched variants resnet50.json --rule precision --precision int8 --accuracy-loss 0.001 -o "
      "resnet50_int8.json",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("MODEL", "model file", options->model, Arguments::Need::required);
        arguments.option("--rule", "RULE", "depth_to_space or precision", options->rule, Arguments::Need::required);
        arguments.option("--gamma", "N", "factor of the map's sides (default: 2); least: the least that fits a layer",
                         options->gamma);
        arguments.option("--precision", "NAME", "fp32, fp16, bf16, int8 or int4", options->precision);
        arguments.list("--layer", "NAME[=LOSS]",
                       "only these layers, each with its accuracy loss; default: all that qualify", options->layers);
        arguments.option("--accuracy-loss", "LOSS", "of each variant applied alone, from 0 to 1 (default: 0)",
                         options->loss);
        arguments.option("-o,--output", "FILE", "model to write", options->output, Arguments::Need::required);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
