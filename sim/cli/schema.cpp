#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "model/network.hpp"
#include "model/platform.hpp"
#include "model/workload.hpp"
#include "record/result_files.hpp"
#include "study/experiment.hpp"
#include "study/study_files.hpp"

namespace hetsched {
namespace {

struct Kind {
  const char* name;
  Json (*schema)();
};
constexpr Kind kKinds[] = {
    {"platform", [] { return json_schema<PlatformSpec>("hetsched platform"); }},
    {"kinds", [] { return json_schema<KindLibrarySpec>("hetsched kinds"); }},
    {"model", [] { return json_schema<NetworkSpec>("hetsched model"); }},
    {"workload", [] { return json_schema<WorkloadSpec>("hetsched workload"); }},
    {"experiment", [] { return json_schema<ExperimentSpec>("hetsched experiment"); }},
};

Json as_json(const std::vector<ResultFile>& files) {
  Json list = Json::array();
  for (const ResultFile& file : files) {
    Json columns = Json::array();
    for (const ResultColumn& column : file.columns)
      columns.push_back({{"name", column.name}, {"unit", column.unit}, {"doc", column.doc}});
    list.push_back({{"file", file.name}, {"what", file.what}, {"columns", std::move(columns)}});
  }
  return list;
}

void print_files(const std::string& title, const std::vector<ResultFile>& files) {
  print(title + "\n");
  for (const ResultFile& file : files) {
    print("\n" + file.name + ": " + wrapped(file.what, 2));
    for (const ResultColumn& column : file.columns)
      print(definition(column.name + (column.unit.empty() ? "" : " [" + column.unit + "]"), column.doc, 34));
  }
}

void print_results(bool json) {
  if (json) {
    print(
        Json{{"format", kResultsFormat}, {"run", as_json(result_files())}, {"study", as_json(study_files())}}.dump(2) +
        "\n");
    return;
  }
  print("results format " + std::to_string(kResultsFormat) +
        "\nA text that a spreadsheet would take for a formula (=1+1, @name) has an apostrophe before it.\n\n");
  print_files("FILES OF A RUN (hetsched run -o DIR)", result_files());
  print_files("\nFILES OF A STUDY (hetsched sweep -o DIR)", study_files());
}

/// "less", "more"; empty where a metric does not say.
std::string better_text(Better better) {
  return better == Better::less ? "less" : better == Better::more ? "more" : "";
}

void print_metrics(bool json) {
  const MetricTable table = metric_table();
  if (json) {
    const auto list = [](const std::vector<ResultColumn>& metrics) {
      Json rows = Json::array();
      for (const ResultColumn& metric : metrics) {
        Json row = {{"name", metric.name}, {"unit", metric.unit}, {"definition", metric.doc}};
        if (metric.better != Better::unsaid) row["better"] = better_text(metric.better);
        rows.push_back(std::move(row));
      }
      return rows;
    };
    print(Json{{"run", list(table.run)}, {"stream", list(table.stream)}}.dump(2) + "\n");
    return;
  }
  const auto rows = [](const std::vector<ResultColumn>& metrics) {
    for (const ResultColumn& metric : metrics) {
      const std::string better = better_text(metric.better);
      print(definition(metric.name + (metric.unit.empty() ? "" : " [" + metric.unit + "]"),
                       metric.doc + (better.empty() ? "" : " (better: " + better + ")"), 34));
    }
  };
  print("METRICS OF A RUN, in summary.json and points.csv; those of requests also of a stream, in streams.csv\n");
  rows(table.run);
  print("\nMETRICS OF A STREAM ONLY, in streams.csv\n");
  rows(table.stream);
}

struct Options {
  std::string kind;
  bool json = false;
};

ExitCode run(const Options& options) {
  Strings names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  names.insert(names.end(), {"results", "metrics"});
  const std::size_t chosen = one_of("KIND", options.kind, names);
  if (chosen < std::size(kKinds))
    print(kKinds[chosen].schema().dump(2) + "\n");
  else if (names[chosen] == "results")
    print_results(options.json);
  else
    print_metrics(options.json);
  return ExitCode::ok;
}

}  // namespace

Command schema_command() {
  return {"schema",
          "Explain a kind of file: JSON Schema of inputs, every column of the results, metrics",
          "KIND [--json]",
          "Editors that know JSON Schema complete and check a file that begins with \"$schema\": \"<path of "
          "the schema>\".",
          "hetsched schema platform > platform.schema.json\nhetsched schema results | less\nhetsched schema metrics",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positional("KIND", "platform, kinds, model, workload, experiment, results or metrics",
                                 options->kind, Arguments::Need::required);
            arguments.flag("--json", "results or metrics as JSON, for programs (schemas of inputs always are)",
                           options->json);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
