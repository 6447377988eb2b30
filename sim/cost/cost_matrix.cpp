#include "cost/cost_matrix.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "cost/layer_costs.hpp"

namespace hetsched {
namespace {

double bus_factor(const LayerSpec* layer, const KindSpec& kind) {
  if (layer == nullptr) return kind.bus_factor;
  if (layer->bus_factor) return *layer->bus_factor;
  if (const auto op = operator_class(layer->op))
    for (const BusFactorSpec& some : kind.bus_factors)
      if (std::find(some.operators.begin(), some.operators.end(), *op) != some.operators.end()) return some.factor;
  return kind.bus_factor;
}

/// `layer`: null for a row of several together.
ResourceUse use_of(const LayerCost& cost, const LayerSpec* layer, const KindSpec& kind) {
  return {cost.bus_factor ? *cost.bus_factor : bus_factor(layer, kind), cost.occupancy.value_or(kind.occupancy),
          cost.weight.value_or(kind.weight)};
}

/// Do layers use what they share in other ways than the kind says of all?
bool uses_vary(const Network& network, const KindSpec& kind) {
  return !kind.bus_factors.empty() ||
         std::any_of(network.layers.begin(), network.layers.end(),
                     [](const LayerSpec& layer) { return layer.bus_factor; }) ||
         std::any_of(network.costs.begin(), network.costs.end(),
                     [](const ProfileRow& row) { return row.bus_factor || row.occupancy || row.weight; });
}

/// Sums are of what differs from the kind's, so that the mean of equal ones is exact.
void add(ResourceUse& sum, const ResourceUse& use, const ResourceUse& usual, const LayerCost& part) {
  sum.bus_factor += (use.bus_factor - usual.bus_factor) * part.traffic;
  sum.occupancy += (use.occupancy - usual.occupancy) * part.time;
  sum.weight += (use.weight - usual.weight) * part.time;
}

ResourceUse mean(const ResourceUse& sum, ResourceUse use, const Cost& whole) {
  if (whole.traffic > 0) use.bus_factor = std::max(1.0, use.bus_factor + sum.bus_factor / whole.traffic);
  if (whole.time > 0) {
    use.occupancy = std::min(1.0, use.occupancy + sum.occupancy / whole.time);
    use.weight += sum.weight / whole.time;
  }
  return use;
}

/// Writes the matrix.
class Writer {
 public:
  Writer(const PlatformSpec& platform, LayerCosts& costs, NameIds& ids, CostMatrix& matrix, Problems& problems)
      : costs_(costs),
        kinds_(costs.kinds()),
        ids_(ids),
        matrix_(matrix),
        problems_(problems),
        divider_(platform, costs) {}

  /// Adds the rows of a model; reports which of its tasks cannot run.
  void write(const Profile& profile, const TaskGraph& graph);

 private:
  void write_cells(const Profile& profile, const GraphTask& task, VariantId variant, KindId kind, std::size_t row,
                   std::span<Cost> cells, std::span<ResourceUse> uses);
  void sum_layers(const Profile& profile, const GraphTask& task, KindId kind, std::size_t row, std::span<Cost> cells,
                  std::span<ResourceUse> uses);
  void mean_uses(const Profile& profile, const GraphTask& task, KindId kind, std::span<const Cost> cells,
                 std::span<ResourceUse> uses);
  [[nodiscard]] bool runs_somewhere(std::span<const Cost> row) const;
  [[nodiscard]] std::string with_operator(const Network& network, const GraphTask& task) const;
  void tell_missing(const Profile& profile, const Strings& missing);

