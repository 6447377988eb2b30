/// \file
/// Random sets of periodic streams, as schedulability studies draw them. All draws come from one stream of random
/// numbers per purpose, by the number of the set: neither more sets nor other options change what a set's
/// utilisations and periods are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/demand.hpp"
#include "base/fields.hpp"
#include "base/random.hpp"

namespace hetsched::analysis {

/// The independent uniform draws of one index of a random stream, one after the other.
class Draws {
 public:
  Draws(const RandomStream& random, std::uint64_t index) : random_(random), index_(index) {}
  /// In (0, 1).
  double next() { return random_.uniform(index_, draw_++); }
  /// A whole number from `least` to `most`.
  std::uint64_t whole(std::uint64_t least, std::uint64_t most);

 private:
  const RandomStream& random_;
  std::uint64_t index_;
  std::uint32_t draw_ = 0;
};

/// How utilisations that sum to a given one are drawn.
enum class Method {
  uunifast,          ///< uniform over all that have the sum (Bini and Buttazzo 2005)
  uunifast_discard,  ///< again until none is above 1 (Davis and Burns 2009)
  randfixedsum,      ///< uniform over those of at most 1 each (Stafford 2006; Emberson, Stafford and Davis 2010)
};

/// `n` > 0 parts of `sum`. Nothing if uunifast_discard finds none in 1,000 attempts, or if there is none: 0 <= sum <=
/// n.
std::optional<std::vector<double>> draw_utilisations(Method method, std::size_t n, double sum, Draws& draws);

/// Log-uniform in [least, most], both above 0.
double log_uniform(double least, double most, double draw);

/// What the layers of a model depend on.
enum class Shape {
  chain,    ///< each on the one before
  layered,  ///< ranks of 1 to 4 layers; each on some, at least one, of the rank before
};

struct TaskSetSpec {
  std::size_t n = 10;
  double utilisation = 0.7;
  Method method = Method::uunifast_discard;
  Seconds least_period = 0.01, most_period = 1;  ///< log-uniform between, in whole nanoseconds
  std::uint64_t least_layers = 1, most_layers = 10;
  Shape shape = Shape::chain;
  double least_deadline = 1, most_deadline = 1;  ///< part of the way from a request's time to its period, uniform
  double jitter = 0;                             ///< release jitter as a part of the period
  std::uint64_t seed = 1;
};

/// One stream of a set. Its priority is rate-monotonic: that of the shortest period is the largest.
struct DrawnStream {
  Seconds period = 0, deadline = 0, jitter = 0;
  std::int64_t priority = 0;
  std::vector<Seconds> layers;                   ///< the time of each
  std::vector<std::vector<std::size_t>> inputs;  ///< the earlier layers that each depends on
};

/// Set `number` of a specification: streams in the order in which they are drawn. Throws an InputError if there is none
/// with that sum of utilisations.
std::vector<DrawnStream> draw_task_set(const TaskSetSpec& spec, std::uint64_t number);

/// What streams ask of the accelerator that runs all of them, ranked by period. `gives_way`: as if they were preempted
/// anywhere.
std::vector<Demand> demands_of(const std::vector<DrawnStream>& streams, bool gives_way);

}  // namespace hetsched::analysis

namespace hetsched {

template <>
inline constexpr auto enum_names<analysis::Method> = std::array{"uunifast", "uunifast_discard", "randfixedsum"};
template <>
inline constexpr auto enum_names<analysis::Shape> = std::array{"chain", "layered"};

}  // namespace hetsched
