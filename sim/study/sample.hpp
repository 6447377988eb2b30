/// \file
/// Combinations of levels that are drawn: `random` and `latin_hypercube` of an experiment.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/fields.hpp"
#include "study/setting.hpp"

namespace hetsched {

enum class Scale { linear, log };
template <>
inline constexpr auto enum_names<Scale> = std::array{"linear", "log"};

struct SampleSpec {
  std::uint64_t count = 1;
  JsonValue factors;  ///< path -> SampledFactorSpec
  std::optional<std::uint64_t> seed;
};
template <>
inline constexpr auto fields<SampleSpec> = std::tuple{
    field("count", &SampleSpec::count, "number of combinations; of equal ones only the first is kept",
          {.required = true, .min = 1, .max = 200000}),
    field("factors", &SampleSpec::factors,
          "path -> {\"min\": 5, \"max\": \"60 Hz\"}, uniform in between, with \"scale\": \"log\" uniform in the "
          "logarithm, with \"integer\": true whole numbers, both ends included; or path -> {\"choose\": [levels]}",
          {.required = true, .object = true}),
    field("seed", &SampleSpec::seed, "of what is drawn; default: the experiment's", {}),
};

/// How the levels of one factor are drawn.
struct SampledFactorSpec {
  JsonValue min, max;
  Scale scale = Scale::linear;
  bool integer = false;
  std::vector<JsonValue> choose;
};
template <>
inline constexpr auto fields<SampledFactorSpec> = std::tuple{
    field("min", &SampledFactorSpec::min, "least level", {}),
    field("max", &SampledFactorSpec::max, "largest level", {}),
    field("scale", &SampledFactorSpec::scale, "linear (default), or log: uniform in the logarithm", {}),
    field("integer", &SampledFactorSpec::integer, "whole numbers only", {}),
    field("choose", &SampledFactorSpec::choose, "the levels, each as likely as the others", {}),
};

/// What turns numbers between 0 and 1 into levels of one factor.
class Sampler {
 public:
  /// Reads and checks a factor: nothing after a problem. Bounds are those of the field that the path leads to.
  static std::optional<Sampler> read(const SettingPath& path, const Node& node, Problems& problems);

  /// The level at `part` of the way, in (0, 1): by the bounds and scale, or the one of `choose` that lies there.
  [[nodiscard]] Json level(double part) const;

 private:
  double min_ = 0, max_ = 0;
  Scale scale_ = Scale::linear;
  bool integer_ = false;
  std::vector<Json> choose_;
};

/// `count` numbers in (0, 1) for the factor with that path. Number i depends on seed, path and i only.
std::vector<double> random_parts(std::uint64_t seed, const std::string& path, std::uint64_t count);

/// The same with exactly one in each of the `count` strata of equal width; a random place within it, in random order.
std::vector<double> latin_parts(std::uint64_t seed, const std::string& path, std::uint64_t count);

}  // namespace hetsched
