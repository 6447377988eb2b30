#include "cost/cost_matrix.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/text.hpp"

namespace hetsched {
namespace {

/// Numbers for names, so that the inner loops compare integers. The empty name is 0.
class NameIds {
 public:
  std::uint32_t operator[](std::string_view name) {
    const auto [at, is_new] = ids_.emplace(name, static_cast<std::uint32_t>(ids_.size()));
    if (is_new) names_.push_back(name);
    return at->second;
  }
  [[nodiscard]] std::string name(std::uint32_t id) const { return std::string(names_[id]); }

 private:
  std::vector<std::string_view> names_{""};
  std::unordered_map<std::string_view, std::uint32_t> ids_{{"", 0}};
};

std::uint64_t pair_of(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }
std::uint32_t high_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair >> 32); }
std::uint32_t low_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair); }

/// A kind as the matrix needs it.
struct KindColumns {
  const KindSpec* spec = nullptr;
  std::uint32_t key = 0;              ///< profile key
  std::vector<std::uint32_t> points;  ///< names
  bool in_use = false;                ///< by an accelerator
};

std::vector<KindColumns> columns_of(const PlatformSpec& platform, NameIds& ids) {
  std::vector<KindColumns> kinds;
  for (const KindSpec& spec : platform.kinds) {
    KindColumns& kind = kinds.emplace_back();
    kind.spec = &spec;
    kind.key = ids[spec.profile];
    for (const OperatingPointSpec& point : spec.operating_points) kind.points.push_back(ids[point.name]);
    kind.in_use = std::any_of(platform.accelerators.begin(), platform.accelerators.end(),
                              [&](const AcceleratorSpec& a) { return a.kind == spec.name; });
  }
  return kinds;
}

/// The rows of one model's profile in an order in which they are found fast.
class Profile {
 public:
  struct Entry {
    std::uint64_t task = 0;   ///< pair of layer and variant
    std::uint64_t place = 0;  ///< pair of profile key and point
    const ProfileRow* row = nullptr;
    [[nodiscard]] auto order() const { return std::tuple{task, place}; }
  };

  Profile(const Network& network, NameIds& ids) : network_(&network) {
    entries_.reserve(network.costs.size());
    std::unordered_set<std::uint64_t> places;
    for (const ProfileRow& row : network.costs) {
      entries_.push_back(
          {pair_of(ids[row.layer], ids[row.variant]), pair_of(ids[row.kind], ids[row.point]), &row});
      places.insert(entries_.back().place);
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.order() < b.order(); });
    places_.assign(places.begin(), places.end());
    std::sort(places_.begin(), places_.end());
  }

  /// The rows of a task for a profile key, by point; one without point comes first.
  [[nodiscard]] std::span<const Entry> rows(std::uint64_t task, std::uint32_t key) const {
    const auto from = std::lower_bound(entries_.begin(), entries_.end(), std::tuple{task, pair_of(key, 0)},
                                       [](const Entry& e, const auto& wanted) { return e.order() < wanted; });
    auto to = from;
    while (to != entries_.end() && to->task == task && high_of(to->place) == key) ++to;
    return {from, to};
  }
  [[nodiscard]] const Network& network() const { return *network_; }
  /// All pairs of profile key and point that occur.
  [[nodiscard]] const std::vector<std::uint64_t>& places() const { return places_; }
  [[nodiscard]] Names keys(const NameIds& ids) const {
    Names names;
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (i == 0 || high_of(places_[i]) != high_of(places_[i - 1]))
        names.push_back(ids.name(high_of(places_[i])));
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  const Network* network_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> places_;
};

Cost cost_of(const ProfileRow& row, double measured_at, double frequency) {
  Cost cost;
  if (row.cycles)
    cost.time = *row.cycles / frequency;
  else
    cost.time = row.time.value_or(0) * (measured_at > 0 && frequency > 0 ? measured_at / frequency : 1);
  cost.energy = row.energy ? *row.energy : row.power.value_or(0) * cost.time;
  cost.traffic = row.bytes;
  return cost;
}

/// Fills the cells of one task on one kind. Returns the first point that lacks a frequency, or kNone.
std::uint32_t fill(std::span<const Profile::Entry> rows, const KindColumns& kind, std::span<Cost> cells) {
  if (rows.empty()) return kNone;
  const ProfileRow* everywhere = low_of(rows.front().place) == 0 ? rows.front().row : nullptr;
  std::uint32_t clockless = kNone;
  for (std::uint32_t p = 0; p < kind.points.size(); ++p) {
    const auto exact = std::find_if(
        rows.begin(), rows.end(), [&](const Profile::Entry& e) { return low_of(e.place) == kind.points[p]; });
    const double frequency = kind.spec->operating_points[p].frequency;
    const ProfileRow* row = exact != rows.end() ? exact->row : everywhere;
    if (row == nullptr) continue;
    if (row->cycles && !(frequency > 0)) {
      clockless = std::min(clockless, p);
      continue;
    }
    const double measured_at = exact != rows.end() ? frequency : kind.spec->operating_points[0].frequency;
    cells[p] = cost_of(*row, measured_at, frequency);
  }
  return clockless;
}

