/// \file
/// A study: an experiment expanded into its points, each of which is a run.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/experiment.hpp"
#include "study/prepared.hpp"
#include "study/setting.hpp"

namespace hetsched {

/// A file that a study was read from.
struct InputFile {
  std::string path;  ///< absolute
  std::string sha256;
};

/// Must each run of a study name a policy, or does something else decide in it (a solver, another process)? A policy
/// that is named nevertheless is checked.
enum class PolicyNeed { required, none };

/// Order of the points: combinations (those of `list` vary slowest, then `zip`, `random`, `latin_hypercube` and `grid`,
/// whose last path varies fastest), then replicates.
///
/// What holds for a point is, from weak to strong: what the experiment says, its factors, the settings. What
/// replaces a platform, workload or policy as a whole comes before what changes something inside it. A
/// setting of the very path of a factor fixes it: it is no factor any more.
class Study {
 public:
  /// Reads an experiment file (or `experiment.json` in a folder) and all that it names, applies the settings
  /// and checks every point. Each problem is added once, however many points have it. If there are problems,
  /// only spec() may be called. The catalog must outlive the study.
  static Study load(const std::filesystem::path& path, const std::vector<Setting>& settings, const Catalog& catalog,
                    Problems& problems, PolicyNeed need = PolicyNeed::required);
  /// One run without an experiment file: platform, workload, policy and everything else are settings.
  static Study from_settings(const std::vector<Setting>& settings, const Catalog& catalog, Problems& problems,
                             PolicyNeed need = PolicyNeed::required);

  Study(Study&&) noexcept;
  Study& operator=(Study&&) noexcept;
  ~Study();

  /// The experiment with the settings that concern all of it (seed, records, replicates, grid, ...).
  [[nodiscard]] const ExperimentSpec& spec() const;
  /// The same as JSON, for manifests.
  [[nodiscard]] const Json& experiment() const;
  /// Number of points.
  [[nodiscard]] std::size_t size() const;

  /// Columns that tell points apart: platform, workload, policy, seed, then the paths of other factors in
  /// order of appearance.
  [[nodiscard]] const Strings& label_names() const;
  /// Their values for a point. Platforms, workloads and policies go by name (with the parameters, where a
  /// policy is there twice), other values as in JSON, texts without quotes; empty: the combination does not
  /// say.
  [[nodiscard]] Strings labels(std::size_t point) const;
  /// "platform terastal_4k, policy edf, seed 3": of what varies in this study, or of everything if nothing
  /// does.
  [[nodiscard]] std::string title(std::size_t point) const;
  /// Name of the point in results: its number from 0, with as many digits as the last one's.
  [[nodiscard]] std::string point_name(std::size_t point) const;

  /// Number of the combination of levels that a point replicates.
  [[nodiscard]] std::size_t cell(std::size_t point) const;
  /// What the result of a point is known by: a hash of all that it depends on, 32 hexadecimal digits (point_id.hpp).
  /// Throws an InputError if a file can no longer be read.
  [[nodiscard]] std::string id(std::size_t point) const;

  /// The first file among those of a policy's code and parameters that has changed since id() read it; empty if none
  /// has.
  [[nodiscard]] std::string changed_file(const PolicyChoice& policy) const;

  /// A level of one more factor, and the combination that is to have it: Study::cell() of its points.
  struct Level {
    std::size_t combination;
    Json value;
  };
  /// A study called `name` of some of this one's combinations, each with a level of one more factor, as many replicates
  /// each and the same seeds; a combination may be there with several levels. A setting of the factor's own path holds
  /// no longer, and `stop_when` does not. Throws an InputError with all that is wrong at these levels.
  [[nodiscard]] Study with_levels(const SettingPath& path, const std::vector<Level>& levels,
                                  const std::string& name) const;

  /// The run of a point. Models are read once per study. Only if the study was read with PolicyNeed::required.
  [[nodiscard]] Scenario resolve(std::size_t point) const;
  /// The same without its policy.
  [[nodiscard]] Instance instance(std::size_t point) const;

  /// What the run of a point has in common with those of the same platform and workload. The latest few are kept.
  [[nodiscard]] std::shared_ptr<const Prepared> prepared(std::size_t point) const;
  /// Could the policy of a point be made when the study was loaded? Not if that ended the process that tried it.
  [[nodiscard]] bool is_policy_made(std::size_t point) const;
  /// The names of the policies that could not.
  [[nodiscard]] std::set<std::string> policies_not_made() const;
  /// The plugins and scripts whose policies were not tried, as the catalogue leaves foreign code alone.
  [[nodiscard]] Strings not_tried() const;
  /// Does no code but this program's own decide in the run of a point?
  [[nodiscard]] bool is_built_in(std::size_t point) const;

  /// Clauses about homogeneous platforms that the experiment asks for: which are left out, and why.
  [[nodiscard]] const Strings& notes() const;

  /// What of its runs cannot have any effect, each once (study/effects.hpp).
  [[nodiscard]] const Strings& without_effect() const;
  /// What their platforms do not say and was taken in a way that matters, each once (likewise).
  [[nodiscard]] const Strings& assumed() const;

  /// All files that were read, by path, with their hashes as of now.
  [[nodiscard]] std::vector<InputFile> inputs() const;

 private:
  struct Impl;
  explicit Study(std::unique_ptr<Impl> impl);
  static Study make(Document document, const std::vector<Setting>& settings, const std::string& file,
                    const Catalog& catalog, PolicyNeed need, Problems& found, Problems& problems);
  std::unique_ptr<Impl> impl_;
};

/// A scenario as an experiment of one run, everything resolved and in SI units. Platform and workload stand
/// in it; models are named by path.
Json to_json(const Scenario& scenario);
/// The same of an instance, with `policy` as the JSON of its policy.
Json scenario_json(const Instance& instance, Json policy);

}  // namespace hetsched
