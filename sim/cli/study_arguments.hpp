/// \file
/// The arguments by which run and sweep say what is to be run.
#pragma once

#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "study/study.hpp"

namespace hetsched {

/// The policies that come with the program.
const Catalog& catalog();

struct StudyArguments {
  std::string experiment;
  std::string platform, workload, policy;
  std::string seed, records;
  Names settings;

  /// --platform, --workload, --policy, --seed, --set, --records.
  void declare(Arguments& arguments, const std::string& records_default);

  /// The experiment, changed as the other arguments say; or the one run that platform, workload and policy
  /// make. Throws InputError with all that is wrong.
  [[nodiscard]] Study load() const;

  /// What --records says; nothing if it is not given.
  [[nodiscard]] std::optional<RecordLevel> record_level() const;
};

}  // namespace hetsched
