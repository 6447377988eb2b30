#include "import/profiles/layer_match.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "import/profiles/sheet.hpp"

namespace hetsched {
namespace {

using Indices = std::set<std::size_t>;

std::string plain(std::string_view name) {
  std::string text = lowered(name);
  std::replace(text.begin(), text.end(), '/', '.');
  const auto begin = text.find_first_not_of('.');
  return begin == std::string::npos ? "" : text.substr(begin);
}

Strings split(std::string_view text, const std::vector<std::string_view>& separators) {
  Strings parts(1);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 0;
    for (const std::string_view separator : separators)
      if (text.substr(at).starts_with(separator)) length = std::max(length, separator.size());
    if (length == 0)
      parts.back() += text[at];
    else
      parts.emplace_back();
    at += std::max<std::size_t>(length, 1);
  }
  Strings found;
  for (const std::string& part : parts)
    if (const auto inside = trimmed(part); !inside.empty()) found.emplace_back(inside);
  return found;
}

/// The layers of a network by what tools make of their names.
class LayerNames {
 public:
  explicit LayerNames(const Network& network) {
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      exact_.emplace(network.layers[i].name, i);
      const auto [place, is_new] = plain_.emplace(plain(network.layers[i].name), i);
      if (!is_new) place->second = kAmbiguous;
    }
  }

  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const {
    if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
    if (const auto found = find_plain(plain(name))) return found;
    return find_path(name);
  }

  /// All layers that a fused name joins.
  [[nodiscard]] Indices find_fused(const std::string& name) const {
    if (const auto whole = find(name)) return {*whole};
    Indices found;
    for (const std::string& part : split(name, {" + ", " || "})) {
      if (const auto layer = find(part)) {
        found.insert(*layer);
        continue;
      }
      for (const std::string& inner : split(part, {" + ", " || ", ",", "(", ")", "{", "}", "[", "]"}))
        add(inner, found);
    }
    return found;
  }

 private:
  static constexpr std::size_t kAmbiguous = SIZE_MAX;

  void add(const std::string& part, Indices& found) const {
    if (const auto layer = find(part)) found.insert(*layer);
    const auto dots = part.find("...");
    if (dots == std::string::npos) return;
    const auto first = find(part.substr(0, dots)), last = find(part.substr(dots + 3));
    if (first && last)
      for (std::size_t i = *first; i <= *last; ++i) found.insert(i);
  }

  [[nodiscard]] std::optional<std::size_t> find_plain(const std::string& name) const {
    const auto found = plain_.find(name);
    if (found == plain_.end() || found->second == kAmbiguous) return std::nullopt;
    return found->second;
  }

  /// ONNX's paths of modules name each module in full and end with the operator: /layer1/layer1.0/conv1/Conv.
  [[nodiscard]] std::optional<std::size_t> find_path(const std::string& name) const {
    Strings steps = split(name, {"/"});
    if (steps.size() < 2) return std::nullopt;
    Strings path;
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (i + 1 == steps.size() || !steps[i + 1].starts_with(steps[i] + ".")) path.push_back(steps[i]);
    if (const auto found = find_plain(plain(join(path, ".")))) return found;
    path.pop_back();
    return path.empty() ? std::nullopt : find_plain(plain(join(path, ".")));
  }

  std::unordered_map<std::string, std::size_t> exact_, plain_;
};

/// Puts the measurements of one device on layers.
class Matcher {
 public:
  Matcher(const std::vector<Measurement>& measured, const Measurements& file, const Network& network,
          const ProfileRequest& request, Problems& problems)
      : measured_(measured), file_(file), network_(network), request_(request), problems_(problems) {
    sums_.resize(network.layers.size());
  }

  LayerTimes match() {
    std::vector<Indices> layers = by_name();
    const bool none = std::all_of(layers.begin(), layers.end(), [](const Indices& each) { return each.empty(); });
    if (none || file_.numbered || repeats(layers)) {
      layers = in_order();
      if (layers.empty()) return {};
    }
    for (std::size_t i = 0; i < measured_.size(); ++i) share_out(measured_[i], layers[i]);
    add_groups(layers);
    add_layers();
    tell_left_over(layers);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::vector<Indices> by_name() const {
    std::vector<Indices> layers(measured_.size());
    if (file_.numbered) return layers;
    const LayerNames names(network_);
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      if (file_.fused)
        layers[i] = names.find_fused(measured_[i].name);
      else if (const auto found = names.find(measured_[i].name))
        layers[i] = {*found};
    }
    return layers;
  }

  /// Does a file that has each layer once name one twice?
  [[nodiscard]] bool repeats(const std::vector<Indices>& layers) const {
    if (file_.fused) return false;
    Indices seen;
    return std::any_of(layers.begin(), layers.end(),
                       [&](const Indices& each) { return !each.empty() && !seen.insert(*each.begin()).second; });
  }

