#include "study/study.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/files.hpp"
#include "model/file_kind.hpp"
#include "record/summary.hpp"
#include "study/alternatives.hpp"
#include "study/compose.hpp"
#include "study/expand.hpp"
#include "study/homogeneous.hpp"
#include "study/paths.hpp"
#include "study/point_id.hpp"
#include "study/resolve.hpp"

namespace hetsched {
namespace {

/// "insertion=false across_requests=true"; empty without parameters.
std::string parameters_text(const JsonValue& parameters) {
  Strings given;
  if (!parameters.value.is_object()) return "";
  for (const auto& item : parameters.value.items()) given.push_back(item.key() + "=" + level_text(item.value()));
  return join(given, " ");
}

/// "(insertion=false, drop: late=true)"; empty without parameters.
std::string parameters_text(const PolicyChoice& policy) {
  Strings parts;
  if (const std::string own = parameters_text(policy.parameters); !own.empty()) parts.push_back(own);
  for (std::size_t d = policy.decorators.size(); d-- > 0;)
    if (const std::string text = parameters_text(policy.decorators[d].parameters); !text.empty())
      parts.push_back(policy.decorators[d].name + ": " + text);
  return parts.empty() ? "" : "(" + join(parts, ", ") + ")";
}

/// The combination on another platform.
Combination with_platform(Combination combination, const std::shared_ptr<const Setting>& platform) {
  const auto old = std::find_if(combination.begin(), combination.end(),
                                [](const auto& level) { return level->path.text() == "platform"; });
  if (old == combination.end())
    combination.push_back(platform);
  else
    *old = platform;
  return combination;
}

}  // namespace

struct Study::Impl {
  Impl(Document document, std::vector<Setting> settings, Strings fixed)
      : composer(std::move(document), std::move(settings)), fixed_paths(std::move(fixed)) {}

  void read(const Catalog& policies, PolicyNeed need, Problems& problems);
  /// Reads all combinations. If `make` is given, it adds homogeneous platforms to those that there are.
  void read_points(HomogeneousPlatforms* make, Problems& problems);
  void set_levels(const SettingPath& path, const std::vector<Study::Level>& levels, const std::string& name,
                  Problems& problems);
  void read_homogeneous(const std::vector<Combination>& made, Problems& problems);
  void add_labels(const Combination& combination, const Scenario& scenario);
  void name_policies_apart();
  void check_same_names(const std::string& what, const std::string& name, const std::string& source,
                        Problems& problems);
  void check_comparison(Problems& problems) const;
  [[nodiscard]] std::uint64_t seed(std::size_t point) const {
    return seeds[point / spec.replicates] + point % spec.replicates;
  }
  [[nodiscard]] Scenario read_point(std::size_t point) const;
  [[nodiscard]] std::shared_ptr<const Prepared> prepared(std::size_t point) const;
  [[nodiscard]] const std::string& hash_of_run(std::size_t combination) const;

  /// The levels of a combination that its platform and workload depend on.
  using Parts = std::vector<const Setting*>;
  [[nodiscard]] static Parts parts_of(const Combination& combination);
  [[nodiscard]] Parts parts_of(std::size_t combination) const { return parts_of(combinations.at(combination)); }
  static constexpr std::size_t kKept = 16;  ///< prepared platforms and workloads

