/// \file
/// The arguments of commands that simulate: what is to be run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "cli/policy_arguments.hpp"
#include "study/study.hpp"

namespace hetsched {

struct StudyArguments {
  std::string experiment;
  std::string platform, workload, policy;
  std::string seed, records, compress, decision_limit, executor;
  Strings settings;
  PluginArguments plugins;
  PolicyNeed policy_need = PolicyNeed::required;
  bool paranoid = false;
  bool one_seed = false;  ///< --seed is the only one, not the first of the experiment's replicates

  /// --platform, --workload, --policy, --plugin, --seed, --set, --decision-limit, --executor,
  /// --records, --compress; --paranoid, where a policy decides.
  void declare(Arguments& arguments, const std::string& records_default);

  /// The policies there are: see PluginArguments.
  [[nodiscard]] Catalog catalog(ForeignCode code = ForeignCode::runs) const;

  /// The experiment, changed as the other arguments say; or the one run that platform, workload and policy
  /// make. Throws InputError with all that is wrong. The
  /// catalog must outlive the study.
  [[nodiscard]] Study load(const Catalog& catalog) const;

  /// The arguments that are given, but for EXPERIMENT, as words of a command that declares them.
  [[nodiscard]] Strings words() const;

  /// The number of the point that is to be run: `given` (--point), or the only one. Throws InputError.
  [[nodiscard]] std::size_t point(const Study& study, const std::string& given) const;

  /// What --records says; nothing if it is not given.
  [[nodiscard]] std::optional<RecordLevel> record_level() const;

 private:
  void check_parts() const;
};

/// results/NAME, where an experiment of that name leaves its results if nobody says otherwise. Throws InputError if it
/// cannot be the name of a folder there.
std::filesystem::path results_folder(const std::string& name);

}  // namespace hetsched
