#include "model/variant_rules.hpp"

#include <algorithm>
#include <map>

namespace hetsched {
namespace {

/// Adds the variants of one request to one model.
class VariantMaker {
 public:
  VariantMaker(const Document& file, const VariantRequest& request, Problems& problems)
      : file_(file), request_(request), problems_(problems), network_(read_network(file.root(), problems)) {
    made_.model = file.value();
  }

  MadeVariants make() {
    check_names();
    Json& layers = made_.model["layers"];
    for (std::size_t i = 0; i < layers.size() && problems_.empty(); ++i) add_to(layers[i], i);
    for (const auto& [why, names] : passed_over_)
      made_.notes.push_back(std::to_string(names.size()) + (names.size() == 1 ? " layer (" : " layers (") + why +
                            "): " + listed(names, 8));
    if (problems_.empty() && made_.count == 0)
      problems_.add(file_.root().problem("has no layer that the rule applies to; " + join(made_.notes, "; ")));
    return std::move(made_);
  }

 private:
  /// Names in the request that no layer has.
  void check_names() {
    Strings known;
    for (const LayerSpec& layer : network_.layers) known.push_back(layer.name);
    for (const VariantRequest::Layer& wanted : request_.layers)
      if (std::find(known.begin(), known.end(), wanted.name) == known.end())
        problems_.add(file_.root().child("layers").problem("has no layer " + in_quotes(wanted.name) +
                                                           did_you_mean(wanted.name, known)));
  }

  [[nodiscard]] const VariantRequest::Layer* wanted(const std::string& name) const {
    const auto found = std::find_if(request_.layers.begin(), request_.layers.end(),
                                    [&](const VariantRequest::Layer& each) { return each.name == name; });
    return found == request_.layers.end() ? nullptr : &*found;
  }

  void add_to(Json& json, std::size_t index) {
    const LayerSpec& layer = *std::find_if(network_.layers.begin(), network_.layers.end(), [&](const LayerSpec& each) {
      return each.name == json["name"].get_ref<const std::string&>();
    });
    const VariantRequest::Layer* named = wanted(layer.name);
    if (named == nullptr && (!request_.layers.empty() || !(layer.macs.value_or(0) > 0))) return;
    const auto gamma = request_.gamma ? request_.gamma : least_gamma(layer);
    const std::string name = request_.rule == VariantRule::precision ? std::string(name_of(request_.precision))
                                                                     : "d2s" + std::to_string(gamma.value_or(2));
    std::string why = why_not(layer, gamma);
    for (const VariantSpec& variant : layer.variants)
      if (variant.name == name) why = "has variant " + name + " already";
    if (!why.empty()) return pass_over(layer.name, why, named != nullptr, index);
    const double loss = named != nullptr && named->accuracy_loss ? *named->accuracy_loss : request_.accuracy_loss;
    Json variant = {{"name", name}, {"accuracy_loss", loss}};
    if (request_.rule == VariantRule::precision)
      variant["precision"] = name;
    else
      variant["dims"] = json_of(depth_to_space(layer, *gamma), json["dims"]);
    json["variants"].push_back(std::move(variant));
    if (!network_.accuracy.combinations.empty())
      made_.model["accuracy"]["combinations"].push_back({{"variants", {layer.name + ":" + name}}, {"loss", loss}});
    ++made_.count;
  }

  [[nodiscard]] std::string why_not(const LayerSpec& layer, std::optional<std::uint32_t> gamma) const {
    if (request_.rule == VariantRule::depth_to_space)
      return gamma ? no_depth_to_space(layer, *gamma) : no_depth_to_space(layer, 2);
    if (!layer.dims) return "no dims";
    const Precision own = layer.precision ? *layer.precision : network_.precision.value_or(request_.precision);
    const bool known = layer.precision || network_.precision;
    if (known ? own == request_.precision : network_.bytes_per_element == bytes_of(request_.precision))
      return "in that precision already";
    return "";
  }

