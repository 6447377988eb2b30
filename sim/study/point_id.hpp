/// \file
/// What the result of a point depends on, as a hash: results are known by it, whatever their study is called and
/// wherever its files lie.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "model/scenario.hpp"
#include "policy/catalog.hpp"

namespace hetsched {

/// Is this what PointHasher::point() may have made? Folders are called by it.
bool is_point_id(std::string_view text);

/// Hashes of the parts of runs. Files are read once.
class PointHasher {
 public:
  /// The catalog must outlive it.
  explicit PointHasher(const Catalog& catalog) : catalog_(catalog) {}

  /// Of a platform and a workload, with the contents of models and their profiles.
  std::string platform_and_workload(const Instance& instance);
  /// Of all that a run depends on but its seed: `platform_and_workload`, how it is carried out, the policy with its
  /// parameters, the bytes of plugins, scripts and files that the policy is given, and this build of the program with
  /// its executor.
  std::string run(const Scenario& scenario, const std::string& platform_and_workload);
  /// The first file among those of the policy's code and parameters that is not there any more, or holds something else
  /// than when run() read it; empty if there is none.
  [[nodiscard]] std::string changed_file(const PolicyChoice& policy) const;
  /// The point's: 32 hexadecimal digits.
  static std::string point(const std::string& run, std::uint64_t seed);

 private:
  const std::string& content(const std::filesystem::path& file);
  Json policy_json(const PolicyChoice& policy);
  Json parameters_json(const JsonValue& parameters);

  const Catalog& catalog_;
  std::map<std::string, std::string> contents_;  ///< by path: hashes
};

}  // namespace hetsched
