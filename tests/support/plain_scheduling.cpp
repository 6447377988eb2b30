#include "support/plain_scheduling.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "support/planning_cases.hpp"

namespace hetsched::testing {
namespace {

constexpr double kTie = 1e-9;

/// A schedule that grows, with everything searched for anew at each step.
class Plain {
 public:
  explicit Plain(const Instance& in) : in_(in), at_(in.n, -1), from_(in.n), to_(in.n) {}

  [[nodiscard]] bool done(int t) const { return at_[t] >= 0; }
  [[nodiscard]] bool ready(int t) const {
    if (done(t)) return false;
    for (int u = 0; u < t; ++u)
      if (in_.edge(u, t) && !done(u)) return false;
    return true;
  }
  [[nodiscard]] double end_of(int p) const {
    double last = 0;
    for (int t = 0; t < in_.n; ++t)
      if (at_[t] == p) last = std::max(last, to_[t]);
    return last;
  }
  [[nodiscard]] double start(int t, int p, bool insertion) const {
    double there = 0;
    for (int u = 0; u < t; ++u)
      if (in_.edge(u, t)) there = std::max(there, to_[u] + in_.c(u, t, at_[u], p));
    if (!insertion) return std::max(there, end_of(p));
    // It starts when its inputs are there or when something ends: the first such time at which it is in
    // nobody's way.
    std::vector<double> candidates = {there};
    for (int u = 0; u < in_.n; ++u)
      if (at_[u] == p && to_[u] > there) candidates.push_back(to_[u]);
    std::sort(candidates.begin(), candidates.end());
    for (const double begin : candidates) {
      bool free = true;
      for (int u = 0; u < in_.n; ++u)
        if (at_[u] == p && begin < to_[u] - kTie && from_[u] < begin + in_.w[t][p] - kTie) free = false;
      if (free) return begin;
    }
    return std::max(there, end_of(p));
  }
  [[nodiscard]] double finish(int t, int p, bool insertion) const { return start(t, p, insertion) + in_.w[t][p]; }
  void put(int t, int p, bool insertion) {
    const double begin = start(t, p, insertion);
    at_[t] = p;
    from_[t] = begin;
    to_[t] = begin + in_.w[t][p];
  }
  [[nodiscard]] double makespan() const { return *std::max_element(to_.begin(), to_.end()); }

  /// The supported accelerator with the least key.
  template <class KeyOf>
  [[nodiscard]] int least(int t, const KeyOf& key_of) const {
    int best = -1;
    for (int p = 0; p < in_.m; ++p)
      if (in_.w[t][p] < kNever && (best < 0 || key_of(p) < key_of(best) - kTie)) best = p;
    return best;
  }
  [[nodiscard]] int first_finish(int t, bool insertion) const {
    return least(t, [&](int p) { return finish(t, p, insertion); });
  }
  /// The ready task with the largest key.
  template <class KeyOf>
  [[nodiscard]] int largest_ready(const KeyOf& key_of) const {
    int best = -1;
    for (int t = 0; t < in_.n; ++t)
      if (ready(t) && (best < 0 || key_of(t) > key_of(best) + kTie)) best = t;
    return best;
  }

