#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/files.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/policy_arguments.hpp"
#include "model/file_kind.hpp"
#include "model/network.hpp"
#include "model/platform.hpp"
#include "model/task_graph.hpp"
#include "model/workload.hpp"
#include "study/study.hpp"

namespace hetsched {
namespace {

struct Options {
  Strings files;
  bool resolved = false;
  CodeArgument code;
};

/// A checked file.
struct Checked {
  std::string summary;  ///< "platform terastal_4k: 3 accelerators of 2 kinds"
  Json resolved;
  Strings not_tried = {};  ///< plugins and scripts of an experiment
  Strings notes = {};
  Strings without_effect = {}, assumed = {};
};

std::string pace(const Periodic& a) { return "every " + quantity(a.period ? *a.period : 1 / a.rate.value_or(1), "s"); }
std::string pace(const Poisson& a) { return "poisson " + quantity(a.rate, "1/s"); }
std::string pace(const TraceArrivals& a) { return counted(a.times.size(), "recorded arrival"); }
std::string pace(const Burst& a) { return counted(a.count, "request") + " at " + quantity(a.at, "s"); }
std::string pace(const ClosedLoop& a) { return std::to_string(a.outstanding) + " outstanding"; }
std::string pace(const Triggered& a) { return "after " + a.by; }

Checked check_platform(const Node& node, Problems& problems) {
  const PlatformSpec platform = read_platform(node, problems);
  std::string text = "platform " + platform.name + ": " + counted(platform.accelerators.size(), "accelerator") +
                     " of " + counted(platform.kinds.size(), "kind");
  if (!platform.links.empty()) text += ", " + counted(platform.links.size(), "link");
  return {text, to_json(platform)};
}

Checked check_kinds(const Node& node, Problems& problems) {
  const KindLibrarySpec library = read_kinds(node, problems);
  Strings names;
  for (const KindSpec& kind : library.kinds) names.push_back(kind.name);
  return {"kinds " + library.name + ": " + listed(names, 8), to_json(library)};
}

Checked check_model(const Node& node, Problems& problems) {
  const Network network = read_network(node, problems);
  double macs = 0, weights = 0;
  for (const LayerSpec& layer : network.layers) {
    macs += layer.macs.value_or(0);
    weights += layer.weight_bytes.value_or(0);
  }
  std::set<std::string> kinds;
  for (const ProfileRow& row : network.costs) kinds.insert(row.kind);
  std::string text = "model " + network.name + ": " + counted(network.layers.size(), "layer");
  if (macs > 0) text += ", " + quantity(macs, "MAC");
  if (weights > 0) text += ", " + quantity(weights, "B") + " of weights";
  text += kinds.empty() ? ", no costs" : ", costs on " + listed({kinds.begin(), kinds.end()}, 4);
  return {text, to_json(network)};
}

/// The models of a workload, cut into tasks as its streams want them.
void check_models(const WorkloadSpec& workload, const Node& streams, Problems& problems) {
  std::map<std::string, std::optional<Network>> networks;  // nothing: it cannot be read
  std::set<std::pair<std::string, Granularity>> cut;
  for (std::size_t i = 0; i < workload.streams.size(); ++i) {
    const auto& [path, granularity] = std::tie(workload.streams[i].model, workload.streams[i].granularity);
    if (path.empty()) continue;  // has been reported
    if (const std::string absent = missing_file("model", path); !absent.empty()) {
      problems.add(streams.child(i).child("model").problem(absent));
      continue;
    }
    if (!networks.contains(path)) {
      const std::size_t before = problems.size();
      Network network = read_network(Document::from_file(path, problems).root(), problems);
      networks[path] = problems.size() == before ? std::optional(std::move(network)) : std::nullopt;
    }
    if (networks[path] && cut.emplace(path, granularity).second)
      (void)compile_task_graph(*networks[path], granularity, problems);
  }
}

Checked check_workload(const Node& node, Problems& problems) {
  const WorkloadSpec workload = read_workload(node, problems);
  check_models(workload, node.child("streams"), problems);
  Strings streams;
  for (const StreamSpec& stream : workload.streams)
    streams.push_back(stream.name + " " +
                      std::visit([](const auto& arrival) { return pace(arrival); }, stream.arrival));
  const std::string length = workload.duration ? " for " + quantity(*workload.duration, "s") : "";
  const std::string load = workload.load != 1 ? " at load " + number(workload.load) : "";
  return {"workload " + workload.name + ": " + counted(workload.streams.size(), "stream") + length + load + " (" +
              listed(streams, 8) + ")",
          to_json(workload)};
}

Checked check_experiment(const std::string& path, ForeignCode code, Problems& problems) {
  const std::size_t before = problems.size();
  const Catalog catalog = PluginArguments().load(path, code);
  const Study study = Study::load(path, {}, catalog, problems);
  for (const std::string& policy : study.policies_not_made())
    problems.add(path, "/policy", "making " + policy + " ended the process, or took too long");
  if (problems.size() != before) return {};
  return {"experiment " + study.spec().name + ": " + counted(study.size(), "point"),
          to_json(study.spec()),
          study.not_tried(),
          study.notes(),
          study.without_effect(),
          study.assumed()};
}

Checked check_file(const std::string& path, ForeignCode code, Problems& problems) {
  if (std::filesystem::is_directory(path)) return check_experiment(path, code, problems);
  const Document document = Document::from_file(path, problems);
  if (!document.parsed()) return {};
  const Node root = document.root();
  switch (file_kind_of(root)) {
    case FileKind::platform: return check_platform(root, problems);
    case FileKind::kinds: return check_kinds(root, problems);
    case FileKind::model: return check_model(root, problems);
    case FileKind::workload: return check_workload(root, problems);
    case FileKind::experiment: break;
  }
  return check_experiment(path, code, problems);
}

ExitCode run(const Options& options) {
  Problems problems;
  for (const std::string& path : options.files) {
    const std::size_t before = problems.size();
    const Checked checked = check_file(path, options.code.code(), problems);
    if (problems.size() != before) continue;
    print(options.resolved ? checked.resolved.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                           : path + ": " + checked.summary + ": ok\n");
    tell_not_tried(checked.not_tried);
    tell_passed_over(checked.notes);
    tell_without_effect(checked.without_effect);
    tell_assumed(checked.assumed);
  }
  problems.throw_if_any();
  return ExitCode::ok;
}

}  // namespace

Command check_command() {
  return {
      "check",
      "Check platform, model, workload and experiment files; report all that is wrong",
      "FILE... [--resolved]",
      "A workload is checked with its models, an experiment with everything it names and with every point; but code of "
      "plugins and Python files is run only with --code.",
      "hetsched check platforms/terastal_4k.json workloads/*.json\nhetsched check experiments/quickstart\n"
      "hetsched check platforms/terastal_4k.json --resolved",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positionals("FILE", "files to check, of any kind; or folders of experiments", options->files);
        arguments.flag("--resolved", "print the values as they are used, as JSON: SI units, defaults filled in",
                       options->resolved);
        options->code.declare(arguments);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
