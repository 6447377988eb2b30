#include "cli/study_arguments.hpp"

#include <algorithm>

#include "cli/output.hpp"

namespace hetsched {

void StudyArguments::declare(Arguments& arguments, const std::string& records_default) {
  arguments.option("--platform", "FILE", "platform file", platform);
  arguments.option("--workload", "FILE", "workload file", workload);
  arguments.option(
      "--policy", "NAME[:k=v,...][+DECORATOR[:k=v,...]...]",
      "policy (see hetsched policies) or its file NAME.py, its parameters, and what goes around it, innermost first",
      policy);
  plugins.declare(arguments);
  arguments.option("--seed", "N", "seed of all random numbers (default: the experiment's, or 1)", seed);
  arguments.list("--set", "PATH=VALUE",
                 "change a value of the experiment, or of the platform or workload in it; may be repeated", settings);
  arguments.option("--decision-limit", "TIME",
                   "wall-clock time that a call of the policy may take; a longer one is its error", decision_limit);
  arguments.option("--executor", "NAME", "what lets simulated time pass: simgrid (default) or fluid, which is faster",
                   executor);
  arguments.option("--records", "LEVEL", "none, summary or all; default: " + records_default, records);
  arguments.option("--compress", "METHOD",
                   "zstd: records but for streams.csv and summaries are written as CSV.zst; default: none", compress);
  if (policy_need == PolicyNeed::required)
    arguments.flag("--paranoid", "find out policies that change what they are only shown; takes longer", paranoid);
}

Catalog StudyArguments::catalog(ForeignCode code) const {
  Catalog catalog = plugins.load(experiment, code);
  if (paranoid) catalog.watch_views();
  return catalog;
}

void StudyArguments::check_parts() const {
  Strings missing;
  if (platform.empty()) missing.emplace_back("--platform FILE");
  if (workload.empty()) missing.emplace_back("--workload FILE");
  if (policy.empty() && policy_need == PolicyNeed::required) missing.emplace_back("--policy NAME");
  if (missing.empty()) return;
  throw InputError("missing " +
                   (missing.size() == 3 ? "EXPERIMENT, or --platform FILE, --workload FILE and --policy NAME"
                                        : join(missing, " and ")) +
                   "; see hetsched run --help");
}

Study StudyArguments::load(const Catalog& catalog) const {
  if (experiment.empty()) check_parts();
  Problems problems;
  std::vector<Setting> all;
  const auto add = [&](const std::string& path, Json value, const std::string& origin) {
    all.push_back({SettingPath(path), std::move(value), origin});
  };
  if (!platform.empty()) add("platform", platform, "--platform " + platform);
  if (!workload.empty()) add("workload", workload, "--workload " + workload);
  if (!policy.empty())
    for (Setting& setting : policy_settings("--policy", policy)) all.push_back(std::move(setting));
  if (!seed.empty()) add("seed", whole_number("--seed", seed), "--seed " + seed);
  if (!seed.empty() && one_seed) add("replicates", 1, "--seed " + seed);
  if (!decision_limit.empty())
    add("decision_limit", time_value("--decision-limit", decision_limit), "--decision-limit " + decision_limit);
  if (!executor.empty()) add("executor", executor, "--executor " + executor);
  if (!compress.empty()) add("compress", compress, "--compress " + compress);
  for (const std::string& text : settings) {
    std::optional<Setting> setting = parse_setting(text, problems);
    if (!setting) continue;
    if (setting->path.field() == "plugins")  // they had to be loaded before anything was set
      problems.add("--set", "", in_quotes(text) + ": plugins are not set but added, with --plugin FILE");
    all.push_back(std::move(*setting));
  }
  problems.throw_if_any();
  Study study = experiment.empty() ? Study::from_settings(all, catalog, problems, policy_need)
                                   : Study::load(experiment, all, catalog, problems, policy_need);
  problems.throw_if_any();
  return study;
}

Strings StudyArguments::words() const {
  Strings words;
  const auto add = [&](const std::string& option, const std::string& value) {
    if (!value.empty()) words.push_back(option + "=" + value);
  };
  add("--platform", platform);
  add("--workload", workload);
  add("--policy", policy);
  for (const std::string& file : plugins.files) add("--plugin", file);
  add("--seed", seed);
  for (const std::string& setting : settings) add("--set", setting);
  add("--decision-limit", decision_limit);
  add("--executor", executor);
  add("--records", records);
  add("--compress", compress);
  if (paranoid) words.emplace_back("--paranoid");
  return words;
}

std::size_t StudyArguments::point(const Study& study, const std::string& given) const {
  if (!given.empty()) return whole_number("--point", given, 0, study.size() - 1);
  if (study.size() == 1) return 0;
  throw InputError(experiment + " has " + counted(study.size(), "point") +
                   ", and run runs one: choose it with --point N (hetsched sweep " + experiment +
                   " --dry-run lists them) or by --platform, --workload, --policy and --seed; or run all of "
                   "them: hetsched sweep " +
                   experiment);
}

std::optional<RecordLevel> StudyArguments::record_level() const {
  if (records.empty()) return std::nullopt;
  return static_cast<RecordLevel>(one_of("--records", records, names_of<RecordLevel>()));
}

std::filesystem::path results_folder(const std::string& name) {
  // What a file is called by those who wrote it must not lead anywhere else.
  const bool plain = std::none_of(
      name.begin(), name.end(), [](char c) { return c == '/' || static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  if (!plain || name == "." || name == "..")
    throw InputError("the experiment is called " + in_quotes(name) +
                     ", which cannot be the name of a folder in results/; choose one with -o DIR");
  return std::filesystem::path("results") / name;
}

}  // namespace hetsched
