#include "engine/contention.hpp"

#include <algorithm>
#include <numeric>

#include "base/overloads.hpp"

namespace hetsched {
namespace {

constexpr double kGiga = 1e9;  // of a slope, which is given for each GB/s

/// Between two values of a rising axis that begins with 0; beyond the last, the last.
struct Between {
  std::size_t below = 0;  ///< 0: the zero that the axis itself does not list
  double part = 0;        ///< of the way to the next
};

Between between(const std::vector<double>& axis, double value) {
  const auto above = std::upper_bound(axis.begin(), axis.end(), value);
  const auto below = static_cast<std::size_t>(above - axis.begin());
  if (above == axis.end()) return {below, 0};
  const double from = below == 0 ? 0 : axis[below - 1];
  return {below, (value - from) / (*above - from)};
}

double achieved(const TableContention& table, double own, double others) {
  const double last = table.own.back();
  if (own > last) return own * achieved(table, last, others) / last;
  const Between row = between(table.own, own), column = between(table.others, others);
  const auto at = [&](std::size_t i, std::size_t k) {
    if (i == 0) return 0.0;
    return k == 0 ? table.own[i - 1] : table.achieved[i - 1][k - 1];
  };
  const auto along = [&](std::size_t i) {
    const double here = at(i, column.below);
    return column.part > 0 ? here + column.part * (at(i, column.below + 1) - here) : here;
  };
  const double low = along(row.below);
  return row.part > 0 ? low + row.part * (along(row.below + 1) - low) : low;
}

double achieved(const PiecewiseContention& model, double own, double others) {
  const double x = std::min(others, model.balance), slope = model.slope / kGiga;
  if (own <= model.normal || own + x <= model.total || !(slope > 0)) return own;
  const double most = std::max(model.total - x, (1 / slope + model.total - x) / 2);  // of the parabola
  const double counted = std::min(own, most);
  return std::min(own, std::max(model.normal, counted * (1 - slope * (counted + x - model.total))));
}

}  // namespace

Contention::Contention(const std::vector<ContentionSpec>& models, const Strings& kinds, double bandwidth)
    : bandwidth_(bandwidth) {
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    const auto chosen = std::find_if(models.begin(), models.end(), [&](const ContentionSpec& spec) {
      const Strings& victims = std::visit([](const auto& s) -> const Strings& { return s.kinds; }, spec);
      return victims.empty() || std::find(victims.begin(), victims.end(), kinds[k]) != victims.end();
    });
    models_.push_back(chosen == models.end() ? Model(MaxMin{}) : model_for(*chosen, id_of<KindId>(k), kinds));
    max_min_ = max_min_ && std::holds_alternative<MaxMin>(models_.all().back());
    counts_ = counts_ || std::holds_alternative<Matrix>(models_.all().back());
  }
}

Contention::Model Contention::model_for(const ContentionSpec& spec, KindId kind, const Strings& kinds) {
  return std::visit(Overloads{[](const MaxMinContention&) -> Model { return MaxMin{}; },
                              [](const ProportionalContention&) -> Model { return Proportional{}; },
                              [](const TableContention& table) -> Model { return table; },
                              [](const PiecewiseContention& piecewise) -> Model { return piecewise; },
                              [&](const MatrixContention& matrix) -> Model {
                                Matrix row;
                                row.excess.assign(kinds.size(), 0);
                                for (const SlowdownSpec& pair : matrix.slowdowns) {
                                  const auto beside = std::find(kinds.begin(), kinds.end(), pair.beside);
                                  if (pair.kind == kinds[index_of(kind)] && beside != kinds.end())
                                    row.excess[id_of<KindId>(static_cast<std::size_t>(beside - kinds.begin()))] =
                                        pair.slowdown - 1;
                                }
                                return row;
                              }},
                    spec);
}

void Contention::caps(std::span<const MemoryDemand> running, double transfers, std::span<double> caps) const {
  double all = transfers;
  IdVector<KindId, double> number;  // of tasks with traffic
  if (counts_) number.assign(models_.size(), 0);
  for (const MemoryDemand& demand : running) {
    all += demand.wanted;
    if (counts_ && demand.wanted > 0) ++number[demand.kind];
  }
  for (std::size_t i = 0; i < running.size(); ++i) {
    const double c = running[i].wanted, e = std::max(0.0, all - c);
    const double most =
        std::visit(Overloads{[&](const MaxMin&) { return c; },
                             [&](const Proportional&) { return all > bandwidth_ ? c * (bandwidth_ / all) : c; },
                             [&](const TableContention& table) { return achieved(table, c, e); },
                             [&](const PiecewiseContention& piecewise) { return achieved(piecewise, c, e); },
                             [&](const Matrix& matrix) {
                               double excess = -matrix.excess[running[i].kind];  // it is not beside itself
                               for (const KindId k : number.ids()) excess += number[k] * matrix.excess[k];
                               return c / (1 + std::max(0.0, excess));
                             }},
                   models_[running[i].kind]);
    caps[i] = c > 0 ? std::min(c, most) : 0;
  }
}

void Contention::rates(std::span<const MemoryDemand> running, double transfers, std::span<double> rates) const {
  caps(running, transfers, rates);
  std::vector<double> all(rates.begin(), rates.end());
  if (transfers > 0) all.push_back(transfers);
  share_max_min(all, bandwidth_);
  std::copy_n(all.begin(), rates.size(), rates.begin());
}

void share_max_min(std::span<double> caps, double bandwidth) {
  std::vector<std::size_t> order(caps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) { return caps[i] < caps[k]; });
  double left = bandwidth;
  for (std::size_t n = 0; n < order.size(); ++n) {
    double& cap = caps[order[n]];
    cap = std::min(cap, left / static_cast<double>(order.size() - n));
    left -= cap;
  }
}

}  // namespace hetsched
