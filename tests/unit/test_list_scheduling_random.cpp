// On random graphs: do the rules plan what a second implementation does, written plainly from their definitions, and
// are all plans possible?
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.hpp"
#include "support/plan_rules.hpp"

using namespace hetsched::planning;
using namespace hetsched::testing;
using hetsched::kNever;
using hetsched::kNone;
using hetsched::RandomStream;

namespace {

constexpr double kNo = -1;  ///< of a matrix of bytes: no edge
constexpr double kTie = 1e-9;

/// Matrices, and nothing else.
struct Instance {
  int n = 0, m = 0;
  std::vector<std::vector<double>> w, bytes, latency, per_byte;

  [[nodiscard]] double c(int u, int t, int p, int q) const {
    return p == q || bytes[u][t] <= 0 ? 0 : latency[p][q] + bytes[u][t] * per_byte[p][q];
  }
  [[nodiscard]] double mean_c(int u, int t) const {
    double sum = 0;
    for (int p = 0; p < m; ++p)
      for (int q = 0; q < m; ++q) sum += c(u, t, p, q);
    return m > 1 ? sum / (m * (m - 1)) : 0;
  }
  [[nodiscard]] double mean_w(int t) const {
    double sum = 0, count = 0;
    for (int p = 0; p < m; ++p)
      if (w[t][p] < kNever) sum += w[t][p], ++count;
    return sum / count;
  }
  [[nodiscard]] bool edge(int u, int t) const { return bytes[u][t] >= 0; }
};

/// Whole numbers (many ties) or fractions; about an eighth of the times missing in some instances.
Instance random_instance(std::uint64_t seed) {
  const RandomStream dice(seed, "test", "dag");
  std::uint64_t next = 0;
  const auto below = [&](double limit) { return std::floor(dice.uniform(next++) * limit); };
  const auto amount = [&](double limit) { return seed % 3 == 0 ? 1 + below(4) : seed % 3 == 1 ? 1 + below(limit) : 0.5 + limit * dice.uniform(next++); };
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
  made.bytes.assign(made.n, std::vector<double>(made.n, kNo));
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

Problem problem_of(const Instance& in) {
  Problem problem(static_cast<std::uint32_t>(in.m));
  for (int p = 0; p < in.m; ++p)
    for (int q = 0; q < in.m; ++q)
      if (p != q)
        problem.set_link(static_cast<std::uint32_t>(p), static_cast<std::uint32_t>(q), {in.latency[p][q], in.per_byte[p][q]});
  for (const auto& row : in.w) problem.add_task(row);
  for (int t = 0; t < in.n; ++t)
    for (int u = 0; u < t; ++u)
      if (in.edge(u, t)) problem.add_edge(static_cast<std::uint32_t>(u), static_cast<std::uint32_t>(t), in.bytes[u][t]);
  return problem;
}

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
    // It starts when its inputs are there or when something ends: the first such time at which it is in nobody's way.
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

/// sign 1: max-min, -1: min-min.
double plain_batch(const Instance& in, double sign) {
  Plain plan(in);
  for (int i = 0; i < in.n; ++i) {
    const int t = plan.largest_ready([&](int x) { return sign * plan.finish(x, plan.first_finish(x, false), false); });
    plan.put(t, plan.first_finish(t, false), false);
  }
  return plan.makespan();
}

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

enum class Immediate { mct, met, olb };

double plain_immediate(const Instance& in, Immediate rule) {
  Plain plan(in);
  for (int t = 0; t < in.n; ++t)
    plan.put(t, plan.least(t, [&](int p) {
      return rule == Immediate::mct ? plan.finish(t, p, false) : rule == Immediate::met ? in.w[t][p] : plan.end_of(p);
    }), false);
  return plan.makespan();
}

/// The longest path of least times: no plan is shorter.
double bound(const Instance& in) {
  std::vector<double> path(in.n);
  for (int t = in.n - 1; t >= 0; --t) {
    for (int s = t + 1; s < in.n; ++s)
      if (in.edge(t, s)) path[t] = std::max(path[t], path[s]);
    path[t] += *std::min_element(in.w[t].begin(), in.w[t].end());
  }
  return *std::max_element(path.begin(), path.end());
}

void check_possible(const Instance& in, const Plan& plan) {
  for (int t = 0; t < in.n; ++t) {
    const Placement& here = plan[t];
    REQUIRE(here.accelerator != kNone);
    CHECK(here.start >= 0);
    CHECK(here.end - here.start == doctest::Approx(in.w[t][here.accelerator]).epsilon(1e-9));
    for (int u = 0; u < in.n; ++u) {
      if (u == t) continue;
      const Placement& other = plan[u];
      if (in.edge(u, t)) {
        const double moving = in.c(u, t, static_cast<int>(other.accelerator), static_cast<int>(here.accelerator));
        CHECK(here.start >= other.end + moving - 1e-9);
      }
      if (other.accelerator == here.accelerator)
        CHECK((here.start >= other.end - 1e-6 || other.start >= here.end - 1e-6));
    }
  }
}

}  // namespace

TEST_CASE("2000 random graphs: eleven rules equal a plain second implementation") {
  std::size_t distinct = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    INFO("seed " << seed);
    const Instance in = random_instance(seed);
    const Problem problem = problem_of(in);
    const std::vector<std::pair<double, double>> pairs = {
        {makespan(heft(problem)), plain_heft(in, true)},
        {makespan(heft(problem, {.insertion = false})), plain_heft(in, false)},
        {makespan(cpop(problem)), plain_cpop(in)},
        {makespan(peft(problem)), plain_peft(in)},
        {makespan(min_min(problem)), plain_batch(in, -1)},
        {makespan(max_min(problem)), plain_batch(in, 1)},
        {makespan(etf(problem)), plain_etf(in)},
        {makespan(dls(problem)), plain_dls(in)},
        {makespan(mct(problem)), plain_immediate(in, Immediate::mct)},
        {makespan(met(problem)), plain_immediate(in, Immediate::met)},
        {makespan(olb(problem)), plain_immediate(in, Immediate::olb)},
    };
    for (std::size_t rule = 0; rule < pairs.size(); ++rule) {
      INFO("rule " << rule);
      CHECK(pairs[rule].first == doctest::Approx(pairs[rule].second).epsilon(1e-9));
    }
    distinct += pairs.front().first != pairs.back().first;
  }
  CHECK(distinct > 1000);  // else the instances would tell nothing
}

