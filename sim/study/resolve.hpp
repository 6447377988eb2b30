/// \file
/// Makes the scenario of a run out of its JSON, and checks that it can be run.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/compose.hpp"
#include "study/study.hpp"

namespace hetsched {

class ScenarioReader {
 public:
  /// Reads and checks platform, workload, models, policy and options. Models are read once and shared. The
  /// result is meaningful only if no problem was added.
  Scenario read(const Composed& composed, const Catalog& catalog, PolicyNeed need, Problems& problems);

  /// As read(), and checks in addition that every task can run somewhere, of equal platforms and workloads only once,
  /// and that the policy can be made. One that is a plugin or a script is made in a process of its own: if that ends
  /// on the way, or takes very long, is_made() says so; it is no problem of other runs. Nothing is tried where the
  /// catalogue leaves foreign code alone.
  Scenario read_and_check(const Composed& composed, const Catalog& catalog, PolicyNeed need, Problems& problems);

  [[nodiscard]] bool is_made(const PolicyChoice& policy) const;
  /// The names of those that could not.
  [[nodiscard]] std::set<std::string> not_made() const;

  /// What of the runs that were read and checked cannot have any effect (study/effects.hpp), each once.
  [[nodiscard]] const Strings& without_effect() const { return without_effect_; }
  /// What their platforms do not say and was taken in a way that matters, each once (likewise).
  [[nodiscard]] const Strings& assumed() const { return assumed_; }

  /// The scripts that were not run, as the catalogue leaves foreign code alone.
  [[nodiscard]] const std::set<std::string>& scripts_on_trust() const { return on_trust_; }

  /// All files read so far, apart from those of the composer.
  [[nodiscard]] const std::set<std::string>& files() const { return files_; }

 private:
  void read_networks(const Node& workload, Instance& instance, Problems& problems);
  std::shared_ptr<const Network> network(const std::string& path, const Node& at, Problems& problems);

  static void note(const Strings& notes, Strings& noted);

  std::map<std::string, std::shared_ptr<const Network>> networks_;  ///< by path
  void check_policy(const Composed& composed, const Catalog& catalog, const Scenario& scenario, Problems& problems);

  std::map<std::string, bool> made_;  ///< foreign policies with their parameters
  std::set<std::string> on_trust_;    ///< scripts
  std::set<std::string> checked_;     ///< platforms and workloads whose tables have been built
  Strings without_effect_, assumed_;
  std::set<std::string> files_;
};

}  // namespace hetsched