void add(std::span<Cost> sum, std::span<const Cost> part) {
  for (std::size_t p = 0; p < sum.size(); ++p) {
    sum[p].time += part[p].time;
    sum[p].energy += part[p].energy;
    sum[p].traffic += part[p].traffic;
  }
}

/// Writes the matrix.
class Writer {
 public:
  Writer(const std::vector<KindColumns>& kinds, NameIds& ids, CostMatrix& matrix, Problems& problems)
      : kinds_(kinds),
        ids_(ids),
        matrix_(matrix),
        problems_(problems),
        clockless_told_(kinds.size(), false) {}

  /// Adds the rows of a model; reports which of its tasks cannot run.
  void write(const Profile& profile, const TaskGraph& graph);

 private:
  void write_row(const Profile& profile, const GraphTask& task, std::uint32_t variant);
  void sum_layers(const Profile& profile, const GraphTask& task, std::uint32_t kind, std::span<Cost> cells);
  void fill_kind(std::span<const Profile::Entry> rows, const Profile& profile, std::uint32_t kind,
                 std::span<Cost> cells);
  [[nodiscard]] bool runs_somewhere(std::span<const Cost> row) const;
  void tell_missing(const Profile& profile, const Names& missing);

  const std::vector<KindColumns>& kinds_;
  NameIds& ids_;
  CostMatrix& matrix_;
  Problems& problems_;
  std::vector<bool> clockless_told_;
  std::vector<Cost> part_;  ///< a layer of a sum
};

void Writer::write(const Profile& profile, const TaskGraph& graph) {
  Names missing;
  for (const GraphTask& task : graph.tasks) {
    const std::size_t original = matrix_.cells.size();
    for (std::uint32_t v = 0; v <= task.variants.size(); ++v) write_row(profile, task, v);
    if (runs_somewhere({matrix_.cells.data() + original, matrix_.columns})) continue;
    missing.push_back(task.name);
    if (task.layers.size() > 1) missing.back() += " (no row of its own, and no kind runs all of its layers)";
  }
  const bool clockless =
      std::find(clockless_told_.begin(), clockless_told_.end(), true) != clockless_told_.end();
  if (!missing.empty() && !clockless) tell_missing(profile, missing);
}

void Writer::write_row(const Profile& profile, const GraphTask& task, std::uint32_t variant) {
  const std::uint64_t id = pair_of(ids_[task.name], variant == 0 ? 0 : ids_[task.variants[variant - 1]]);
  const std::size_t begin = matrix_.cells.size();
  matrix_.cells.resize(begin + matrix_.columns);
  for (std::uint32_t k = 0; k < kinds_.size(); ++k) {
    const std::span<Cost> cells(matrix_.cells.data() + begin + matrix_.first_column[k],
                                kinds_[k].points.size());
    const auto rows = profile.rows(id, kinds_[k].key);
    if (rows.empty() && variant == 0)
      sum_layers(profile, task, k, cells);
    else
      fill_kind(rows, profile, k, cells);
  }
}

void Writer::sum_layers(const Profile& profile, const GraphTask& task, std::uint32_t kind,
                        std::span<Cost> cells) {
  const std::vector<LayerSpec>& layers = profile.network().layers;
  if (task.layers.size() == 1 && layers[task.layers[0]].name == task.name)
    return;  // no sum but the task itself
  std::fill(cells.begin(), cells.end(), Cost{0, 0, 0});
  for (const std::uint32_t layer : task.layers) {
    part_.assign(cells.size(), Cost{});
    fill_kind(profile.rows(pair_of(ids_[layers[layer].name], 0), kinds_[kind].key), profile, kind, part_);
    add(cells, part_);
  }
  for (Cost& cell : cells)
    if (cell.time == kNever) cell = Cost{};
  if (std::any_of(cells.begin(), cells.end(), [](const Cost& cell) { return cell.traffic > kMostTensorBytes; }))
    problems_.add("", "",
                  "the layers of task " + in_quotes(task.name) + " of model " + in_quotes(profile.network().name) +
                      " move more than " + shortest(kMostTensorBytes) + " B together on kind " +
                      in_quotes(kinds_[kind].spec->name) + ", the most that can be simulated; check their bytes");
}

