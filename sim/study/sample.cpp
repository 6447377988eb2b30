#include "study/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "base/portable.hpp"
#include "base/random.hpp"
#include "study/paths.hpp"

namespace hetsched {
namespace {

constexpr double kMostWhole = 0x1p53;  ///< beyond, a double is no longer each whole number

/// A bound as a number in SI, within what the field allows.
std::optional<double> read_bound(const SettingPath& path, const Node& node, Problems& problems) {
  static constexpr About kAnyNumber = {.min = -std::numeric_limits<double>::infinity()};
  const About* about = about_path(path);
  return detail::read_number(node, about != nullptr ? *about : kAnyNumber, problems);
}

void check_whole(const Node& node, double value, Problems& problems) {
  if (std::trunc(value) != value || std::abs(value) >= kMostWhole)
    problems.add(node.problem("must be a whole number below 2^53, as integer is true; found " + shown(node.value())));
}

}  // namespace

std::optional<Sampler> Sampler::read(const SettingPath& path, const Node& node, Problems& problems) {
  const std::size_t before = problems.size();
  const auto spec = hetsched::read<SampledFactorSpec>(node, problems);
  if (problems.size() != before) return std::nullopt;
  Sampler sampler;
  sampler.scale_ = spec.scale;
  sampler.integer_ = spec.integer;
  if (node.has("choose")) {
    for (const char* other : {"min", "max", "scale", "integer"})
      if (node.has(other))
        problems.add(node.child(other).key_problem("has no meaning beside choose; remove one of them"));
    if (spec.choose.empty()) problems.add(node.child("choose").problem("must have at least one level"));
    std::set<std::string> seen;
    for (std::size_t i = 0; i < spec.choose.size(); ++i) {
      const Node level = node.child("choose").child(i);
      sampler.choose_.push_back(in_si(path, level.value()));
      if (!seen.insert(level_meaning(path, level.value())).second)
        problems.add(level.problem(shown(level.value()) + " is a level of " + path.text() + " already"));
    }
    return problems.size() == before ? std::optional(sampler) : std::nullopt;
  }
  if (!node.has("min") || !node.has("max")) {
    problems.add(node.problem("needs both min and max, or choose"));
    return std::nullopt;
  }
  const auto min = read_bound(path, node.child("min"), problems), max = read_bound(path, node.child("max"), problems);
  if (!min || !max) return std::nullopt;
  sampler.min_ = *min;
  sampler.max_ = *max;
  if (*max <= *min)
    problems.add(node.child("max").problem("must be greater than min (" + format_number(*min) + "); found " +
                                           shown(node.child("max").value())));
  if (spec.scale == Scale::log && *min <= 0)
    problems.add(node.child("min").problem("must be greater than 0 where scale is log; found " +
                                           shown(node.child("min").value())));
  if (spec.integer) {
    check_whole(node.child("min"), *min, problems);
    check_whole(node.child("max"), *max, problems);
  }
  return problems.size() == before ? std::optional(sampler) : std::nullopt;
}

Json Sampler::level(double part) const {
  if (!choose_.empty()) {
    const auto size = static_cast<double>(choose_.size());
    return choose_[static_cast<std::size_t>(std::min(std::floor(part * size), size - 1))];
  }
  // A whole number stands for all that is rounded to it, so that the ends are as likely as the others.
  const double low = integer_ ? min_ - 0.5 : min_, high = integer_ ? max_ + 0.5 : max_;
  double value = low + part * (high - low);
  if (scale_ == Scale::log) {
    const double log_low = portable_log(low);
    value = portable_exp(log_low + part * (portable_log(high) - log_low));
  }
  if (integer_) return static_cast<std::int64_t>(std::clamp(std::floor(value + 0.5), min_, max_));
  return std::clamp(value, min_, max_);
}

std::vector<double> random_parts(std::uint64_t seed, const std::string& path, std::uint64_t count) {
  const RandomStream stream(seed, "random level", path);
  std::vector<double> parts;
  for (std::uint64_t i = 0; i < count; ++i) parts.push_back(stream.uniform(i));
  return parts;
}

std::vector<double> latin_parts(std::uint64_t seed, const std::string& path, std::uint64_t count) {
  const RandomStream stream(seed, "latin hypercube", path);
  std::vector<std::uint64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint64_t a, std::uint64_t b) { return stream.uniform(a, 1) < stream.uniform(b, 1); });
  std::vector<double> parts(count);
  for (std::uint64_t stratum = 0; stratum < count; ++stratum)
    parts[order[stratum]] =
        (static_cast<double>(stratum) + stream.uniform(order[stratum])) / static_cast<double>(count);
  return parts;
}

}  // namespace hetsched
