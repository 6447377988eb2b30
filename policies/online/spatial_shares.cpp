#include "online/spatial_shares.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace hetsched {
namespace {

using Order = std::vector<std::size_t>;

/// To the next whole number; what is nearly in the middle of two is, and goes to the even one.
std::uint32_t rounded(double part) {
  const double middle = std::floor(part) + 0.5;
  return static_cast<std::uint32_t>(std::nearbyint(nearly_equal(part, middle) ? middle : part));
}

class Division {
 public:
  Division(std::span<const SpatialDemand* const> demands, std::uint32_t units)
      : demands_(demands), units_(units), least_(demands.size(), 0), shares_(demands.size(), 0) {
    for (std::size_t i = 0; i < demands.size(); ++i) least_[i] = least_units(*demands[i]);
  }

  std::vector<std::uint32_t> divide() {
    if (demands_.empty() || units_ == 0) return shares_;
    const bool all_late = std::all_of(least_.begin(), least_.end(), [](std::uint32_t n) { return n == 0; });
    if (all_late) {
      split_among_late();
      return shares_;
    }
    const bool none_late = std::find(least_.begin(), least_.end(), 0u) == least_.end();
    const std::uint64_t wanted = std::accumulate(least_.begin(), least_.end(), std::uint64_t{0});
    std::vector<double> scores(demands_.size(), 0);
    for (std::size_t i = 0; i < demands_.size(); ++i)
      if (least_[i] > 0) scores[i] = none_late && wanted <= units_ ? fitting_score(i) : racing_score(i);
    give_least(scores);
    add_spare(scores);
    settle();
    return shares_;
  }

 private:
  /// With which the deadline is met; 0: with none.
  static std::uint32_t least_units(const SpatialDemand& demand) {
    if (clearly_less(demand.slack, demand.least_time)) return 0;
    for (std::size_t n = 0; n < demand.times.size(); ++n)
      if (!clearly_less(demand.slack, demand.times[n])) return static_cast<std::uint32_t>(n + 1);
    return 0;
  }

  [[nodiscard]] double fitting_score(std::size_t i) const {
    const Seconds time = demands_[i]->times[least_[i] - 1];
    return time > 0 ? demands_[i]->priority / time : 0;
  }
  [[nodiscard]] double racing_score(std::size_t i) const {
    const double pressure = demands_[i]->slack * least_[i];
    return pressure > 0 ? demands_[i]->priority / pressure : 0;
  }
  [[nodiscard]] std::uint32_t given() const { return std::accumulate(shares_.begin(), shares_.end(), 0u); }

  /// The first `count` by decreasing key, and who ties with the last of them. O(n + count log count) but for ties.
  [[nodiscard]] static Order first_by_decreasing(const std::vector<double>& keys, std::size_t count) {
    Order order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Order ties;  // with the last, in order already
    if (count == 0) return {};
    if (count < order.size()) {
      const auto nth = order.begin() + static_cast<std::ptrdiff_t>(count - 1);
      std::nth_element(order.begin(), nth, order.end(),
                       [&](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
      const double last = keys[*nth];
      order.clear();
      for (std::size_t i = 0; i < keys.size(); ++i)
        if (clearly_less(last, keys[i])) order.push_back(i);
      for (std::size_t i = 0; i < keys.size(); ++i)
        if (nearly_equal(last, keys[i])) ties.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
    settle_ties(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return clearly_less(keys[b], keys[a]); },
        std::less<>());
    order.insert(order.end(), ties.begin(), ties.end());
    return order;
  }

  /// Each takes one at least, if it takes any: after as many as there are units none are left.
  void give_least(const std::vector<double>& scores) {
    std::vector<double> keys = scores;
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (least_[i] == 0) keys[i] = -1;
    std::uint32_t left = units_;
    for (const std::size_t i : first_by_decreasing(keys, units_)) {
      shares_[i] = std::min(least_[i], left);
      left -= shares_[i];
    }
  }

  void add_spare(const std::vector<double>& scores) {
    const double sum = std::accumulate(scores.begin(), scores.end(), 0.0), spare = units_ - given();
    if (!(sum > 0) || !(spare > 0)) return;
    for (std::size_t i = 0; i < scores.size(); ++i) shares_[i] += rounded(scores[i] / sum * spare);
  }

  /// Makes the shares sum up to the units.
  void settle() {
    std::uint32_t sum = given();
    if (sum < units_) {
      double most = 0;
      for (const SpatialDemand* demand : demands_) most = std::max(most, demand->priority);
      Order top;
      for (std::size_t i = 0; i < demands_.size(); ++i)
        if (demands_[i]->priority == most) top.push_back(i);
      for (std::size_t i = 0; sum < units_; i = (i + 1) % top.size(), ++sum) ++shares_[top[i]];
    }
    if (sum <= units_) return;
    Order order;  // who has more than needed
    for (std::size_t i = 0; i < shares_.size(); ++i)
      if (shares_[i] > least_[i]) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return demands_[a]->priority < demands_[b]->priority; });
    for (std::size_t i = 0; sum > units_; i = (i + 1) % order.size())
      if (shares_[order[i]] > least_[order[i]]) {
        --shares_[order[i]];
        --sum;
      }
  }

  /// Who has a part has half a unit at least: no more than twice as many as there are units.
  void split_among_late() {
    // Who takes no time, as far as is known, needs no part; unless that is so of all.
    std::vector<double> scores;
    for (const SpatialDemand* demand : demands_) {
      const Seconds time = demand->times.back();
      scores.push_back(time > 0 ? demand->priority / time : 0);
    }
    if (std::none_of(scores.begin(), scores.end(), [](double score) { return score > 0; }))
      for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = demands_[i]->priority;
    const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
    const std::size_t some = std::min<std::size_t>(2 * std::size_t{units_} + 1, scores.size());
    const Order order = first_by_decreasing(scores, some);
    std::uint32_t left = units_;
    for (const std::size_t i : order) {
      shares_[i] = std::min(rounded(scores[i] / sum * units_), left);
      left -= shares_[i];
    }
    for (std::size_t i = 0; left > 0; i = (i + 1) % order.size(), --left) ++shares_[order[i]];
  }

  std::span<const SpatialDemand* const> demands_;
  std::uint32_t units_;
  std::vector<std::uint32_t> least_;  ///< units with which the deadline is met; 0: none do
  std::vector<std::uint32_t> shares_;
};

}  // namespace

std::vector<std::uint32_t> spatial_shares(std::span<const SpatialDemand* const> demands, std::uint32_t units) {
  return Division(demands, units).divide();
}

}  // namespace hetsched