  LayerCosts& costs_;
  const IdVector<KindId, KindIds>& kinds_;
  NameIds& ids_;
  CostMatrix& matrix_;
  Problems& problems_;
  Divider divider_;
  std::vector<LayerCost> found_;  ///< by point
};

void Writer::write(const Profile& profile, const TaskGraph& graph) {
  Strings missing;
  for (const GraphTask& task : graph.tasks) {
    const std::size_t original = matrix_.cells.size();
    for (const VariantId v : IdRange<VariantId>(1 + task.variants.size())) {
      const std::size_t begin = matrix_.cells.size();
      matrix_.cells.resize(begin + matrix_.columns);
      matrix_.uses.resize(begin + matrix_.columns);
      for (const KindId k : kinds_.ids())
        if (matrix_.batches <= kinds_[k].spec->max_batch) {
          const std::size_t first = begin + index_of(matrix_.first_column[k]), points = kinds_[k].points.size();
          write_cells(profile, task, v, k, begin / matrix_.columns, {matrix_.cells.data() + first, points},
                      {matrix_.uses.data() + first, points});
        }
    }
    if (matrix_.batches == 1 && !runs_somewhere({matrix_.cells.data() + original, matrix_.columns}))
      missing.push_back(with_operator(profile.network(), task));
  }
  if (!missing.empty() && !costs_.lacks_clock()) tell_missing(profile, missing);
}

void Writer::write_cells(const Profile& profile, const GraphTask& task, VariantId variant, KindId kind, std::size_t row,
                         std::span<Cost> cells, std::span<ResourceUse> uses) {
  const std::vector<LayerSpec>& layers = profile.network().layers;
  const LayerSpec* layer = nullptr;
  found_.resize(cells.size());
  if (task.layers.size() == 1 && layers[task.layers[0]].name == task.name) {
    layer = &layers[task.layers[0]];
    costs_.find(profile, *layer, variant, kind, found_);
  } else {
    const std::string_view name =
        variant == VariantId::original ? std::string_view() : task.variants[index_of(variant) - 1];
    costs_.find_rows(profile, task.name, name, kind, found_);
    const bool none = profile.rows(pair_of(ids_[task.name], ids_[name]), kinds_[kind].key).empty();
    if (variant == VariantId::original && (none || !costs_.profiled(kind)))
      return sum_layers(profile, task, kind, row, cells, uses);
  }
  for (std::size_t p = 0; p < cells.size(); ++p) {
    cells[p] = {found_[p].time, found_[p].energy, found_[p].traffic};
    uses[p] = use_of(found_[p], layer, *kinds_[kind].spec);
  }
}

void Writer::sum_layers(const Profile& profile, const GraphTask& task, KindId kind, std::size_t row,
                        std::span<Cost> cells, std::span<ResourceUse> uses) {
  std::vector<SegmentCosts> segments = divider_.divide(profile, task, kind, matrix_.batches);
  divider_.sum(segments, kind, cells);
  if (segments.size() > 1) matrix_.programs.emplace(std::pair{row, kind}, std::move(segments));
  if (std::any_of(cells.begin(), cells.end(), [](const Cost& cell) { return cell.traffic > kMostTensorBytes; }))
    problems_.add("", "",
                  "the layers of task " + in_quotes(task.name) + " of model " + in_quotes(profile.network().name) +
                      " move more than " + format_number(kMostTensorBytes) + " B together on kind " +
                      in_quotes(kinds_[kind].spec->name) + ", the most that can be simulated; check their bytes");
  mean_uses(profile, task, kind, cells, uses);
}

/// Of the layers that the kind computes itself.
void Writer::mean_uses(const Profile& profile, const GraphTask& task, KindId kind, std::span<const Cost> cells,
                       std::span<ResourceUse> uses) {
  const KindSpec& spec = *kinds_[kind].spec;
  const ResourceUse usual = use_of({}, nullptr, spec);
  std::fill(uses.begin(), uses.end(), usual);
  if (!uses_vary(profile.network(), spec)) return;
  std::vector<ResourceUse> sums(cells.size(), ResourceUse{0, 0, 0});
  std::vector<Cost> wholes(cells.size(), Cost{0, 0, 0});
  found_.resize(cells.size());
  for (const std::uint32_t l : task.layers) {
    const LayerSpec& layer = profile.network().layers[l];
    costs_.find(profile, layer, VariantId::original, kind, found_);
    for (std::size_t p = 0; p < cells.size(); ++p) {
      if (found_[p].time == kNever) continue;
      add(sums[p], use_of(found_[p], &layer, spec), usual, found_[p]);
      wholes[p].time += found_[p].time;
      wholes[p].traffic += found_[p].traffic;
    }
  }
  for (std::size_t p = 0; p < cells.size(); ++p) uses[p] = mean(sums[p], usual, wholes[p]);
}

bool Writer::runs_somewhere(std::span<const Cost> row) const {
  for (const KindId k : kinds_.ids())
    for (std::size_t p = 0; kinds_[k].in_use && p < kinds_[k].points.size(); ++p)
      if (row[index_of(matrix_.first_column[k]) + p].time < kNever) return true;
  return false;
}

/// The task's name, with what helps to see why it has no cost.
std::string Writer::with_operator(const Network& network, const GraphTask& task) const {
  if (task.layers.size() > 1) return task.name + " (no row of its own, and no kind runs all of its layers)";
  const LayerSpec& layer = network.layers[task.layers[0]];
  bool all_profiled = true;
  for (const KindId k : kinds_.ids()) all_profiled = all_profiled && (!kinds_[k].in_use || costs_.only_profiled(k));
  if (all_profiled) return task.name;
  return task.name + " (" + (layer.op.empty() ? "no op" : layer.op) + (layer.dims ? "" : " without dims") + ")";
}

void Writer::tell_missing(const Profile& profile, const Strings& missing) {
  Strings keys, modelled;
  for (const KindId k : kinds_.ids()) {
    if (!kinds_[k].in_use) continue;
    if (costs_.profiled(k)) keys.push_back(ids_.name(kinds_[k].key));
    if (!costs_.only_profiled(k)) modelled.push_back(kinds_[k].spec->name);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  const Strings profiled = profile.keys(ids_);
  std::string text = "model " + in_quotes(profile.network().name) +
                     " has tasks that no accelerator of the platform can run: " + listed(missing, 10);
  if (!modelled.empty())
    text += "; none of the cost models of " + listed(modelled) + " covers their operator, number format and dims";
  if (!keys.empty())
    text += "; the platform's profile keys are " + listed(keys) + "; the model's profile has " +
            (profiled.empty() ? "no rows" : listed(profiled)) +
            "; add rows for these tasks, or an accelerator that they are profiled on";
  else
    text += "; add an accelerator that can";
  problems_.add("", "", text);
}

/// Is there a profile for the kind, and does one of its rows hold at one of its points? One that computes nothing needs
/// none.
void check_kind(const KindIds& kind, const std::vector<Profile>& profiles, const NameIds& ids, Problems& problems) {
  if (kind.spec->profile == kNoProfile) return;
  Strings keys, points;
  for (const Profile& profile : profiles) {
    for (std::string& key : profile.keys(ids)) keys.push_back(std::move(key));
    for (const std::uint64_t place : profile.places()) {
      if (high_of(place) != kind.key) continue;
      if (low_of(place) == 0) return;
      if (std::find(kind.points.begin(), kind.points.end(), low_of(place)) != kind.points.end()) return;
      points.push_back(ids.name(low_of(place)));
    }
  }
  const auto sort = [](Strings& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  };
  sort(keys);
  sort(points);
  const std::string key = ids.name(kind.key);
  if (points.empty()) {
    problems.add("", "",
                 "no profile has rows for kind " + in_quotes(kind.spec->name) + ": its profile key " + in_quotes(key) +
                     " is none of " + (keys.empty() ? "those there are, for there are none" : listed(keys)) +
                     did_you_mean(key, keys) + "; add rows, or take its accelerators out of the platform");
    return;
  }
  Strings own;
  for (const std::uint32_t point : kind.points) own.push_back(ids.name(point));
  problems.add("", "",
               "kind " + in_quotes(kind.spec->name) + " has none of the operating points that the profiles give for " +
                   in_quotes(key) + ": they are " + listed(points) + "; the kind's are " + listed(own) +
                   did_you_mean(own[0], points));
}

}  // namespace

CostMatrix build_cost_matrix(const PlatformSpec& platform, std::span<const CostedModel> models, Problems& problems) {
  NameIds ids;
  LayerCosts costs(platform, ids, problems);
  const IdVector<KindId, KindIds>& kinds = costs.kinds();
  CostMatrix matrix;
  for (const KindIds& kind : kinds) {
    matrix.first_column.push_back(id_of<CostColumnId>(matrix.columns));
    matrix.columns += static_cast<std::uint32_t>(kind.points.size());
  }

  std::vector<Profile> profiles;  // one per network, however many granularities it is used at
  std::vector<std::size_t> profile_of;
  for (const CostedModel& model : models) {
    const auto known =
        std::find_if(profiles.begin(), profiles.end(), [&](const Profile& p) { return &p.network() == model.network; });
    profile_of.push_back(static_cast<std::size_t>(known - profiles.begin()));
    if (known == profiles.end()) profiles.emplace_back(*model.network, ids);
  }
  for (const KindId k : kinds.ids())
    if (kinds[k].in_use && costs.only_profiled(k)) check_kind(kinds[k], profiles, ids, problems);

  std::uint32_t most = 1;
  for (const KindIds& kind : kinds)
    if (kind.in_use) most = std::max(most, kind.spec->max_batch);
  Writer writer(platform, costs, ids, matrix, problems);
  for (matrix.batches = 1; matrix.batches == 1 || (matrix.batches <= most && problems.empty()); ++matrix.batches) {
    costs.set_batch(matrix.batches);
    for (std::size_t m = 0; m < models.size(); ++m) writer.write(profiles[profile_of[m]], *models[m].graph);
  }
  --matrix.batches;
  if (std::all_of(matrix.uses.begin(), matrix.uses.end(), [](const ResourceUse& use) { return use == ResourceUse{}; }))
    matrix.uses = {};
  return matrix;
}

}  // namespace hetsched
