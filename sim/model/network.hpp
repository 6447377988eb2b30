/// \file
/// A model (DNN) as its JSON file describes it: layers joined by tensors, variants, accuracy, and the
/// profile table of what each layer costs on each kind. SI units.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "model/operators.hpp"

namespace hetsched {

/// The largest tensor or traffic of a layer that can be simulated.
inline constexpr double kMostTensorBytes = 1e14;

/// A tensor that a layer reads. In JSON a string is short for {"from": string}.
struct InputSpec {
  std::string from;
  std::optional<double> bytes;
};
template <>
inline constexpr auto fields<InputSpec> = std::tuple{
    field("from", &InputSpec::from, "the layer that produces it", {.required = true}),
    field("bytes", &InputSpec::bytes,
          "size, where this consumer reads data of its own; default: the producer's output, moved once for all",
          {.unit = "B", .max = kMostTensorBytes}),
};
template <>
inline constexpr std::string_view shorthand<InputSpec> = "from";

struct VariantSpec {
  std::string name;
  double accuracy_loss = 0;
  std::optional<Dims> dims;
  std::optional<Precision> precision = {};
};
template <>
inline constexpr auto fields<VariantSpec> = std::tuple{
    field("name", &VariantSpec::name, "name, as in the profile's column variant", {.required = true}),
    field("accuracy_loss", &VariantSpec::accuracy_loss,
          "part of the original accuracy lost when only this variant is applied (0 to 1)", {.max = 1}),
    field("dims", &VariantSpec::dims,
          "dimensions of the alternative computation; default: where it has a precision, the layer's", {}),
    field("precision", &VariantSpec::precision, "number format of the alternative computation; default: the layer's",
          {}),
};

struct LayerSpec {
  std::string name;
  std::string op;
  std::optional<std::vector<InputSpec>> inputs;
  std::optional<double> output_bytes, weight_bytes, macs;
  std::optional<Dims> dims;
  std::vector<VariantSpec> variants;
  std::optional<Precision> precision;
  std::optional<double> input_bytes, params, bus_factor, workspace_bytes;
};
template <>
inline constexpr auto fields<LayerSpec> = std::tuple{
    field("name", &LayerSpec::name, "name, unique in the model", {.required = true}),
    field("op", &LayerSpec::op,
          "operator, e.g. conv2d, depthwise_conv2d, linear, matmul, elementwise; any word where no dims are given", {}),
    field("precision", &LayerSpec::precision, "number format of what follows from dims; default: the model's", {}),
    field("inputs", &LayerSpec::inputs, "layers it reads from; default: the layer before it in this list; [] for none",
          {}),
    field("input_bytes", &LayerSpec::input_bytes, "activations it reads; default: from dims",
          {.unit = "B", .max = kMostTensorBytes}),
    field("output_bytes", &LayerSpec::output_bytes, "size of its output; default: from dims",
          {.unit = "B", .max = kMostTensorBytes}),
    field("weight_bytes", &LayerSpec::weight_bytes,
          "size of its weights; default: from dims, or from params where dims have none",
          {.unit = "B", .max = kMostTensorBytes}),
    field("workspace_bytes", &LayerSpec::workspace_bytes, "room in memory that it takes only while it runs",
          {.unit = "B", .max = kMostTensorBytes}),
    field("params", &LayerSpec::params, "parameters; default: from dims; 0 where they are those of another layer", {}),
    field("macs", &LayerSpec::macs, "multiply-accumulates; default: from dims", {}),
    field("bus_factor", &LayerSpec::bus_factor,
          "bytes that a memory's controller sees for each byte of its traffic, on any kind whose profile does not say; "
          "default: the kind's",
          {.min = 1, .max = 1000}),
    field("dims", &LayerSpec::dims, "dimensions of the operator", {}),
    field("variants", &LayerSpec::variants, "other ways to compute it", {}),
};

struct GroupSpec {
  std::string name;
  std::vector<std::string> layers;
};
template <>
inline constexpr auto fields<GroupSpec> = std::tuple{
    field("name", &GroupSpec::name, "name, as in the profile's column layer where the group was measured whole",
          {.required = true}),
    field("layers", &GroupSpec::layers, "the layers that run as one task", {.required = true}),
};

struct CombinationSpec {
  std::vector<std::string> variants;
  double loss = 0;
};
template <>
inline constexpr auto fields<CombinationSpec> = std::tuple{
    field("variants", &CombinationSpec::variants, "layer:variant, for every variant applied", {.required = true}),
    field("loss", &CombinationSpec::loss, "part of the original accuracy lost (0 to 1)", {.required = true, .max = 1}),
};

struct AccuracySpec {
  std::string metric;
  std::optional<double> baseline;
  std::vector<CombinationSpec> combinations;
};
template <>
inline constexpr auto fields<AccuracySpec> = std::tuple{
    field("metric", &AccuracySpec::metric, "what was measured", {}),
    field("baseline", &AccuracySpec::baseline, "the original's value of it", {}),
    field("combinations", &AccuracySpec::combinations,
          "measured losses of sets of variants; sets not listed may not be applied; default: losses add up", {}),
};

/// One row of a profile: what a layer (or a group, or "*", the whole model) costs on a kind.
struct ProfileRow {
  std::string layer, variant, kind, point;
  std::optional<double> cycles, time, energy, power;
  double bytes = 0;
  std::optional<double> bus_factor, occupancy, weight;
};
template <>
inline constexpr auto fields<ProfileRow> = std::tuple{
    field("layer", &ProfileRow::layer, "a layer, a group, or * for the whole model", {.required = true}),
    field("variant", &ProfileRow::variant, "a variant of it; default: the original", {}),
    field("kind", &ProfileRow::kind, "profile key of a kind (its field profile)", {.required = true}),
    field("point", &ProfileRow::point,
          "operating point it was measured at; default: the kind's first, other points scale with frequency", {}),
    field("cycles", &ProfileRow::cycles, "duration in clock cycles; give this or time", {}),
    field("time", &ProfileRow::time, "duration alone on the accelerator; give this or cycles", {.unit = "s"}),
    field("energy", &ProfileRow::energy, "energy of one execution; give this or power; default 0", {.unit = "J"}),
    field("power", &ProfileRow::power, "power while it runs; give this or energy", {.unit = "W"}),
    field("bytes", &ProfileRow::bytes, "traffic to and from the accelerator's memory",
          {.unit = "B", .max = kMostTensorBytes}),
    field("bus_factor", &ProfileRow::bus_factor,
          "bytes that the memory's controller sees for each of these; default: the layer's, or the kind's",
          {.min = 1, .max = 1000}),
    field("occupancy", &ProfileRow::occupancy,
          "part of a device that it fills alone, where slots share the device; default: the kind's",
          {.max = 1, .above = 0}),
    field("weight", &ProfileRow::weight, "its weight among those that share the device; default: the kind's",
          {.max = 1e6, .above = 0}),
};

/// What going over from one kind to another after a layer was measured to take.
struct TransitionRow {
  std::string after, from, to;
  double time = 0, energy = 0;
};
template <>
inline constexpr auto fields<TransitionRow> = std::tuple{
    field("after", &TransitionRow::after, "the last layer before it, or the group that ends there", {.required = true}),
    field("from", &TransitionRow::from, "profile key of the kind that computed it", {.required = true}),
    field("to", &TransitionRow::to, "profile key of the kind that goes on", {.required = true}),
    field("time", &TransitionRow::time, "time of it, whatever the kinds say in transitions",
          {.required = true, .unit = "s"}),
    field("energy", &TransitionRow::energy, "energy of it, on top of the active power", {.unit = "J"}),
};

/// What may become of outputs that have been computed and are still to be read, where memory is short.
enum class Spill {
  none,       ///< they stay
  recompute,  ///< given up and computed again
  offload,    ///< moved to another memory
  any,        ///< either
};
template <>
inline constexpr auto enum_names<Spill> = std::array{"none", "recompute", "offload", "any"};

struct NetworkSpec {
  std::string schema;
  std::int64_t format = 1;
  std::string name, description, source;
  std::optional<Precision> precision;
  double bytes_per_element = 1;
  std::uint32_t batch = 1;
  std::vector<LayerSpec> layers;
  std::vector<GroupSpec> groups;
  std::vector<VariantSpec> variants;
  AccuracySpec accuracy;
  std::optional<Spill> spill;
  std::string profile;
  std::vector<TransitionRow> transitions;
  std::vector<ProfileRow> costs;  ///< inline rows, after loading followed by those of the profile file
};
template <>
inline constexpr auto fields<NetworkSpec> = std::tuple{
    field("$schema", &NetworkSpec::schema, "for editors; ignored", {}),
    field("format", &NetworkSpec::format, "version of this file format", {.required = true, .min = 1, .max = 1}),
    field("name", &NetworkSpec::name, "name in results", {.required = true}),
    field("description", &NetworkSpec::description, "free text", {}),
    field("source", &NetworkSpec::source, "where structure and costs come from", {}),
    field("precision", &NetworkSpec::precision,
          "number format where bytes follow from dims; give this or bytes_per_element", {}),
    field("bytes_per_element", &NetworkSpec::bytes_per_element, "size of an element where bytes follow from dims",
          {.above = 0}),
    field("batch", &NetworkSpec::batch,
          "inputs computed at once: multiplies all that follows from dims but the weights", {.min = 1}),
    field("layers", &NetworkSpec::layers, "the layers; a directed acyclic graph", {.required = true}),
    field("groups", &NetworkSpec::groups, "fused layers, for granularity group; layers in none are tasks of their own",
          {}),
    field("variants", &NetworkSpec::variants, "other versions of the whole model, for granularity model", {}),
    field("accuracy", &NetworkSpec::accuracy, "measured accuracy of variants", {}),
    field("transitions", &NetworkSpec::transitions,
          "measured transitions between kinds after layers; default: as the kinds say", {}),
    field("spill", &NetworkSpec::spill,
          "what a policy may do with outputs that are still to be read, where memory is short: none (default); "
          "recompute: "
          "give them up and run the task again; offload: move them to another memory; any",
          {}),
    field("profile", &NetworkSpec::profile, "CSV file of costs, relative to this file", {}),
    field("costs", &NetworkSpec::costs, "rows of the profile written here", {}),
};

/// A model ready for use: as NetworkSpec, with all rows read, defaults filled in and layers in a topological order
/// (that of the file where it is one). Every layer has inputs, input_bytes, output_bytes and weight_bytes (0 where
/// neither they nor dims are given); it has macs and params if they or dims are given. bytes_per_element is that of
/// the precision, if there is one.
using Network = NetworkSpec;

/// Reads and checks a model and its profile file (found beside `node`'s file). Problems are added.
Network read_network(const Node& node, Problems& problems);

}  // namespace hetsched