  // What is read when it is first needed and kept; a reader of points does not notice.
  mutable std::map<Parts, std::shared_ptr<const Prepared>> prepared_;
  mutable std::optional<std::pair<std::size_t, Scenario>> latest_;  ///< combination that was read last
  mutable std::map<Parts, std::string> hashes_;                     ///< of platforms and workloads
  mutable std::vector<std::string> hashes_of_runs_;                 ///< by combination; empty: not known yet
  mutable std::optional<PointHasher> hasher_;
  mutable Composer composer;
  mutable ScenarioReader reader;
  const Catalog* catalog = nullptr;
  PolicyNeed policy_need = PolicyNeed::required;
  std::string experiment_file;  ///< empty if there is none
  Strings fixed_paths;          ///< of settings: no factors
  ExperimentSpec spec;
  std::vector<Combination> combinations;
  std::vector<SettingPath> factors;
  Strings label_names;
  std::vector<Strings> labels;                 ///< by combination; the seed is that of its first replicate
  std::vector<std::uint64_t> seeds;            ///< by combination, of its first replicate
  std::vector<bool> built_in;                  ///< by combination
  std::vector<std::string> policy_details;     ///< by combination: parameters that its policy was given with its name
  std::map<std::string, std::string> sources;  ///< "platform NAME" -> where it came from
  std::vector<bool> varies;                    ///< by label
  std::optional<HomogeneousPlatforms> homogeneous;
  Strings notes;
};

void Study::Impl::read(const Catalog& policies, PolicyNeed need, Problems& problems) {
  catalog = &policies;
  policy_need = need;
  const Document& document = composer.experiment();
  const Node root = document.root();
  spec = hetsched::read<ExperimentSpec>(root, problems);
  if (!document.parsed() || !root.value().is_object()) return;
  // A setting that makes replicates fewer than the least that stop_when looks at asks for just so many.
  const bool fixed = std::find(fixed_paths.begin(), fixed_paths.end(), "replicates") != fixed_paths.end();
  if (spec.stop_when)
    check_stop_rule(*spec.stop_when,
                    fixed ? std::max(spec.replicates, spec.stop_when->min_replicates) : spec.replicates, root,
                    problems);
  const std::size_t before = problems.size();
  Expansion expansion = expand(root, fixed_paths, problems);
  if (problems.size() != before) return;  // points without a broken factor's value would only add misleading problems
  combinations = std::move(expansion.combinations);
  const bool seeds_vary = std::find(expansion.paths.begin(), expansion.paths.end(), "seed") != expansion.paths.end();
  if (seeds_vary && spec.replicates > 1)
    problems.add(
        root.child("replicates").problem("repeats runs with further seeds, but seed is a factor; use one of the two"));
  if (combinations.size() * spec.replicates > kMaxPoints) {
    problems.add(root.child("replicates")
                     .problem("makes " + std::to_string(combinations.size() * spec.replicates) + " points; at most " +
                              std::to_string(kMaxPoints) + " are allowed"));
    return;
  }
  label_names = {"platform", "workload", "policy", "seed"};
  for (const std::string& path : expansion.paths) {
    factors.emplace_back(path);
    if (std::find(label_names.begin(), label_names.end(), path) == label_names.end()) label_names.push_back(path);
  }
  if (const Node baseline = root.child("baseline"); asks_for_homogeneous(baseline.value()))
    homogeneous.emplace(baseline, problems);
  read_points(homogeneous ? &*homogeneous : nullptr, problems);
  if (problems.empty()) check_comparison(problems);
}

void Study::Impl::read_points(HomogeneousPlatforms* make, Problems& problems) {
  std::map<Parts, std::vector<std::shared_ptr<const Setting>>> levels;  // by what the platform depends on
  std::vector<Combination> made;
  bool all_read = true;
  for (std::size_t c = 0; c < combinations.size(); ++c) {
    const std::size_t before = problems.size();
    const Composed composed = composer.compose(combinations[c], problems);
    const Scenario scenario = reader.read_and_check(composed, *catalog, policy_need, problems);
    check_same_names("platform", scenario.platform.name, composed.platform_source, problems);
    check_same_names("workload", scenario.workload.name, composed.workload_source, problems);
    add_labels(combinations[c], scenario);
    all_read = all_read && problems.size() == before;
    if (make == nullptr || problems.size() != before) continue;
    Parts parts = parts_of(c);
    std::erase_if(parts, [](const Setting* each) { return each->path.field() != "platform"; });
    const auto [known, added] = levels.try_emplace(std::move(parts));
    if (added) {
      known->second = make->levels_of(scenario.platform, problems);
      for (const auto& level : known->second)
        composer.add_made(level, "made of " + composed.platform_source + ": " + dumped(level->value["name"]));
    }
    for (const auto& level : known->second) made.push_back(with_platform(combinations[c], level));
  }
  if (make != nullptr) read_homogeneous(made, problems);
  if (make != nullptr && all_read && made.empty() && problems.empty())
    problems.add(composer.experiment()
                     .root()
                     .child("baseline")
                     .problem("asks for homogeneous platforms, but no platform here has accelerators of two kinds that "
                              "they could be made of"));
  name_policies_apart();
  for (std::size_t column = 0; column < label_names.size(); ++column)
    varies.push_back(std::any_of(labels.begin(), labels.end(),
                                 [&](const Strings& each) { return each[column] != labels.front()[column]; }));
  if (spec.replicates > 1) varies[3] = true;
}

/// Adds the combinations on platforms that were made. One that does not fit is left out where another kind was not
/// asked for.
void Study::Impl::read_homogeneous(const std::vector<Combination>& made, Problems& problems) {
  notes = homogeneous->notes();
  std::set<Parts> unfit;  // tables are built once for all policies
  for (const Combination& combination : made) {
    if (unfit.contains(parts_of(combination))) continue;
    Problems found;
    const Composed composed = composer.compose(combination, found);
    const Scenario scenario = reader.read_and_check(composed, *catalog, policy_need, found);
    check_same_names("platform", scenario.platform.name, composed.platform_source, found);
    if (found.empty()) {
      combinations.push_back(combination);
      add_labels(combination, scenario);
    } else if (!homogeneous->is_each()) {
      const Node baseline = composer.experiment().root().child("baseline");
      for (const Problem& problem : found.all())
        problems.add(problem.where.empty() ? baseline.problem(scenario.platform.name + ": " + problem.what) : problem);
    } else {
      unfit.insert(parts_of(combination));
      notes.push_back("no runs of " + scenario.platform.name + " with " + scenario.workload.name + ": " +
                      found.all().front().what);
    }
  }
  if (combinations.size() * spec.replicates > kMaxPoints)
    problems.add(composer.experiment()
                     .root()
                     .child("baseline")
                     .problem("makes " + std::to_string(combinations.size() * spec.replicates) +
                              " points with all homogeneous platforms; at "
                              "most " +
                              std::to_string(kMaxPoints) + " are allowed"));
}

/// Makes a copy of a study one with these levels.
void Study::Impl::set_levels(const SettingPath& path, const std::vector<Study::Level>& levels, const std::string& name,
                             Problems& problems) {
  if (homogeneous && path.field() == "platform")
    problems.add(composer.experiment()
                     .root()
                     .child("baseline")
                     .problem("makes homogeneous platforms, which would not change with " + path.text() +
                              "; vary a factor of the workload"));
  prepared_.clear();
  latest_.reset();
  hashes_.clear();
  hashes_of_runs_.clear();
  Document document = composer.experiment();
  Composer::apply({SettingPath("name"), name, "its name"}, document, problems);
  std::vector<Setting> settings = composer.settings();
  std::erase_if(settings, [&](const Setting& setting) { return setting.path.text() == path.text(); });
  composer = composer.with(std::move(document), std::move(settings));
  spec.name = name;
  spec.stop_when.reset();
  std::erase(fixed_paths, path.text());
  factors.push_back(path);
  label_names.push_back(path.text());
  const std::vector<Combination> bare = std::exchange(combinations, {});
  for (const Study::Level& level : levels) {
    Combination& combination = combinations.emplace_back(bare.at(level.combination));
    const std::string origin = path.text() + "=" + level_text(level.value);
    combination.push_back(std::make_shared<const Setting>(Setting{path, level.value, origin}));
  }
  labels.clear();
  seeds.clear();
  built_in.clear();
  policy_details.clear();
  varies.clear();
  read_points(nullptr, problems);
}

void Study::Impl::add_labels(const Combination& combination, const Scenario& scenario) {
  Strings values = {scenario.platform.name, scenario.workload.name, scenario.policy.title(),
                    std::to_string(scenario.options.seed)};
  seeds.push_back(scenario.options.seed);
  for (std::size_t column = 4; column < label_names.size(); ++column) {
    const auto level = std::find_if(combination.begin(), combination.end(),
                                    [&](const auto& each) { return each->path.text() == label_names[column]; });
    values.push_back(level == combination.end() ? "" : level_text((*level)->value));
  }
  labels.push_back(std::move(values));
  // Parameters that are factors themselves have columns of their own.
  PolicyChoice given = scenario.policy;
  if (given.parameters.value.is_object())
    for (const SettingPath& factor : factors)
      if (factor.parts().size() > 2 && factor.field() == "policy" && factor.parts()[1] == "parameters")
        given.parameters.value.erase(std::string(factor.after(2)));
  policy_details.push_back(parameters_text(given));
  built_in.push_back(catalog->find(given.name) != nullptr && !catalog->is_foreign(given));
}

/// One policy with several sets of parameters shows them in its name.
void Study::Impl::name_policies_apart() {
  std::map<std::string, std::set<std::string>> details;
  for (std::size_t i = 0; i < labels.size(); ++i) details[labels[i][2]].insert(policy_details[i]);
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (details[labels[i][2]].size() > 1) labels[i][2] += policy_details[i];
}

void Study::Impl::check_same_names(const std::string& what, const std::string& name, const std::string& source,
                                   Problems& problems) {
  if (name.empty()) return;
  const auto [known, added] = sources.emplace(what + " " + name, source);
  if (!added && known->second != source)
    problems.add(shortened(source, 120), "/name",
                 in_quotes(name) + " is the name of another " + what + " of this study already (" +
                     shortened(known->second, 120) + "); names tell runs apart in results");
}

/// Checks that the baseline and metrics that the experiment names for `hetsched compare` will be in the results.
void Study::Impl::check_comparison(Problems& problems) const {
  const Node root = composer.experiment().root();
  const Node baseline = root.child("baseline");
  for (const auto& item : spec.baseline.value.items()) {
    if (is_baseline_word(item.key())) continue;
    const Node node = baseline.child(item.key());
    const auto column = std::find(label_names.begin(), label_names.end(), item.key());
    if (column == label_names.end()) {
      problems.add(
          node.key_problem("is no column that tells runs apart" + alternatives(item.key(), "columns", label_names)));
      continue;
    }
    // A setting that fixes a factor may leave no baseline; that is not the experiment's fault.
    if (std::find(fixed_paths.begin(), fixed_paths.end(), item.key()) != fixed_paths.end()) continue;
    Strings values;
    for (const Strings& each : labels) {
      const std::string& value = each[static_cast<std::size_t>(column - label_names.begin())];
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    const std::string wanted = level_text(in_si(SettingPath(item.key()), item.value()));
    if (std::find(values.begin(), values.end(), wanted) == values.end())
      problems.add(node.problem("no run has the " + item.key() + " " + in_quotes(wanted) +
                                alternatives(wanted, "there are", values)));
  }
  const Strings metrics = field_names<RunSummary>();
  for (std::size_t i = 0; i < spec.compare.size(); ++i)
    if (std::find(metrics.begin(), metrics.end(), spec.compare[i]) == metrics.end())
      problems.add(root.child("compare").child(i).problem(in_quotes(spec.compare[i]) + " is no metric" +
                                                          alternatives(spec.compare[i], "metrics", metrics)));
}

Scenario Study::Impl::read_point(std::size_t point) const {
  const std::size_t combination = point / spec.replicates;
  if (!latest_ || latest_->first != combination) {
    Problems problems;
    const Composed composed = composer.compose(combinations.at(combination), problems);
    Scenario scenario = reader.read(composed, *catalog, policy_need, problems);
    problems.throw_if_any();
    latest_.emplace(combination, std::move(scenario));
  }
  Scenario scenario = latest_->second;
  scenario.options.seed = seed(point);
  return scenario;
}

Study::Impl::Parts Study::Impl::parts_of(const Combination& combination) {
  Parts parts;
  for (const auto& level : combination)
    if (level->path.field() == "platform" || level->path.field() == "workload") parts.push_back(level.get());
  return parts;
}

const std::string& Study::Impl::hash_of_run(std::size_t combination) const {
  hashes_of_runs_.resize(combinations.size());
  std::string& hash = hashes_of_runs_.at(combination);
  if (!hash.empty()) return hash;
  if (!hasher_) hasher_.emplace(*catalog);
  const Scenario scenario = read_point(combination * spec.replicates);
  std::string& parts = hashes_[parts_of(combination)];
  if (parts.empty()) parts = hasher_->platform_and_workload(scenario);
  return hash = hasher_->run(scenario, parts);
}

std::shared_ptr<const Prepared> Study::Impl::prepared(std::size_t point) const {
  Parts parts = parts_of(point / spec.replicates);
  const auto known = prepared_.find(parts);
  if (known != prepared_.end()) return known->second;
  if (prepared_.size() >= kKept) prepared_.clear();
  return prepared_.emplace(std::move(parts), std::make_shared<const Prepared>(read_point(point))).first->second;
}

// ---- Study ----

Study::Study(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Study::Study(Study&&) noexcept = default;
Study& Study::operator=(Study&&) noexcept = default;
Study::~Study() = default;

namespace {

/// Applies what concerns the experiment itself; returns the settings of points.
std::vector<Setting> apply_settings(const std::vector<Setting>& settings, Document& document, Strings& fixed,
                                    Problems& problems) {
  std::vector<Setting> of_points;
  for (const Setting& setting : settings) {
    fixed.push_back(setting.path.text());
    if (Composer::concerns_points(setting.path))
      of_points.push_back(setting);
    else if (document.parsed() && document.value().is_object())
      Composer::apply(setting, document, problems);
  }
  return of_points;
}

/// Each problem once.
void add_distinct(const Problems& found, Problems& problems) {
  std::set<std::string> seen;
  for (const Problem& problem : found.all())
    if (seen.insert(to_string(problem)).second) problems.add(problem);
}

}  // namespace

Study Study::load(const std::filesystem::path& path, const std::vector<Setting>& settings, const Catalog& catalog,
                  Problems& problems, PolicyNeed need) {
  const std::filesystem::path file = experiment_file(path);
  Problems found;
  Document document;
  if (const std::string missing = missing_file("experiment", file); missing.empty())
    document = Document::from_file(file, found);
  else
    found.add("", "", missing);
  if (document.parsed() && document.value().is_object())
    if (const FileKind kind = file_kind_of(document.root()); kind != FileKind::experiment) {
      problems.add(file.string(), "",
                   "is " + std::string(in_words(kind)) +
                       ", not an experiment; name it in one, or run: hetsched run --platform FILE --workload FILE "
                       "--policy NAME");
      return Study(std::make_unique<Impl>(std::move(document), std::vector<Setting>(), Strings()));
    }
  return make(std::move(document), settings, file.string(), catalog, need, found, problems);
}

Study Study::from_settings(const std::vector<Setting>& settings, const Catalog& catalog, Problems& problems,
                           PolicyNeed need) {
  Problems found;
  Document document = Document::from_value({{"format", 1}, {"name", "run"}}, "command line", "");
  return make(std::move(document), settings, "", catalog, need, found, problems);
}

Study Study::make(Document document, const std::vector<Setting>& settings, const std::string& file,
                  const Catalog& catalog, PolicyNeed need, Problems& found, Problems& problems) {
  Strings fixed;
  std::vector<Setting> of_points = apply_settings(settings, document, fixed, found);
  auto impl = std::make_unique<Impl>(std::move(document), std::move(of_points), std::move(fixed));
  impl->experiment_file = file;
  impl->read(catalog, need, found);
  add_distinct(found, problems);
  return Study(std::move(impl));
}

const ExperimentSpec& Study::spec() const { return impl_->spec; }
const Json& Study::experiment() const { return impl_->composer.experiment().value(); }
std::size_t Study::size() const { return impl_->labels.size() * impl_->spec.replicates; }
const Strings& Study::label_names() const { return impl_->label_names; }

Strings Study::labels(std::size_t point) const {
  Strings labels = impl_->labels.at(point / impl_->spec.replicates);
  labels[3] = std::to_string(impl_->seed(point));
  return labels;
}

std::string Study::title(std::size_t point) const {
  const bool all = std::none_of(impl_->varies.begin(), impl_->varies.end(), [](bool varies) { return varies; });
  const Strings values = labels(point);
  Strings parts;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (all || impl_->varies[i]) parts.push_back(impl_->label_names[i] + " " + values[i]);
  return join(parts, ", ");
}

std::string Study::point_name(std::size_t point) const {
  const std::size_t digits = std::to_string(size() - 1).size();
  const std::string number = std::to_string(point);
  return std::string(digits - number.size(), '0') + number;
}

std::size_t Study::cell(std::size_t point) const { return point / impl_->spec.replicates; }

std::string Study::id(std::size_t point) const {
  return PointHasher::point(impl_->hash_of_run(cell(point)), impl_->seed(point));
}

std::string Study::changed_file(const PolicyChoice& policy) const {
  return impl_->hasher_ ? impl_->hasher_->changed_file(policy) : "";
}

Study Study::with_levels(const SettingPath& path, const std::vector<Level>& levels, const std::string& name) const {
  auto impl = std::make_unique<Impl>(*impl_);
  Problems found, problems;
  impl->set_levels(path, levels, name, found);
  add_distinct(found, problems);
  problems.throw_if_any();
  return Study(std::move(impl));
}

Scenario Study::resolve(std::size_t point) const {
  HETSCHED_ASSERT(impl_->policy_need == PolicyNeed::required, "the runs of this study may lack a policy");
  return impl_->read_point(point);
}

Instance Study::instance(std::size_t point) const { return impl_->read_point(point); }

std::shared_ptr<const Prepared> Study::prepared(std::size_t point) const { return impl_->prepared(point); }

bool Study::is_policy_made(std::size_t point) const { return impl_->reader.is_made(impl_->read_point(point).policy); }

std::set<std::string> Study::policies_not_made() const { return impl_->reader.not_made(); }

Strings Study::not_tried() const {
  Strings files;
  for (const Plugin& plugin : impl_->catalog->plugins())
    if (plugin.policies.empty()) files.push_back(plugin.file.filename().string());
  for (const std::string& script : impl_->reader.scripts_on_trust()) files.push_back(script);
  return files;
}

bool Study::is_built_in(std::size_t point) const { return impl_->built_in.at(point / impl_->spec.replicates); }

const Strings& Study::notes() const { return impl_->notes; }

const Strings& Study::without_effect() const { return impl_->reader.without_effect(); }
const Strings& Study::assumed() const { return impl_->reader.assumed(); }

std::vector<InputFile> Study::inputs() const {
  std::set<std::string> files = impl_->composer.files();
  files.insert(impl_->reader.files().begin(), impl_->reader.files().end());
  if (!impl_->experiment_file.empty()) files.insert(impl_->experiment_file);
  if (impl_->homogeneous && impl_->homogeneous->kinds_file()) files.insert(impl_->homogeneous->kinds_file()->string());
  std::vector<InputFile> inputs;
  for (const std::string& file : files) {
    Problems problems;
    const auto bytes = read_file(file, problems);
    inputs.push_back({std::filesystem::absolute(file).lexically_normal().string(), bytes ? sha256_hex(*bytes) : ""});
  }
  return inputs;
}

}  // namespace hetsched
