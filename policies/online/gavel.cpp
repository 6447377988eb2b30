#include <algorithm>
#include <tuple>
#include <vector>

#include "hetsched/policy.hpp"
#include "online/max_min_shares.hpp"
#include "support/free_slots.hpp"
#include "support/pinned_queues.hpp"

namespace hetsched {
namespace {

/// Gavel's max-min fairness among streams: a linear program says which part of its time each stream should spend
/// on each kind of accelerator (max_min_shares.hpp; throughput: one over the time of the model there,
/// weights: the streams' priorities, at least 1), and rounds make that come true. At the start of each round pairs
/// of stream and kind are taken by decreasing (time owed, the sum of its shares over time) / (time received) (ties:
/// larger share, stream, kind), and give a stream one accelerator for the round, as long as there are any.
///
/// A stream takes part from its first request on, until a whole round has passed without one. When streams come or
/// go, or accelerators are turned on or off, the program is solved and a round begins anew; what those that stay are
/// owed and have received stays, but the difference is never more than ten rounds. Who comes starts with neither,
/// and is first.
///
/// Within a round, streams start tasks by request id where they have an accelerator. Streams that have none,
/// or whose own are busy with their own requests, use what is left; who waits for others to leave their
/// accelerator does so. What cannot be described by shares (models that no kind supports as a whole) goes
/// first, wherever it ends first. Per program: simplex of (2 streams + kinds) rows x (streams x kinds)
/// columns; else O(R A + streams x kinds) per call.
///
/// Rounds end when something happens after their time is over: there are no calls for that alone.
class Gavel final : public Policy {
 public:
  explicit Gavel(Params& p)
      : round_(p.number("round", {.fallback = 0,
                                  .min = 0,
                                  .doc = "length of a round; 0: ten times the mean time of the models",
                                  .unit = "s"})),
        by_priority_(p.flag("weights", true, "weigh streams by priority; else all the same")) {}

  void begin(const SystemView& view) override {
    if (round_ > 0) return;
    for (const Model& model : view.models) round_ += 10 * model.mean_time / static_cast<double>(view.models.size());
  }

  void decide(const SystemView& view, Decisions& out) override {
    account(view);
    const bool changed = note_changes(view);
    if (changed) share_out(view);
    if (changed || is_round_over(view)) new_round(view);
    free_.reset(view);
    if (!free_.any()) return;
    started_.clear();
    for (const TaskRef task : view.ready) start_own(view, task, out);
    for (const TaskRef task : view.ready) fill(view, task, out);
  }

 private:
  static constexpr double kDebt = 10;       ///< rounds that a pair may be behind or ahead at most
  static constexpr double kNoShare = 1e-9;  ///< what the program may give by rounding

  /// Of a stream on a kind.
  struct Account {
    double share = 0;
    Seconds owed = 0, received = 0;
  };

  void account(const SystemView& view) {
    accounts_.resize(view.streams.size(), IdVector<KindId, Account>(view.kinds.size()));
    taking_part_.resize(view.streams.size(), false);
    seen_.resize(view.streams.size(), false);
    for (const StreamId s : active_)
      for (Account& pair : accounts_[s]) pair.owed += pair.share * (view.now - last_);
    last_ = view.now;
    for (const Event& event : view.events) {
      if (event.type != Event::Type::task_finished) continue;
      const TaskState& state = view.state(event.task);
      accounts_[view.request(event.task).stream][view.accelerators[state.accelerator].kind].received +=
          state.finish - state.start;
    }
  }

  [[nodiscard]] bool is_round_over(const SystemView& view) const { return !clearly_less(view.now, round_end_); }

  /// Has the set of streams that take part, or of accelerators, changed?
  bool note_changes(const SystemView& view) {
    bool changed = owner_.empty();
    for (const Event& event : view.events) {
      if (event.type == Event::Type::accelerator_changed) changed = true;
      if (event.type != Event::Type::request_arrived) continue;
      const StreamId s = view.request(event.task).stream;
      seen_[s] = true;
      changed |= !taking_part_[s];
    }
    if (is_round_over(view)) changed |= seen_ != taking_part_;
    if (!changed) return false;
    for (const StreamId s : seen_.ids()) taking_part_[s] = seen_[s] || (taking_part_[s] && !is_round_over(view));
    std::vector<AcceleratorId> on;
    for (const AcceleratorId a : view.accelerators.ids())
      if (view.accelerators[a].available) on.push_back(a);
    on_ = std::move(on);
    return true;
  }

  void share_out(const SystemView& view) {
    active_.clear();
    for (const StreamId s : taking_part_.ids())
      if (taking_part_[s]) active_.push_back(s);
    IdVector<KindId, double> workers(view.kinds.size(), 0);
    std::vector<double> weights;
    for (const AcceleratorId a : on_) ++workers[view.accelerators[a].kind];
    std::vector<std::vector<double>> throughput;
    for (const StreamId s : active_) {
      weights.push_back(by_priority_ ? std::max(1, view.streams[s].priority) : 1);
      IdVector<KindId, double> row(view.kinds.size(), 0);
      const Model& model = view.models[view.streams[s].model];
      for (const AcceleratorId a : on_) {
        const Seconds time = whole_time(view, model, a);
        if (!(time < kNever)) continue;
        double& rate = row[view.accelerators[a].kind];
        rate = std::max(rate, time > 0 ? model.mean_time / time : 1);
      }
      throughput.push_back(row.all());
    }
    const MaxMinShares result = active_.empty() ? MaxMinShares{} : max_min_shares(throughput, workers.all(), weights);
    for (const StreamId s : accounts_.ids())
      for (Account& pair : accounts_[s]) pair = taking_part_[s] ? Account{0, pair.owed, pair.received} : Account{};
    for (std::size_t m = 0; m < active_.size(); ++m)
      for (const KindId k : view.kinds.ids()) accounts_[active_[m]][k].share = result.share[m][index_of(k)];
  }

