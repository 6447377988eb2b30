/// \file
/// Puts the JSON of one point together: the experiment, the files it names, its factors and settings.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json_document.hpp"
#include "model/kind_files.hpp"
#include "study/expand.hpp"

namespace hetsched {

/// The documents that make up a run. Platform and workload are documents of their own, whose JSON pointers
/// start at their root, unless they stand in the experiment itself.
struct Composed {
  Document experiment;
  std::optional<Document> platform, workload;
  /// Distinguishes platforms and workloads of the same name: the path of the file, or the JSON itself.
  std::string platform_source, workload_source;
  /// Those of the platform's files of kinds in which something is set, and what: "path=value", a line each.
  KindFiles kind_files = {};
  std::string kind_settings = {};

  [[nodiscard]] Node platform_node() const { return platform ? platform->root() : experiment.at("/platform"); }
  [[nodiscard]] Node workload_node() const { return workload ? workload->root() : experiment.at("/workload"); }
};

class Composer {
 public:
  /// `settings`: those that apply to single points; see concerns_points().
  Composer(Document experiment, std::vector<Setting> settings)
      : experiment_(std::move(experiment)), settings_(std::move(settings)) {}

  /// Must a setting be applied to each point, as what its path leads into may differ between points? All others are
  /// applied to the experiment.
  static bool concerns_points(const SettingPath& path);

  /// Applies a setting to an experiment.
  static void apply(const Setting& setting, Document& experiment, Problems& problems);

  /// The level is a platform (or workload) made of another one, from `source`: what other factors and settings say of
  /// it is in its value already.
  void add_made(std::shared_ptr<const Setting> level, const std::string& source);

  /// One for another experiment with other settings, which knows the same levels as made.
  [[nodiscard]] Composer with(Document experiment, std::vector<Setting> settings) const;

  /// Files are read once and kept.
  Composed compose(const Combination& combination, Problems& problems);

  /// The experiment without factors and without the settings of points.
  [[nodiscard]] const Document& experiment() const { return experiment_; }
  /// Those of points, as given.
  [[nodiscard]] const std::vector<Setting>& settings() const { return settings_; }
  /// All files read so far.
  [[nodiscard]] const std::set<std::string>& files() const { return files_; }

 private:
  using Ordered = std::vector<const Setting*>;
  void apply_to_point(const Setting& setting, Composed& composed, Problems& problems);
  bool apply_to_kind_files(const Setting& setting, Composed& composed, Problems& problems);
  void place_part(const std::string& part, const Ordered& ordered, Composed& composed, std::optional<Document>& own,
                  std::string& source, Problems& problems);
  const Document* kind_file(const std::string& path);
  const Document* read_part(const std::string& part, const std::filesystem::path& path, const Problem& at,
                            Problems& problems);

  Document experiment_;
  std::vector<Setting> settings_;
  struct Made {
    std::shared_ptr<const Setting> level;
    std::string source;
  };
  std::map<const Setting*, Made> made_;        ///< looked up, not iterated
  std::map<std::string, Document> documents_;  ///< by path
  std::set<std::string> files_;
};

}  // namespace hetsched
