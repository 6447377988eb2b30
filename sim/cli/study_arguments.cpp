#include "cli/study_arguments.hpp"

#include "builtin.hpp"

namespace hetsched {
namespace {

/// "heft:insertion=false,rank=mean" as settings of an experiment. Throws InputError.
std::vector<Setting> policy_settings(const std::string& text) {
  const std::string origin = "--policy " + text;
  const std::size_t colon = text.find(':');
  std::vector<Setting> settings = {{"policy", text.substr(0, colon), origin}};
  if (colon == std::string::npos) return settings;
  for (std::size_t begin = colon + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw InputError("--policy must be NAME or NAME:parameter=value,...; found " + in_quotes(text));
    settings.push_back({"policy.parameters." + part.substr(0, equals), part.substr(equals + 1), origin});
    begin = end + 1;
  }
  return settings;
}

}  // namespace

const Catalog& catalog() {
  static const Catalog all(builtin_policies());
  return all;
}

void StudyArguments::declare(Arguments& arguments, const std::string& records_default) {
  arguments.option("--platform", "FILE", "platform file", platform);
  arguments.option("--workload", "FILE", "workload file", workload);
  arguments.option("--policy", "NAME[:k=v,...]", "policy (see hetsched policies) and its parameters", policy);
  arguments.option("--seed", "N", "seed of all random numbers (default: the experiment's, or 1)", seed);
  arguments.list("--set", "PATH=VALUE",
                 "change a value of the experiment, or of the platform or workload in it; may be repeated",
                 settings);
  arguments.option("--records", "LEVEL", "none, summary or all; default: " + records_default, records);
}

Study StudyArguments::load() const {
  Problems problems;
  std::vector<Setting> all;
  const bool from_parts = experiment.empty();
  if (from_parts) {
    Names missing;
    if (platform.empty()) missing.emplace_back("--platform FILE");
    if (workload.empty()) missing.emplace_back("--workload FILE");
    if (policy.empty()) missing.emplace_back("--policy NAME");
    if (!missing.empty())
      throw InputError("missing " +
                       (missing.size() == 3
                            ? "EXPERIMENT, or --platform FILE, --workload FILE and --policy NAME"
                            : join(missing, " and ")) +
                       "; see hetsched run --help");
  } else {
    if (!platform.empty()) all.push_back({"platform", platform, "--platform " + platform});
    if (!workload.empty()) all.push_back({"workload", workload, "--workload " + workload});
  }
  if (!policy.empty()) {
    const auto of_policy = policy_settings(policy);
    all.insert(all.end(), of_policy.begin() + (from_parts ? 1 : 0), of_policy.end());
  }
  if (!seed.empty()) all.push_back({"seed", std::to_string(whole_number("--seed", seed)), "--seed " + seed});
  for (const std::string& text : settings) all.push_back(parse_setting(text, problems));
  problems.throw_if_any();
  Study study = from_parts ? Study::from_parts({platform, workload, policy.substr(0, policy.find(':'))}, all,
                                               catalog(), problems)
                           : Study::load(experiment, all, catalog(), problems);
  problems.throw_if_any();
  return study;
}

std::optional<RecordLevel> StudyArguments::record_level() const {
  if (records.empty()) return std::nullopt;
  return static_cast<RecordLevel>(one_of("--records", records, names_of<RecordLevel>()));
}

}  // namespace hetsched