TEST_CASE("500 random graphs: every plan is possible, and none is shorter than the longest path of least times") {
  for (std::uint64_t seed = 5000; seed < 5500; ++seed) {
    const Instance in = random_instance(seed);
    const Problem problem = problem_of(in);
    for (const auto& [name, rule] : plan_rules()) {
      INFO("seed " << seed << ", " << name);
      const Plan plan = rule(problem);
      check_possible(in, plan);
      CHECK(makespan(plan) >= bound(in) * (1 - 1e-9));
    }
    CHECK(makespan(duplex(problem)) ==
          doctest::Approx(std::min(makespan(min_min(problem)), makespan(max_min(problem)))).epsilon(1e-9));
    check_possible(in, sufferage(problem, Sufferage::pass));
  }
}

TEST_CASE("random graphs: all times doubled, every plan takes twice as long; on one machine all take the same") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Instance in = random_instance(seed);
    Instance twice = in;
    for (auto* matrix : {&twice.w, &twice.latency, &twice.per_byte})
      for (auto& row : *matrix)
        for (double& value : row) value *= 2;
    for (const auto& [name, rule] : plan_rules()) {
      INFO("seed " << seed << ", " << name);
      CHECK(makespan(rule(problem_of(twice))) == doctest::Approx(2 * makespan(rule(problem_of(in)))).epsilon(1e-12));
    }
    double sum = 0;
    for (auto& row : in.w) {
      row.resize(1);
      if (row[0] == kNever) row[0] = 1;
      sum += row[0];
    }
    in.m = 1;
    for (const auto& [name, rule] : plan_rules()) {
      INFO("seed " << seed << ", " << name);
      CHECK(makespan(rule(problem_of(in))) == doctest::Approx(sum).epsilon(1e-12));
    }
  }
}