void Writer::fill_kind(std::span<const Profile::Entry> rows, const Profile& profile, std::uint32_t kind,
                       std::span<Cost> cells) {
  const std::uint32_t clockless = fill(rows, kinds_[kind], cells);
  if (clockless == kNone || clockless_told_[kind]) return;
  clockless_told_[kind] = true;
  const KindSpec& spec = *kinds_[kind].spec;
  problems_.add("", "",
                "operating point " + in_quotes(spec.operating_points[clockless].name) + " of kind " +
                    in_quotes(spec.name) + " needs a frequency, because the profile of model " +
                    in_quotes(profile.network().name) +
                    " counts cycles; give it one, or profile times instead");
}

bool Writer::runs_somewhere(std::span<const Cost> row) const {
  for (std::uint32_t k = 0; k < kinds_.size(); ++k)
    for (std::uint32_t p = 0; kinds_[k].in_use && p < kinds_[k].points.size(); ++p)
      if (row[matrix_.first_column[k] + p].time < kNever) return true;
  return false;
}

void Writer::tell_missing(const Profile& profile, const Names& missing) {
  Names keys;
  for (const KindColumns& kind : kinds_)
    if (kind.in_use) keys.push_back(ids_.name(kind.key));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  const Names profiled = profile.keys(ids_);
  problems_.add("", "",
                "model " + in_quotes(profile.network().name) +
                    " has tasks that no accelerator of the platform can run: " + listed(missing, 10) +
                    "; the platform's profile keys are " + listed(keys) + "; the model's profile has " +
                    (profiled.empty() ? "no rows" : listed(profiled)) +
                    "; add rows for these tasks, or an accelerator that they are profiled on");
}

/// Is there a profile for the kind, and does one of its rows hold at one of its points?
void check_kind(const KindColumns& kind, const std::vector<Profile>& profiles, const NameIds& ids,
                Problems& problems) {
  Names keys, points;
  for (const Profile& profile : profiles) {
    for (std::string& key : profile.keys(ids)) keys.push_back(std::move(key));
    for (const std::uint64_t place : profile.places()) {
      if (high_of(place) != kind.key) continue;
      if (low_of(place) == 0) return;
      if (std::find(kind.points.begin(), kind.points.end(), low_of(place)) != kind.points.end()) return;
      points.push_back(ids.name(low_of(place)));
    }
  }
  const auto sort = [](Names& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  };
  sort(keys);
  sort(points);
  const std::string key = ids.name(kind.key);
  if (points.empty()) {
    problems.add("", "",
                 "no profile has rows for kind " + in_quotes(kind.spec->name) + ": its profile key " +
                     in_quotes(key) + " is none of " +
                     (keys.empty() ? "those there are, for there are none" : listed(keys)) +
                     did_you_mean(key, keys) + "; add rows, or take its accelerators out of the platform");
    return;
  }
  Names own;
  for (const std::uint32_t point : kind.points) own.push_back(ids.name(point));
  problems.add("", "",
               "kind " + in_quotes(kind.spec->name) +
                   " has none of the operating points that the profiles give for " + in_quotes(key) +
                   ": they are " + listed(points) + "; the kind's are " + listed(own) +
                   did_you_mean(own[0], points));
}

}  // namespace

CostMatrix build_cost_matrix(const PlatformSpec& platform, std::span<const CostedModel> models,
                             Problems& problems) {
  NameIds ids;
  const std::vector<KindColumns> kinds = columns_of(platform, ids);
  CostMatrix matrix;
  for (const KindColumns& kind : kinds) {
    matrix.first_column.push_back(matrix.columns);
    matrix.columns += static_cast<std::uint32_t>(kind.points.size());
  }

  std::vector<Profile> profiles;  // one per network, however many granularities it is used at
  std::vector<std::size_t> profile_of;
  for (const CostedModel& model : models) {
    const auto known = std::find_if(profiles.begin(), profiles.end(),
                                    [&](const Profile& p) { return &p.network() == model.network; });
    profile_of.push_back(static_cast<std::size_t>(known - profiles.begin()));
    if (known == profiles.end()) profiles.emplace_back(*model.network, ids);
  }
  for (const KindColumns& kind : kinds)
    if (kind.in_use) check_kind(kind, profiles, ids, problems);

  Writer writer(kinds, ids, matrix, problems);
  for (std::size_t m = 0; m < models.size(); ++m) writer.write(profiles[profile_of[m]], *models[m].graph);
  return matrix;
}

}  // namespace hetsched
