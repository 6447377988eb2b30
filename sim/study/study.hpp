/// \file
/// A study: an experiment expanded into its points, each of which is a run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/experiment.hpp"

namespace hetsched {

/// A file that a study was read from.
struct InputFile {
  std::string path;  ///< absolute
  std::string sha256;
};

/// Order of the points: combinations of `list`, then of `grid` (its first path varies slowest), then
/// replicates.
///
/// What holds for a point is, from weak to strong: what the experiment says, its factors, the settings. What
/// replaces a platform, workload or policy as a whole comes before what changes something inside it. A
/// setting of the very path of a factor fixes it: it is no factor any more.
class Study {
 public:
  /// What takes the place of an experiment file: one run of a policy on a platform under a workload.
  struct Parts {
    std::string platform, workload;  ///< files, relative to the current directory
    std::string policy;              ///< a policy's name, or JSON
  };

  /// Reads an experiment file (or `experiment.json` in a folder) and all that it names, applies the settings
  /// and checks every point. Each problem is added once, however many points have it. With problems the study
  /// is fit for nothing but spec(). The catalog must outlive the study.
  static Study load(const std::filesystem::path& path, const std::vector<Setting>& settings, const Catalog& catalog,
                    Problems& problems);
  static Study from_parts(const Parts& parts, const std::vector<Setting>& settings, const Catalog& catalog,
                          Problems& problems);

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
  [[nodiscard]] const Names& label_names() const;
  /// Their values for a point. Platforms, workloads and policies go by name (with the parameters, where a
  /// policy is there twice), other values as in JSON, texts without quotes; empty: the combination does not
  /// say.
  [[nodiscard]] Names labels(std::size_t point) const;
  /// "platform terastal_4k, policy edf, seed 3": of what varies in this study, or of everything if nothing
  /// does.
  [[nodiscard]] std::string title(std::size_t point) const;
  /// Name of the point in results: its number from 0, with as many digits as the last one's.
  [[nodiscard]] std::string point_name(std::size_t point) const;

  /// The run of a point. Models are read once per study.
  [[nodiscard]] Scenario resolve(std::size_t point) const;

  /// All files that were read, by path, with their hashes as of now.
  [[nodiscard]] std::vector<InputFile> inputs() const;

 private:
  struct Impl;
  explicit Study(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A scenario as an experiment of one run, everything resolved and in SI units. Platform and workload stand
/// in it; models are named by path.
Json to_json(const Scenario& scenario);

}  // namespace hetsched