  /// Neither an old debt nor what others once left idle lasts.
  void limit_debts() {
    for (const StreamId s : active_)
      for (Account& pair : accounts_[s]) {
        pair.owed = std::min(pair.owed, pair.received + kDebt * round_);
        pair.received = std::min(pair.received, pair.owed + kDebt * round_);
      }
  }

  void new_round(const SystemView& view) {
    limit_debts();
    struct Pair {
      double priority, share;
      StreamId stream;
      KindId kind;
    };
    std::vector<Pair> pairs;
    for (const StreamId s : active_)
      for (const KindId k : accounts_[s].ids()) {
        const Account& pair = accounts_[s][k];
        if (pair.share > kNoShare)
          pairs.push_back({pair.received > 0 ? pair.owed / pair.received : kNever, pair.share, s, k});
      }
    sort_by_scores(
        pairs.begin(), pairs.end(), [](const Pair& pair) { return -pair.priority; },
        [](const Pair& pair) { return -pair.share; },
        [](const Pair& a, const Pair& b) { return std::tie(a.stream, a.kind) < std::tie(b.stream, b.kind); });
    owner_.assign(view.accelerators.size(), StreamId::none);
    own_.assign(view.streams.size(), AcceleratorId::none);
    for (const Pair& pair : pairs) {
      if (own_[pair.stream] != AcceleratorId::none) continue;
      for (const AcceleratorId a : on_)
        if (owner_[a] == StreamId::none && view.accelerators[a].kind == pair.kind) {
          owner_[a] = pair.stream;
          own_[pair.stream] = a;
          break;
        }
    }
    round_end_ = view.now + round_;
    runs_.resize(view.accelerators.size(), StreamId::none);
    seen_.assign(view.streams.size(), false);
    for (const RequestRef r : view.live) seen_[view.requests[r].stream] = true;
  }

  [[nodiscard]] bool whole_somewhere(const Request& request) const {
    const IdVector<KindId, Account>& row = accounts_[request.stream];
    return std::any_of(row.begin(), row.end(), [](const Account& pair) { return pair.share > kNoShare; });
  }

  void start_own(const SystemView& view, TaskRef task, Decisions& out) {
    const Request& request = view.request(task);
    const AcceleratorId own = own_[request.stream];
    if (!whole_somewhere(request)) {
      const AcceleratorId a = free_.any() ? free_.fastest(view, task) : AcceleratorId::none;
      if (a != AcceleratorId::none) start(view, task, a, out);
    } else if (own != AcceleratorId::none && free_.at(own) && view.can_start(task, own)) {
      start(view, task, own, out);
    }
  }

  void fill(const SystemView& view, TaskRef task, Decisions& out) {
    if (!free_.any() || std::find(started_.begin(), started_.end(), task) != started_.end()) return;
    const StreamId stream = view.request(task).stream;
    const AcceleratorId own = own_[stream];
    const bool others_run_there = own != AcceleratorId::none && !free_.at(own) && runs_[own] != stream;
    if (others_run_there && view.accelerators[own].available) return;  // it will be free soon
    const AcceleratorId a = free_.fastest(view, task);
    if (a != AcceleratorId::none) start(view, task, a, out);
  }

  void start(const SystemView& view, TaskRef task, AcceleratorId a, Decisions& out) {
    out.start(task, a);
    free_.take(a);
    started_.push_back(task);
    runs_[a] = view.request(task).stream;
  }

  Seconds round_;
  bool by_priority_;
  Seconds round_end_ = 0;
  Seconds last_ = 0;                             ///< when the last call was
  IdVector<StreamId, bool> taking_part_, seen_;  ///< has had requests in this round
  std::vector<StreamId> active_;                 ///< streams that take part
  std::vector<AcceleratorId> on_;                ///< accelerators that are on
  IdVector<StreamId, IdVector<KindId, Account>> accounts_;
  IdVector<AcceleratorId, StreamId> owner_;  ///< in this round
  IdVector<StreamId, AcceleratorId> own_;    ///< likewise
  IdVector<AcceleratorId, StreamId> runs_;   ///< the stream it was last given to
  std::vector<TaskRef> started_;             ///< in this call
  FreeSlots free_;
};

}  // namespace

PolicyEntry gavel() {
  return policy<Gavel>("gavel", "Gavel: max-min fair shares of kinds for streams, by linear program and rounds",
                       {.source = "Narayanan et al., Gavel, OSDI 2020, and its public code (max_min_fairness)",
                        .complexity = "R A; a simplex when streams or accelerators come and go",
                        .knowledge = "which streams have requests, their models and priorities",
                        .verified_by = "a published-form program: 1.05508 and its shares; long runs approach them"});
}

}  // namespace hetsched
