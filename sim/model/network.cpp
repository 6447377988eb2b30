#include "model/network.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/files.hpp"
#include "model/graph.hpp"
#include "model/names.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kMaxVariants = 64;  // policies get sets of variants as bits of one word

/// Reads a model in steps that build on one another.
class NetworkReader {
 public:
  NetworkReader(const Node& node, Problems& problems)
      : node_(node), problems_(problems), network_(read<NetworkSpec>(node, problems)) {}

  Network read_all() {
    check_precision();
    layers_ = NameTable("layer", "", network_.layers, node_.child("layers"), problems_);
    for (std::size_t i = 0; i < network_.layers.size(); ++i) complete_layer(i);
    check_names();
    check_variants();
    check_accuracy();
    read_costs();
    check_transitions();
    if (check_order() && check_groups()) sort_layers();
    return std::move(network_);
  }

 private:
  /// Where a row of the profile stands, for messages.
  struct RowPlace {
    std::string where, pointer;
  };

  void complete_layer(std::size_t i) {
    LayerSpec& layer = network_.layers[i];
    const Node node = node_.child("layers").child(i);
    if (!layer.inputs) {
      layer.inputs.emplace();
      if (i > 0) layer.inputs->emplace_back().from = network_.layers[i - 1].name;
    }
    std::set<std::string> seen;
    for (std::size_t k = 0; k < layer.inputs->size(); ++k) {
      const std::string& from = (*layer.inputs)[k].from;
      const Node input = node.child("inputs").child(k);
      layers_.resolve(from, input, problems_);
      if (!from.empty() && !seen.insert(from).second)
        problems_.add(input.problem(in_quotes(from) + " is an input of this layer already; name it once"));
    }
    derive_sizes(layer, node);
  }

  void check_precision() {
    if (!network_.precision) return;
    const double size = bytes_of(*network_.precision);
    if (node_.has("bytes_per_element") && network_.bytes_per_element != size)
      problems_.add(node_.child("bytes_per_element")
                        .problem("contradicts precision " + std::string(name_of(*network_.precision)) + ", which has " +
                                 format_number(size) + "; give one of them"));
    network_.bytes_per_element = size;
  }

  /// Fills in what the file does not say of a layer's work and sizes.
  void derive_sizes(LayerSpec& layer, const Node& node) {
    const double size = layer.precision ? bytes_of(*layer.precision) : network_.bytes_per_element;
    OperatorCounts counts;
    if (layer.dims) {
      if (const std::string wrong = problem_of(*layer.dims, layer.op); !wrong.empty())
        problems_.add(node.child("dims").problem(wrong));
      else
        counts = count_operator(*layer.dims, layer.op);
      if (!layer.macs) layer.macs = counts.macs * network_.batch;
    }
    const double weights = counts.params > 0 ? counts.params : layer.params.value_or(0);
    if (!layer.params && layer.dims) layer.params = counts.params;
    if (!layer.input_bytes) layer.input_bytes = size * counts.inputs * network_.batch;
    if (!layer.output_bytes) layer.output_bytes = size * counts.outputs * network_.batch;
    if (!layer.weight_bytes) layer.weight_bytes = size * weights;
  }

  /// Names in the profile's column layer: layers, groups, and * must not be mixed up.
  void check_names() {
    const Node groups = node_.child("groups");
    groups_ = NameTable("group", "", network_.groups, groups, problems_);
    for (std::size_t i = 0; i < network_.groups.size(); ++i)
      if (layers_.find(network_.groups[i].name))
        problems_.add(groups.child(i).child("name").problem(in_quotes(network_.groups[i].name) +
                                                            " is the name of a layer already; names must differ"));
    const auto check_star = [&](const std::string& name, const Node& node) {
      if (name == "*") problems_.add(node.problem("\"*\" stands for the whole model; give another name"));
    };
    for (std::size_t i = 0; i < network_.layers.size(); ++i)
      check_star(network_.layers[i].name, node_.child("layers").child(i).child("name"));
    for (std::size_t i = 0; i < network_.groups.size(); ++i)
      check_star(network_.groups[i].name, groups.child(i).child("name"));
  }

