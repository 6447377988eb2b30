#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "model/model_totals.hpp"

namespace hetsched {
namespace {

constexpr const char* kDefaultFolder = "workloads/models";

struct Options {
  Strings files;
  bool csv = false;
};

void print_csv(const std::vector<ModelTotals>& models) {
  std::string text = csv_header<ModelTotals>();
  for (const ModelTotals& model : models) append_csv_row(text, model);
  print(text);
}

void print_table(const std::vector<ModelTotals>& models) {
  Table table({{"model", Table::Align::left},
               {"layers"},
               {"GMAC"},
               {"parameters"},
               {"weights"},
               {"inputs"},
               {"outputs"},
               {"file", Table::Align::left}});
  for (const ModelTotals& model : models)
    table.add({model.name, std::to_string(model.layers), number(model.macs / 1e9, 5), format_number(model.params),
               quantity(model.weight_bytes, "B"), quantity(model.input_bytes, "B"), quantity(model.output_bytes, "B"),
               model.file});
  print(table.text());
}

ExitCode run(const Options& options) {
  Problems problems;
  const auto models = totals_of_files(options.files.empty() ? Strings{kDefaultFolder} : options.files, problems);
  problems.throw_if_any();
  options.csv ? print_csv(models) : print_table(models);
  return ExitCode::ok;
}

}  // namespace

Command models_command() {
  return {"models",
          "Print work, parameters and bytes of models",
          "[FILE...] [--csv]",
          "Sums over the layers, of one inference: multiply-accumulates, parameters, bytes of weights, bytes of "
          "activations read and written. What no dimensions and no figures are given for counts as 0.",
          "hetsched models\nhetsched models workloads/models/zoo --csv\nhetsched models "
          "workloads/models/vgg11.json",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positionals("FILE", "model files, or folders of them; default: workloads/models", options->files,
                                  Arguments::Need::optional);
            arguments.flag("--csv", "all digits, as CSV", options->csv);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