  /// Measurements as layers in order; empty, with a problem, if there is no such order.
  std::vector<Indices> in_order() {
    std::vector<std::size_t> all, working;
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      all.push_back(i);
      if (network_.layers[i].macs.value_or(0) > 0) working.push_back(i);
    }
    const auto& chosen = measured_.size() == all.size() ? all : working;
    if (file_.fused || measured_.size() != chosen.size()) {
      problems_.add(request_.file, "", no_order(all.size(), working.size()));
      return {};
    }
    std::vector<Indices> layers;
    for (const std::size_t layer : chosen) layers.push_back({layer});
    out_.notes.push_back("layers are taken in order" +
                         std::string(chosen.size() < all.size() ? ", those with multiply-accumulates" : ""));
    return layers;
  }

  [[nodiscard]] std::string no_order(std::size_t all, std::size_t working) const {
    const std::string model = "model " + in_quotes(network_.name);
    if (file_.numbered)
      return "has " + std::to_string(measured_.size()) + " layers, but " + model + " has " + std::to_string(all) +
             ", " + std::to_string(working) + " of them with multiply-accumulates; the file must be of all of either";
    Strings theirs, ours;
    for (const Measurement& each : measured_) theirs.push_back(in_quotes(each.name));
    for (const LayerSpec& layer : network_.layers) ours.push_back(in_quotes(layer.name));
    return "does not name the layers of " + model + " (each once); it has " + listed(theirs, 5) + ", the model " +
           listed(ours, 5);
  }

  /// How much of the work of all `layers` is in each.
  [[nodiscard]] std::vector<double> shares(const Indices& layers) const {
    std::vector<double> weights;
    double total = 0;
    for (const auto& weight :
         {+[](const LayerSpec& l) { return l.macs.value_or(0); },
          +[](const LayerSpec& l) { return l.output_bytes.value_or(0); }, +[](const LayerSpec&) { return 1.0; }}) {
      weights.clear();
      total = 0;
      for (const std::size_t i : layers) total += weights.emplace_back(weight(network_.layers[i]));
      if (total > 0) break;
    }
    for (double& weight : weights) weight /= total;
    return weights;
  }

  void share_out(const Measurement& measured, const Indices& layers) {
    const std::vector<double> parts = shares(layers);
    auto part = parts.begin();
    for (const std::size_t i : layers) {
      LayerTime& sum = sums_[i];
      sum.layer = network_.layers[i].name;
      sum.duration += measured.duration * *part;
      if (measured.energy_nj) sum.energy_nj = sum.energy_nj.value_or(0) + *measured.energy_nj * *part;
      ++part;
    }
    if (layers.size() > 1) ++split_;
  }

  /// Rows for groups that one measurement is of, and no other touches.
  void add_groups(const std::vector<Indices>& layers) {
    for (const GroupSpec& group : network_.groups) {
      const std::set<std::string> members(group.layers.begin(), group.layers.end());
      if (members.size() < 2) continue;
      const Measurement* whole = nullptr;
      std::size_t touching = 0;
      for (std::size_t i = 0; i < layers.size(); ++i) {
        std::set<std::string> names;
        bool touches = false;
        for (const std::size_t layer : layers[i]) {
          names.insert(network_.layers[layer].name);
          touches = touches || members.contains(network_.layers[layer].name);
        }
        touching += touches ? 1 : 0;
        if (names == members) whole = &measured_[i];
      }
      if (whole != nullptr && touching == 1) out_.rows.push_back({group.name, whole->duration, whole->energy_nj});
    }
    groups_ = out_.rows.size();
  }

  void add_layers() {
    Strings absent;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      if (sums_[i].layer.empty()) {
        absent.push_back(network_.layers[i].name);
        if (!request_.absent_free) continue;
        sums_[i].layer = network_.layers[i].name;
      }
      out_.rows.push_back(sums_[i]);
    }
    const std::size_t all = sums_.size();
    std::string told = std::to_string(all - absent.size()) + " of " + std::to_string(all) + " layers of model " +
                       in_quotes(network_.name) + " have a measurement";
    if (split_ > 0) told += "; " + std::to_string(split_) + " split by multiply-accumulates";
    if (groups_ > 0) told += "; " + std::to_string(groups_) + " of whole groups";
    out_.notes.push_back(told);
    if (absent.empty()) return;
    out_.notes.push_back(many(absent.size(), "layer") + " without any " +
                         (request_.absent_free ? "that take no time: " : "that cannot run there: ") + listed(absent) +
                         (request_.absent_free ? "" : "; --absent-free makes them take no time, as if fused"));
  }

  void tell_left_over(const std::vector<Indices>& layers) {
    Strings left, known;
    for (const LayerSpec& layer : network_.layers) known.push_back(layer.name);
    double lost = 0, total = 0;
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      total += measured_[i].duration;
      if (!layers[i].empty()) continue;
      lost += measured_[i].duration;
      left.push_back(in_quotes(measured_[i].name, 60) + did_you_mean(measured_[i].name, known));
    }
    if (!left.empty())
      out_.notes.push_back(many(left.size(), "measurement") + " of no layer, left out (" + rounded(lost) + " of " +
                           rounded(total) + " " + unit() + "): " + listed(left));
  }

  [[nodiscard]] std::string unit() const {
    const auto underscore = file_.column.find('_');
    return underscore == std::string::npos ? file_.column : file_.column.substr(underscore + 1);
  }

  const std::vector<Measurement>& measured_;
  const Measurements& file_;
  const Network& network_;
  const ProfileRequest& request_;
  Problems& problems_;
  std::vector<LayerTime> sums_;  ///< by layer
  std::size_t split_ = 0, groups_ = 0;
  LayerTimes out_;
};

}  // namespace

LayerTimes match_layers(const std::vector<Measurement>& measured, const Measurements& file, const Network& network,
                        const ProfileRequest& request, Problems& problems) {
  return Matcher(measured, file, network, request, problems).match();
}

LayerTimes keep_names(const std::vector<Measurement>& measured, const Measurements& file, Problems& problems) {
  LayerTimes out;
  std::map<std::string, std::string> seen;
  for (const Measurement& each : measured) {
    const auto [place, is_new] = seen.emplace(each.name, each.where);
    if (!is_new)
      problems.add(each.where, "",
                   "measures " + in_quotes(each.name) + " again, after " + place->second +
                       "; give --model, or delete one of the lines");
    out.rows.push_back({each.name, each.duration, each.energy_nj});
  }
  out.notes.push_back(file.numbered ? "layers are called by their numbers; --model names them as a model does"
                                    : "names are kept; --model finds the layers of a model that they mean");
  return out;
}

}  // namespace hetsched