 private:
  const Instance& in_;
  std::vector<int> at_;
  std::vector<double> from_, to_;
};

double rank_u(const Instance& in, int t) {
  double tail = 0;
  for (int s = t + 1; s < in.n; ++s)
    if (in.edge(t, s)) tail = std::max(tail, in.mean_c(t, s) + rank_u(in, s));
  return in.mean_w(t) + tail;
}

double rank_d(const Instance& in, int t) {
  double most = 0;
  for (int u = 0; u < t; ++u)
    if (in.edge(u, t)) most = std::max(most, rank_d(in, u) + in.mean_w(u) + in.mean_c(u, t));
  return most;
}

double level(const Instance& in, int t) {
  double tail = 0;
  for (int s = t + 1; s < in.n; ++s)
    if (in.edge(t, s)) tail = std::max(tail, level(in, s));
  return in.mean_w(t) + tail;
}

template <class Of>
std::vector<double> each(const Instance& in, const Of& of) {
  std::vector<double> values;
  for (int t = 0; t < in.n; ++t) values.push_back(of(in, t));
  return values;
}

double oct(const Instance& in, int t, int p) {
  double worst = 0;
  for (int s = t + 1; s < in.n; ++s) {
    if (!in.edge(t, s)) continue;
    double best = kNever;
    for (int q = 0; q < in.m; ++q)
      if (in.w[s][q] < kNever) best = std::min(best, oct(in, s, q) + in.w[s][q] + (p == q ? 0 : in.mean_c(t, s)));
    worst = std::max(worst, best);
  }
  return worst;
}

/// sign 1: max-min, -1: min-min.
double plain_batch(const Instance& in, double sign) {
  Plain plan(in);
  for (int i = 0; i < in.n; ++i) {
    const int t = plan.largest_ready([&](int x) { return sign * plan.finish(x, plan.first_finish(x, false), false); });
    plan.put(t, plan.first_finish(t, false), false);
  }
  return plan.makespan();
}

enum class Immediate { mct, met, olb };

double plain_immediate(const Instance& in, Immediate rule) {
  Plain plan(in);
  for (int t = 0; t < in.n; ++t)
    plan.put(t,
             plan.least(t,
                        [&](int p) {
                          return rule == Immediate::mct   ? plan.finish(t, p, false)
                                 : rule == Immediate::met ? in.w[t][p]
                                                          : plan.end_of(p);
                        }),
             false);
  return plan.makespan();
}

}  // namespace

Instance random_instance(std::uint64_t seed) {
  const RandomStream dice(seed, "test", "dag");
  std::uint64_t next = 0;
  const auto below = [&](double limit) { return std::floor(dice.uniform(next++) * limit); };
  const auto amount = [&](double limit) {
    return seed % 3 == 0 ? 1 + below(4) : seed % 3 == 1 ? 1 + below(limit) : 0.5 + limit * dice.uniform(next++);
  };
  Instance made;
  made.n = 1 + static_cast<int>(below(16));
  made.m = 1 + static_cast<int>(below(4));
  const double density = dice.uniform(next++), gaps = seed % 4 == 0 ? 0.125 : 0;
  const bool alike = seed % 5 == 0;  // all ways are equal, as in the papers
  made.latency = made.per_byte = std::vector<std::vector<double>>(made.m, std::vector<double>(made.m, 0));
  for (int p = 0; p < made.m; ++p)
    for (int q = 0; q < made.m; ++q)
      if (p != q) {
        made.latency[p][q] = alike ? 0 : below(3);
        made.per_byte[p][q] = alike ? 1 : (1 + below(4)) / 2;
      }
  made.bytes.assign(made.n, std::vector<double>(made.n, kNoEdge));
  for (int t = 0; t < made.n; ++t) {
    std::vector<double> row;
    for (int p = 0; p < made.m; ++p) row.push_back(dice.uniform(next++) < gaps ? kNever : amount(20));
    if (*std::min_element(row.begin(), row.end()) == kNever) row[0] = amount(20);
    made.w.push_back(row);
    for (int u = 0; u < t; ++u)
      if (dice.uniform(next++) < density * 0.6) made.bytes[u][t] = below(8) == 0 ? 0 : amount(15);
  }
  return made;
}

planning::Problem problem_of(const Instance& in) {
  planning::Problem problem(static_cast<std::size_t>(in.m));
  for (const AcceleratorId p : problem.accelerators.ids())
    for (const AcceleratorId q : problem.accelerators.ids())
      if (p != q) problem.set_link(p, q, {in.latency[index_of(p)][index_of(q)], in.per_byte[index_of(p)][index_of(q)]});
  for (const auto& row : in.w) add_task(problem, row);
  for (int t = 0; t < in.n; ++t)
    for (int u = 0; u < t; ++u)
      if (in.edge(u, t))
        problem.add_edge(static_cast<planning::PlanTaskId>(u), static_cast<planning::PlanTaskId>(t), in.bytes[u][t]);
  return problem;
}

double plain_heft(const Instance& in, bool insertion) {
  const std::vector<double> rank = each(in, rank_u);
  Plain plan(in);
  // The largest rank of all is that of a ready task: ranks fall along edges, as times are positive.
  for (int i = 0; i < in.n; ++i) {
    const int t = plan.largest_ready([&](int x) { return rank[x]; });
    plan.put(t, plan.first_finish(t, insertion), insertion);
  }
  return plan.makespan();
}

double plain_cpop(const Instance& in) {
  std::vector<double> priority = each(in, rank_u);
  const std::vector<double> down = each(in, rank_d);
  for (int t = 0; t < in.n; ++t) priority[t] += down[t];
  const double entry = *std::max_element(priority.begin(), priority.end());
  const auto critical = [&](int t) { return std::abs(priority[t] - entry) < 1e-6; };
  // Accelerators that run the path come before those that do not; see cpop() for what happens if none does.
  int chosen = -1, chosen_runs = 0;
  double chosen_sum = 0;
  for (int p = 0; p < in.m; ++p) {
    int runs = 0;
    double sum = 0;
    for (int t = 0; t < in.n; ++t)
      if (critical(t) && in.w[t][p] < kNever) ++runs, sum += in.w[t][p];
    if (runs > chosen_runs || (runs == chosen_runs && runs > 0 && sum < chosen_sum - kTie)) {
      chosen = p;
      chosen_runs = runs;
      chosen_sum = sum;
    }
  }
  Plain plan(in);
  for (int i = 0; i < in.n; ++i) {
    const int t = plan.largest_ready([&](int x) { return priority[x]; });
    const bool there = critical(t) && in.w[t][chosen] < kNever;
    plan.put(t, there ? chosen : plan.first_finish(t, true), true);
  }
  return plan.makespan();
}

double plain_peft(const Instance& in) {
  std::vector<std::vector<double>> table(in.n, std::vector<double>(in.m));
  std::vector<double> rank;
  for (int t = 0; t < in.n; ++t) {
    double sum = 0, count = 0;
    for (int p = 0; p < in.m; ++p) {
      table[t][p] = oct(in, t, p);
      if (in.w[t][p] < kNever) sum += table[t][p], ++count;
    }
    rank.push_back(sum / count);
  }
  Plain plan(in);
  for (int i = 0; i < in.n; ++i) {
    const int t = plan.largest_ready([&](int x) { return rank[x]; });
    plan.put(t, plan.least(t, [&](int p) { return plan.finish(t, p, true) + table[t][p]; }), true);
  }
  return plan.makespan();
}

double plain_min_min(const Instance& in) { return plain_batch(in, -1); }
double plain_max_min(const Instance& in) { return plain_batch(in, 1); }

double plain_etf(const Instance& in) {
  const std::vector<double> levels = each(in, level);
  Plain plan(in);
  for (int i = 0; i < in.n; ++i) {
    int task = -1, where = -1;
    double earliest = 0;
    for (int t = 0; t < in.n; ++t)
      for (int p = 0; p < in.m; ++p) {
        if (!plan.ready(t) || in.w[t][p] == kNever) continue;
        const double start = plan.start(t, p, false);
        const bool tie = task >= 0 && std::abs(start - earliest) <= kTie;
        if (task >= 0 && !(start < earliest - kTie) && !(tie && levels[t] > levels[task] + kTie)) continue;
        task = t;
        where = p;
        earliest = start;
      }
    plan.put(task, where, false);
  }
  return plan.makespan();
}

double plain_dls(const Instance& in) {
  const std::vector<double> levels = each(in, level);
  Plain plan(in);
  for (int i = 0; i < in.n; ++i) {
    int task = -1, where = -1;
    double most = 0;
    for (int t = 0; t < in.n; ++t)
      for (int p = 0; p < in.m; ++p) {
        if (!plan.ready(t) || in.w[t][p] == kNever) continue;
        const double dl = levels[t] - plan.start(t, p, false) + in.mean_w(t) - in.w[t][p];
        if (task >= 0 && !(dl > most + kTie)) continue;
        task = t;
        where = p;
        most = dl;
      }
    plan.put(task, where, false);
  }
  return plan.makespan();
}

double plain_mct(const Instance& in) { return plain_immediate(in, Immediate::mct); }
double plain_met(const Instance& in) { return plain_immediate(in, Immediate::met); }
double plain_olb(const Instance& in) { return plain_immediate(in, Immediate::olb); }

}  // namespace hetsched::testing
