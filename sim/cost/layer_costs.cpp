#include "cost/layer_costs.hpp"

#include <algorithm>
#include <variant>

#include "base/text.hpp"
#include "cost/cost_models.hpp"
#include "model/layer_work.hpp"

namespace hetsched {
namespace {

void enlarge(LayerWork& work, std::uint32_t batch) {
  work.batch *= batch;
  work.macs *= batch;
  work.vector_ops *= batch;
  work.input_bytes *= batch;
  work.output_bytes *= batch;
}

/// What a batch takes, in times of one inference alone.
BatchCost batch_growth(const KindSpec& kind, std::uint32_t batch) {
  const auto complete = [](BatchCost cost) {
    cost.energy = cost.energy.value_or(cost.time);
    cost.bytes = cost.bytes.value_or(cost.time);
    return cost;
  };
  const double size = batch;
  if (kind.batch_curve.empty()) {
    const double fixed = kind.batch_fixed_share;
    return complete({batch, fixed + (1 - fixed) * size});
  }
  std::vector<BatchCost> curve = {complete({1, 1})};
  for (const BatchCost& cost : kind.batch_curve) curve.push_back(complete(cost));
  std::size_t after = 1;
  while (after + 1 < curve.size() && curve[after].size < batch) ++after;
  const BatchCost &low = curve[after - 1], &high = curve[after];
  const double part = (size - low.size) / (static_cast<double>(high.size) - low.size);
  const auto between = [&](double x, double y) { return std::max(0.0, x + part * (y - x)); };
  return {batch, between(low.time, high.time), between(*low.energy, *high.energy), between(*low.bytes, *high.bytes)};
}

/// Takes over the costs of points that have none yet.
void complete(std::span<const LayerCost> found, std::string_view source, std::span<LayerCost> out) {
  for (std::size_t p = 0; p < out.size(); ++p) {
    if (out[p].time < kNever || found[p].time == kNever) continue;
    out[p] = found[p];
    out[p].source = source;
  }
}

/// The operators that a source is for; empty: all.
template <class Spec>
std::vector<OperatorClass> operators_of(const Spec& spec) {
  return spec.operators;
}
/// Those that it fuses with others come at its price, too.
std::vector<OperatorClass> operators_of(const RooflineSpec& spec) {
  std::vector<OperatorClass> operators = spec.operators;
  if (operators.empty()) return operators;
  for (OperatorClass fused : spec.fused_operators) operators.push_back(fused);
  return operators;
}

}  // namespace

bool LayerCosts::Source::is_for(std::optional<OperatorClass> op) const {
  return operators.empty() || (op && std::find(operators.begin(), operators.end(), *op) != operators.end());
}

LayerCosts::LayerCosts(const PlatformSpec& platform, NameIds& ids, Problems& problems)
    : ids_(ids), problems_(problems), clockless_told_(platform.kinds.size(), false) {
  for (const KindSpec& spec : platform.kinds) {
    KindIds& kind = kinds_.emplace_back();
    kind.spec = &spec;
    kind.key = ids[spec.profile];
    for (const OperatingPointSpec& point : spec.operating_points) kind.points.push_back(ids[point.name]);
    kind.in_use = std::any_of(platform.accelerators.begin(), platform.accelerators.end(),
                              [&](const AcceleratorSpec& a) { return a.kind == spec.name; });
    std::vector<Source>& sources = sources_.emplace_back();
    for (const CostSpec& cost : spec.costs)
      sources.push_back(std::visit(
          []<class Spec>(const Spec& s) {
            return Source{operators_of(s), make_cost_model(s), tag<Spec>};
          },
          cost));
    if (sources.empty()) sources.push_back({{}, nullptr, tag<ProfileCosts>});
  }
}

bool LayerCosts::profiled(KindId kind) const {
  return std::any_of(sources_[kind].begin(), sources_[kind].end(), [](const Source& s) { return s.model == nullptr; });
}

bool LayerCosts::only_profiled(KindId kind) const {
  return std::all_of(sources_[kind].begin(), sources_[kind].end(), [](const Source& s) { return s.model == nullptr; });
}

bool LayerCosts::lacks_clock() const {
  return std::find(clockless_told_.begin(), clockless_told_.end(), true) != clockless_told_.end();
}

void LayerCosts::find(const Profile& profile, const LayerSpec& layer, VariantId variant, KindId kind,
                      std::span<LayerCost> out) {
  std::fill(out.begin(), out.end(), LayerCost{});
  const VariantSpec* other = variant == VariantId::original ? nullptr : &layer.variants[index_of(variant) - 1];
  std::optional<LayerWork> work;
  const auto open = [&] {
    return std::any_of(out.begin(), out.end(), [](const LayerCost& cost) { return cost.time == kNever; });
  };
  for (const Source& source : sources_[kind]) {
    if (!open()) return;
    if (!source.operators.empty() && !source.is_for(operator_class(layer.op))) continue;
    scratch_.assign(out.size(), LayerCost{});
    if (source.model == nullptr) {
      fill(profile, pair_of(ids_[layer.name], other == nullptr ? 0 : ids_[other->name]), kind, scratch_);
    } else {
      if (!work) work = work_of(profile.network(), layer, other);
      if (!work) continue;
      if (work->batch != profile.network().batch * batch_) enlarge(*work, batch_);
      source.model->cost(*work, kinds_[kind].spec->operating_points, scratch_);
    }
    complete(scratch_, source.name, out);
  }
}

void LayerCosts::find_rows(const Profile& profile, std::string_view task, std::string_view variant, KindId kind,
                           std::span<LayerCost> out) {
  std::fill(out.begin(), out.end(), LayerCost{});
  if (profiled(kind)) fill(profile, pair_of(ids_[task], ids_[variant]), kind, out);
}

void LayerCosts::fill(const Profile& profile, std::uint64_t task, KindId kind, std::span<LayerCost> out) {
  const std::optional<std::size_t> clockless = fill_from_rows(profile.rows(task, kinds_[kind].key), kinds_[kind], out);
  const BatchCost growth = batch_growth(*kinds_[kind].spec, batch_);
  for (LayerCost& cost : out) {
    if (batch_ == 1 || cost.time == kNever) continue;
    cost.time *= growth.time;
    cost.cycles *= growth.time;
    cost.energy *= *growth.energy;
    cost.traffic *= *growth.bytes;
  }
  if (!clockless || clockless_told_[kind]) return;
  clockless_told_[kind] = true;
  const KindSpec& spec = *kinds_[kind].spec;
  problems_.add("", "",
                "operating point " + in_quotes(spec.operating_points[*clockless].name) + " of kind " +
                    in_quotes(spec.name) + " needs a frequency, because the profile of model " +
                    in_quotes(profile.network().name) + " counts cycles; give it one, or profile times instead");
}

}  // namespace hetsched
