#include "analysis/task_sets.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/errors.hpp"
#include "base/portable.hpp"
#include "base/text.hpp"

namespace hetsched::analysis {
namespace {

constexpr int kAttempts = 1000;
constexpr std::uint64_t kWidestRank = 4;

double power(double base, double exponent) { return portable_exp(exponent * portable_log(base)); }

std::vector<double> uunifast(std::size_t n, double sum, Draws& draws) {
  std::vector<double> parts;
  for (std::size_t left = n - 1; left > 0; --left) {
    const double rest = sum * power(draws.next(), 1.0 / static_cast<double>(left));
    parts.push_back(sum - rest);
    sum = rest;
  }
  parts.push_back(sum);
  return parts;
}

/// Stafford's method for parts in [0, 1]. The simplex of all parts is cut into simplices of the same kind, one
/// dimension less each; `odds` is the probability of going on with the one whose sum is less by 1, by dimension and
/// whole part of the sum.
std::vector<double> randfixedsum(std::size_t n, double sum, Draws& draws) {
  const auto whole = static_cast<std::size_t>(std::min(std::floor(sum), static_cast<double>(n - 1)));
  const auto k = static_cast<double>(whole);
  std::vector<double> below(n), above(n);  // the distance of the sum to whole numbers
  for (std::size_t i = 0; i < n; ++i) {
    below[i] = sum - (k - static_cast<double>(i));
    above[i] = k + static_cast<double>(n - i) - sum;
  }
  constexpr double kHuge = 1e300, kTiny = 1e-300;
  std::vector<double> volume(n + 1, 0);
  volume[1] = kHuge;
  std::vector<std::vector<double>> odds;
  for (std::size_t i = 2; i <= n; ++i) {
    std::vector<double> next(n + 1, 0), row(n, 0);
    for (std::size_t j = 0; j < i; ++j) {
      const double from_same = volume[j + 1] * below[j] / static_cast<double>(i);
      const double from_less = volume[j] * above[n - i + j] / static_cast<double>(i);
      next[j + 1] = from_same + from_less;
      const double all = next[j + 1] + kTiny;
      row[j] = above[n - i + j] > below[j] ? from_less / all : 1 - from_same / all;
    }
    volume = std::move(next);
    odds.push_back(std::move(row));
  }
  std::vector<double> parts;
  double rest = sum, moved = 0, scale = 1;
  std::size_t j = whole;
  for (std::size_t i = n - 1; i > 0; --i) {
    const bool less = draws.next() <= odds[i - 1][j];
    const double shrunk = power(draws.next(), 1.0 / static_cast<double>(i));
    moved += (1 - shrunk) * scale * rest / static_cast<double>(i + 1);
    scale *= shrunk;
    parts.push_back(moved + (less ? scale : 0));
    if (less) {
      rest -= 1;
      --j;
    }
  }
  parts.push_back(moved + scale * rest);
  for (std::size_t i = n - 1; i > 0; --i) std::swap(parts[i], parts[draws.whole(0, i)]);
  for (double& part : parts) part = std::clamp(part, 0.0, 1.0);
  return parts;
}

std::vector<std::vector<std::size_t>> draw_inputs(Shape shape, std::size_t layers, Draws& draws) {
  std::vector<std::vector<std::size_t>> inputs(layers);
  if (shape == Shape::chain) {
    for (std::size_t l = 1; l < layers; ++l) inputs[l] = {l - 1};
    return inputs;
  }
  std::size_t before = 0, begin = 0;  // the rank before is [before, begin)
  while (begin < layers) {
    const std::size_t end = std::min<std::size_t>(layers, begin + draws.whole(1, kWidestRank));
    for (std::size_t l = begin; l < end && begin > 0; ++l) {
      for (std::size_t input = before; input < begin; ++input)
        if (draws.next() < 0.5) inputs[l].push_back(input);
      if (inputs[l].empty()) inputs[l].push_back(draws.whole(before, begin - 1));
    }
    before = std::exchange(begin, end);
  }
  return inputs;
}

}  // namespace

std::uint64_t Draws::whole(std::uint64_t least, std::uint64_t most) {
  const auto span = static_cast<double>(most - least + 1);
  return std::min(most, least + static_cast<std::uint64_t>(next() * span));
}

std::optional<std::vector<double>> draw_utilisations(Method method, std::size_t n, double sum, Draws& draws) {
  if (!(sum >= 0 && (method == Method::uunifast || sum <= static_cast<double>(n)))) return std::nullopt;
  if (method == Method::randfixedsum) return randfixedsum(n, sum, draws);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<double> parts = uunifast(n, sum, draws);
    if (method == Method::uunifast || *std::max_element(parts.begin(), parts.end()) <= 1) return parts;
  }
  return std::nullopt;
}

double log_uniform(double least, double most, double draw) {
  if (!(least < most)) return least;
  return std::clamp(least * portable_exp(draw * portable_log(most / least)), least, most);
}

std::vector<DrawnStream> draw_task_set(const TaskSetSpec& spec, std::uint64_t number) {
  const auto random = [&](const char* what) { return RandomStream(spec.seed, "task set", what); };
  const RandomStream utilisation_random = random("utilisations"), period_random = random("periods"),
                     deadline_random = random("deadlines");
  Draws utilisation_draws(utilisation_random, number), periods(period_random, number),
      deadlines(deadline_random, number);
  const auto utilisations = draw_utilisations(spec.method, spec.n, spec.utilisation, utilisation_draws);
  if (!utilisations)
    throw InputError(
        "no " + std::to_string(spec.n) + " utilisations of at most 1 that sum up to " +
        format_number(spec.utilisation) + " were found" +
        (spec.utilisation <= static_cast<double>(spec.n) ? " by uunifast_discard; randfixedsum finds them" : ""));
  std::vector<DrawnStream> streams;
  for (std::size_t s = 0; s < spec.n; ++s) {
    DrawnStream stream;
    stream.period = std::round(log_uniform(spec.least_period, spec.most_period, periods.next()) * 1e9) / 1e9;
    const Seconds time = (*utilisations)[s] * stream.period;
    const double part = spec.least_deadline + (spec.most_deadline - spec.least_deadline) * deadlines.next();
    stream.deadline = part >= 1 ? stream.period : time + part * (stream.period - time);
    stream.jitter = spec.jitter * stream.period;
    const RandomStream layer_random = random(("layers of " + std::to_string(s)).c_str());
    Draws draws(layer_random, number);
    const std::uint64_t layers = draws.whole(spec.least_layers, spec.most_layers);
    stream.layers = uunifast(layers, time, draws);
    stream.inputs = draw_inputs(spec.shape, layers, draws);
    streams.push_back(std::move(stream));
  }
  std::vector<std::size_t> order(streams.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return streams[a].period > streams[b].period; });
  for (std::size_t place = 0; place < order.size(); ++place)
    streams[order[place]].priority = static_cast<std::int64_t>(place);
  return streams;
}

std::vector<Demand> demands_of(const std::vector<DrawnStream>& streams, bool gives_way) {
  std::vector<Demand> demands;
  for (const DrawnStream& stream : streams) {
    Demand demand;
    for (const Seconds time : stream.layers) demand.time += time;
    demand.gives_way = gives_way;
    if (!gives_way) {
      demand.longest = *std::max_element(stream.layers.begin(), stream.layers.end());
      demand.last = stream.layers.back();
    }
    demand.period = stream.period;
    demand.jitter = stream.jitter;
    demand.deadline = stream.deadline;
    demand.rank = static_cast<double>(-stream.priority);
    demands.push_back(demand);
  }
  return demands;
}

}  // namespace hetsched::analysis
