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
  Division(const std::vector<SpatialDemand>& demands, std::uint32_t units)
      : demands_(demands), units_(units), least_(demands.size(), 0), shares_(demands.size(), 0) {
    for (std::size_t i = 0; i < demands.size(); ++i)
      for (std::uint32_t n = units; n >= 1; --n)
        if (!clearly_less(demands[i].slack, demands[i].times[n - 1])) least_[i] = n;
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
    give_least(by_decreasing(scores));
    add_spare(scores);
    settle();
    return shares_;
  }

 private:
  [[nodiscard]] double fitting_score(std::size_t i) const {
    const Seconds time = demands_[i].times[least_[i] - 1];
    return time > 0 ? demands_[i].priority / time : 0;
  }
  [[nodiscard]] double racing_score(std::size_t i) const {
    const double pressure = demands_[i].slack * least_[i];
    return pressure > 0 ? demands_[i].priority / pressure : 0;
  }
  [[nodiscard]] std::uint32_t given() const { return std::accumulate(shares_.begin(), shares_.end(), 0u); }

  [[nodiscard]] static Order by_decreasing(const std::vector<double>& keys) {
    Order order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
    settle_ties(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return clearly_less(keys[b], keys[a]); },
        std::less<>());
    return order;
  }

  void give_least(const Order& order) {
    std::uint32_t left = units_;
    for (const std::size_t i : order) {
      shares_[i] = std::min(least_[i], left);
      left -= shares_[i];
    }
  }

  void add_spare(const std::vector<double>& scores) {
    const double sum = std::accumulate(scores.begin(), scores.end(), 0.0), spare = units_ - given();
    if (!(sum > 0)) return;
    for (std::size_t i = 0; i < scores.size(); ++i) shares_[i] += rounded(scores[i] / sum * spare);
  }

  /// Makes the shares sum up to the units.
  void settle() {
    std::vector<double> priorities;
    for (const SpatialDemand& demand : demands_) priorities.push_back(demand.priority);
    Order order = by_decreasing(priorities);
    std::size_t top = 0;
    while (top < order.size() && priorities[order[top]] == priorities[order[0]]) ++top;
    for (std::size_t i = 0; given() < units_; i = (i + 1) % top) ++shares_[order[i]];
    for (double& priority : priorities) priority = -priority;
    order = by_decreasing(priorities);
    for (std::size_t i = 0; given() > units_; i = (i + 1) % order.size())
      if (shares_[order[i]] > least_[order[i]]) --shares_[order[i]];
  }

  void split_among_late() {
    std::vector<double> scores;
    for (const SpatialDemand& demand : demands_) {
      const Seconds time = demand.times.back();
      scores.push_back(time > 0 && time < kNever ? demand.priority / time : demand.priority);
    }
    const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
    const Order order = by_decreasing(scores);
    std::uint32_t left = units_;
    for (const std::size_t i : order) {
      const std::uint32_t part = rounded(scores[i] / sum * units_);
      shares_[i] = std::min(part, left);
      left -= shares_[i];
    }
    for (std::size_t i = 0; left > 0; i = (i + 1) % order.size(), --left) ++shares_[order[i]];
  }

  const std::vector<SpatialDemand>& demands_;
  std::uint32_t units_;
  std::vector<std::uint32_t> least_;  ///< units with which the deadline is met; 0: none do
  std::vector<std::uint32_t> shares_;
};

}  // namespace

std::vector<std::uint32_t> spatial_shares(const std::vector<SpatialDemand>& demands, std::uint32_t units) {
  return Division(demands, units).divide();
}

}  // namespace hetsched