  void pass_over(const std::string& layer, const std::string& why, bool named, std::size_t index) {
    if (named)
      problems_.add(file_.root().child("layers").child(index).problem("layer " + in_quotes(layer) +
                                                                      " cannot have this variant: " + why));
    else
      passed_over_[why].push_back(layer);
  }

  /// The original's dims with what the variant changes.
  static Json json_of(const Dims& dims, const Json& original) {
    Json json = original;
    json["k"] = dims.k;
    json["c"] = dims.c;
    json["y"] = dims.y;
    json["x"] = dims.x;
    if (dims.padding.value) json["padding"] = static_cast<std::uint64_t>(*dims.padding.value);
    if (dims.p) json["p"] = *dims.p;
    if (dims.q) json["q"] = *dims.q;
    return json;
  }

  const Document& file_;
  const VariantRequest& request_;
  Problems& problems_;
  Network network_;
  MadeVariants made_;
  std::map<std::string, Strings> passed_over_;  ///< by reason
};

/// Makes a relative path of the file one that leads to the same from another folder.
void move_path(Json& model, const char* key, const std::filesystem::path& from, const std::filesystem::path& to) {
  if (!model.contains(key) || !model[key].is_string()) return;
  const auto path = model[key].get<std::string>();
  if (path.empty() || path.find("://") != std::string::npos || std::filesystem::path(path).is_absolute()) return;
  std::error_code error;
  const auto moved = std::filesystem::proximate(from / path, to.empty() ? "." : to, error);
  if (!error) model[key] = moved.generic_string();
}

}  // namespace

std::string no_depth_to_space(const LayerSpec& layer, std::uint32_t gamma) {
  const auto what = operator_class(layer.op);
  if (!layer.dims) return "no dims";
  if (what != OperatorClass::conv && what != OperatorClass::linear) return "neither conv2d nor linear";
  if (layer.dims->groups != 1) return "several groups";
  const std::uint32_t square = gamma * gamma;
  if (layer.dims->k % square != 0 || layer.dims->c % square != 0)
    return "channels k and c not both multiples of " + std::to_string(square);
  return "";
}

Dims depth_to_space(const LayerSpec& layer, std::uint32_t gamma) {
  HETSCHED_ASSERT(no_depth_to_space(layer, gamma).empty(), "the layer has no depth-to-space variant");
  const OperatorCounts original = count_operator(*layer.dims, layer.op);
  Dims dims = *layer.dims;
  dims.k /= gamma * gamma;
  dims.c /= gamma * gamma;
  dims.y *= gamma;
  dims.x *= gamma;
  if (dims.padding.value) *dims.padding.value *= gamma;
  dims.p.reset();
  dims.q.reset();
  const OperatorCounts derived = count_operator(dims, layer.op);
  if (derived.height != gamma * original.height) dims.p = static_cast<std::uint32_t>(gamma * original.height);
  if (derived.width != gamma * original.width) dims.q = static_cast<std::uint32_t>(gamma * original.width);
  return dims;
}

std::optional<std::uint32_t> least_gamma(const LayerSpec& layer, std::uint32_t most) {
  for (std::uint32_t gamma = 2; gamma <= most; ++gamma)
    if (no_depth_to_space(layer, gamma).empty()) return gamma;
  return std::nullopt;
}

MadeVariants add_variants(const Document& file, const VariantRequest& request, Problems& problems) {
  if (!file.parsed()) return {};
  if (!file.root().has("layers")) {
    problems.add(file.root().problem("is no model: it has no layers"));
    return {};
  }
  const Network network = read_network(file.root(), problems);
  if (!problems.empty()) return {};
  MadeVariants made = VariantMaker(file, request, problems).make();
  if (!problems.empty()) return made;
  const Document result = Document::from_value(made.model, "the model with its new variants", file.root().folder());
  (void)read_network(result.root(), problems);
  if (!problems.empty()) problems.add("", "", "--layer NAME makes variants of fewer layers");
  for (const char* key : {"profile", "$schema"}) move_path(made.model, key, file.root().folder(), request.folder);
  return made;
}

}  // namespace hetsched