  void check_variants() {
    std::size_t count = network_.variants.size();
    model_variants_ = NameTable("variant", "the model", network_.variants, node_.child("variants"), problems_);
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      const LayerSpec& layer = network_.layers[i];
      count += layer.variants.size();
      if (layer.variants.empty()) continue;
      layer_variants_.emplace(i, NameTable("variant", "layer " + in_quotes(layer.name), layer.variants,
                                           node_.child("layers").child(i).child("variants"), problems_));
    }
    if (count > kMaxVariants)
      problems_.add(node_.problem("has " + std::to_string(count) + " variants in all; at most " +
                                  std::to_string(kMaxVariants) + " are possible"));
  }

  void check_accuracy() {
    const Node list = node_.child("accuracy").child("combinations");
    std::set<Strings> seen;
    for (std::size_t i = 0; i < network_.accuracy.combinations.size(); ++i) {
      Strings variants = network_.accuracy.combinations[i].variants;
      std::set<std::string> layers;
      for (std::size_t k = 0; k < variants.size(); ++k) {
        const Node node = list.child(i).child("variants").child(k);
        const auto colon = variants[k].rfind(':');
        if (colon == std::string::npos) {
          problems_.add(node.problem("must be LAYER:VARIANT; found " + in_quotes(variants[k])));
          continue;
        }
        const std::string layer = variants[k].substr(0, colon);
        check_variant(layer, variants[k].substr(colon + 1), node);
        if (!layers.insert(layer).second)
          problems_.add(node.problem("gives layer " + in_quotes(layer) + " a second variant"));
      }
      std::sort(variants.begin(), variants.end());
      if (!variants.empty() && !seen.insert(variants).second)
        problems_.add(list.child(i).problem("this set of variants is listed already"));
    }
  }

  void check_variant(const std::string& layer, const std::string& variant, const Node& node) {
    if (layer == "*")
      model_variants_.resolve_listed(variant, node, problems_);
    else if (const auto index = layers_.resolve_listed(layer, node, problems_))
      if (!variants_of(*index).find(variant))
        problems_.add(node.problem(variant_problem(variants_of(*index), layer, variant)));
  }

  [[nodiscard]] const NameTable& variants_of(std::size_t layer) const {
    static const NameTable kNone("variant");
    const auto found = layer_variants_.find(layer);
    return found != layer_variants_.end() ? found->second : kNone;
  }

  static std::string variant_problem(const NameTable& variants, const std::string& owner, const std::string& name) {
    return variants.empty() ? in_quotes(owner) + " has no variants, so none " + in_quotes(name)
                            : variants.unknown(name);
  }

  void read_costs() {
    const Node inline_rows = node_.child("costs");
    const std::size_t inside = network_.costs.size();
    const auto path = node_.child("profile").resolve(network_.profile);
    std::vector<std::uint32_t> lines;
    const auto place = [&](std::size_t row) -> RowPlace {
      if (row >= inside) return {path.string() + ":" + std::to_string(lines[row - inside]), ""};
      return {inline_rows.child(row).where(), inline_rows.child(row).pointer()};
    };
    std::unordered_map<std::string, std::size_t> seen;
    for (std::size_t row = 0; row < inside; ++row) check_row(row, seen, place);
    if (network_.profile.empty()) return;
    if (const std::string missing = missing_file("profile", path); !missing.empty()) {
      problems_.add(node_.child("profile").problem(missing));
      return;
    }
    Problems file_problems;
    auto rows = read_csv<ProfileRow>(path, file_problems, &lines);
    for (const Problem& problem : file_problems.all()) problems_.add(problem);
    if (!file_problems.empty()) return;
    network_.costs.insert(network_.costs.end(), std::make_move_iterator(rows.begin()),
                          std::make_move_iterator(rows.end()));
    for (std::size_t row = inside; row < network_.costs.size(); ++row) check_row(row, seen, place);
  }

  /// `place(row)` tells where a row stands; positions are worked out only if there is something to report.
  template <class Place>
  void check_row(std::size_t number, std::unordered_map<std::string, std::size_t>& seen, const Place& place) {
    const ProfileRow& row = network_.costs[number];
    const auto report = [&](const std::string& what) {
      const RowPlace at = place(number);
      problems_.add(at.where, at.pointer, what);
    };
    if (row.layer.empty() || row.kind.empty()) return;  // has been reported
    if (row.cycles.has_value() == row.time.has_value())
      report(row.cycles ? "gives both cycles and time; give one of them" : "gives neither cycles nor time; give one");
    if (row.energy && row.power) report("gives both energy and power; give one of them");
    if (const std::string wrong = unknown_in(row); !wrong.empty()) report(wrong);
    const std::string key = row.layer + '\n' + row.variant + '\n' + row.kind + '\n' + row.point;
    if (const auto [earlier, first] = seen.emplace(key, number); !first)
      report("has the same layer, variant, kind and point as the row at " + place(earlier->second).where);
  }

  /// What is wrong with the row's layer and variant.
  [[nodiscard]] std::string unknown_in(const ProfileRow& row) const {
    const auto variant_of = [&](const NameTable& variants) {
      return row.variant.empty() || variants.find(row.variant) ? "" : variant_problem(variants, row.layer, row.variant);
    };
    if (row.layer == "*") return variant_of(model_variants_);
    if (const auto layer = layers_.find(row.layer)) return variant_of(variants_of(*layer));
    if (groups_.find(row.layer)) return variant_of(NameTable("variant"));
    return layers_.unknown(row.layer) + (groups_.empty() ? "" : " (and groups)") + ", or * for the whole model";
  }

  void check_transitions() {
    std::unordered_map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < network_.transitions.size(); ++i) {
      const TransitionRow& row = network_.transitions[i];
      const Node node = node_.child("transitions").child(i);
      if (row.after.empty() || row.from.empty() || row.to.empty()) continue;  // has been reported
      if (!layers_.find(row.after) && !groups_.find(row.after))
        problems_.add(
            node.child("after").problem(layers_.unknown(row.after) + (groups_.empty() ? "" : " (and groups)")));
      if (row.from == row.to)
        problems_.add(node.child("to").problem("is the kind that it comes from; going on there is no transition"));
      const auto [earlier, first] = seen.emplace(row.after + '\n' + row.from + '\n' + row.to, i);
      if (!first)
        problems_.add(node.problem("has the same after, from and to as the row at " +
                                   node_.child("transitions").child(earlier->second).where()));
    }
  }

  /// The layers that each layer reads from.
  [[nodiscard]] Dependencies dependencies() const {
    Dependencies needs(network_.layers.size());
    for (std::size_t i = 0; i < needs.size(); ++i)
      for (const InputSpec& input : *network_.layers[i].inputs)
        if (const auto from = layers_.find(input.from)) needs[i].push_back(*from);
    return needs;
  }

  bool check_order() {
    const auto cycle = find_cycle(dependencies());
    if (cycle.empty()) return true;
    Strings names;
    for (const LayerSpec& layer : network_.layers) names.push_back(layer.name);
    problems_.add(node_.child("layers")
                      .child(cycle.front())
                      .child("inputs")
                      .problem("layers depend on each other in a cycle: " + cycle_text(cycle, names) +
                               " (each reads from the next)"));
    return false;
  }

  /// Groups have layers of their own, and run as one task each without waiting for themselves.
  bool check_groups() {
    const std::size_t before = problems_.size();
    std::vector<std::uint32_t> unit(network_.layers.size());
    Strings unit_names;
    for (const LayerSpec& layer : network_.layers) {
      unit[unit_names.size()] = static_cast<std::uint32_t>(unit_names.size());
      unit_names.push_back(layer.name);
    }
    std::map<std::uint32_t, std::string> owner;
    for (std::size_t g = 0; g < network_.groups.size(); ++g) {
      const GroupSpec& group = network_.groups[g];
      for (std::size_t k = 0; k < group.layers.size(); ++k) {
        const Node node = node_.child("groups").child(g).child("layers").child(k);
        const auto layer = layers_.resolve_listed(group.layers[k], node, problems_);
        if (!layer) continue;
        const auto [other, added] = owner.emplace(*layer, group.name);
        if (!added)
          problems_.add(node.problem("layer " + in_quotes(group.layers[k]) + " is in group " +
                                     in_quotes(other->second) + " already; groups must not overlap"));
        unit[*layer] = static_cast<std::uint32_t>(network_.layers.size() + g);
      }
      unit_names.push_back(group.name);
    }
    if (problems_.size() == before) check_group_order(unit, unit_names);
    return problems_.size() == before;
  }

  void check_group_order(const std::vector<std::uint32_t>& unit, const Strings& unit_names) {
    const Dependencies needs = dependencies();
    Dependencies contracted(unit_names.size());
    for (std::size_t i = 0; i < needs.size(); ++i)
      for (const std::uint32_t need : needs[i])
        if (unit[i] != unit[need]) contracted[unit[i]].push_back(unit[need]);
    const auto cycle = find_cycle(contracted);
    if (!cycle.empty())
      problems_.add(node_.child("groups").problem("no group can run as one task here, as they wait for each other: " +
                                                  cycle_text(cycle, unit_names) + " (each reads from the next)"));
  }

  void sort_layers() {
    std::vector<LayerSpec> sorted;
    for (const std::uint32_t i : dependency_order(dependencies())) sorted.push_back(std::move(network_.layers[i]));
    network_.layers = std::move(sorted);
  }

  const Node& node_;
  Problems& problems_;
  Network network_;
  NameTable layers_{"layer"}, groups_{"group"}, model_variants_{"variant", "the model"};
  std::unordered_map<std::size_t, NameTable> layer_variants_;  ///< of layers that have any
};

}  // namespace

Network read_network(const Node& node, Problems& problems) { return NetworkReader(node, problems).read_all(); }

}  // namespace hetsched
