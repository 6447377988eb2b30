#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "decorators/drop/rule.hpp"
#include "decorators/pending_work.hpp"

namespace hetsched::drop_rules {
namespace {

/// Which requests of a stream were missed, by Request::index.
struct Missed {
  std::set<std::uint64_t> indices;
  std::uint64_t next = 0;  ///< index of the next one to arrive

  /// Those between the one before and this one did not get here.
  void arrived(std::uint64_t index, std::size_t k) {
    for (std::uint64_t i = index > next + k ? index - k : next; i < index; ++i) indices.insert(i);
    next = std::max(next, index + 1);
  }
  /// How many more could be missed in each k in a row, beyond this one; less than zero: this one is mandatory.
  [[nodiscard]] std::ptrdiff_t spare(std::uint64_t index, const Window& window) const {
    const auto [m, k] = window;
    const std::uint64_t first = index >= k - 1 ? index - (k - 1) : 0;
    std::vector<std::uint64_t> near(indices.lower_bound(first), indices.lower_bound(index + k));
    const auto at = std::lower_bound(near.begin(), near.end(), index);
    if (at == near.end() || *at != index) near.insert(at, index);
    std::size_t most = 0;
    for (std::size_t from = 0, to = 0; from < near.size() && near[from] <= index; ++from) {
      while (to < near.size() && near[to] < near[from] + k) ++to;
      most = std::max(most, to - from);
    }
    return static_cast<std::ptrdiff_t>(k - m) - static_cast<std::ptrdiff_t>(most);
  }
};

/// Of any k requests in a row of a stream, in the order of arrival, at least m are to be in time ((m,k)-firm; Hamdaoui
/// and Ramanathan, IEEE Trans. Computers 44(12), 1995). Whoever ended otherwise, or was turned away before it got here,
/// is missed; who is in the system or still to come counts as in time. A request is optional if its stream could miss
/// it, mandatory if not. Hopeless ones are given up, mandatory ones too since nobody can save them. Optional ones are
/// given up in favour of mandatory ones: if one of these, taking all in order of deadlines as admission:rule=feasible
/// does, would be late but for optional ones that are due no later and do not run, such are given up until it is not,
/// first of the stream that can miss most more (the largest distance from failing), then the youngest. Nothing is given
/// up where that does not suffice. A stream that is given too little still fails.
class MkFirm final : public Rule {
 public:
  explicit MkFirm(const Window& window) : window_(window) {}

  void check(Params& p) const override {
    if (window_.m > window_.k) p.reject("m", "must be at most k, " + std::to_string(window_.k));
  }

  void begin(const SystemView& view) override {
    remaining_.begin(view);
    pending_.begin(view);
    missed_.assign(view.streams.size(), {});
  }

  void arrived(const SystemView& view, const Request& request, Decisions& out) override {
    wake_when_late(view, request, out);
    missed_[request.stream].arrived(request.index, window_.k);
  }

  void ended(const SystemView&, const Request& request, bool in_time) override {
    if (!in_time) set_missed(request, true);
  }

  void choose(const SystemView& view, GivenUp& given_up) override {
    for (const RequestRef r : view.live)
      if (is_hopeless(view, remaining_, view.requests[r])) give_up(view, r, given_up);
    favour_mandatory(view, given_up);
  }

 private:
  struct Load {
    RequestRef request;
    Seconds deadline, to_start, running, least;
    bool given_up = false;
  };

  /// Gives optional requests up that make mandatory ones late. O(live requests x (tasks + k)), and for each mandatory
  /// one O(live requests); for each that is late O(live requests x k) times those given up.
  void favour_mandatory(const SystemView& view, GivenUp& given_up) {
    loads_.clear();
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      if (!given_up.contains(request))
        loads_.push_back({r, request.deadline, pending_.to_start(request), PendingWork::running(view, request),
                          remaining_.of(view, request, true)});
    }
    std::stable_sort(loads_.begin(), loads_.end(),
                     [](const Load& a, const Load& b) { return a.deadline < b.deadline; });
    for (const Load& load : loads_) {
      if (load.given_up || load.deadline == kNever || spare(view.requests[load.request]) >= 0) continue;
      make_room(view, load, given_up);
    }
    for (const StreamId s : missed_.ids()) forget_old(view, s);
  }

  void make_room(const SystemView& view, const Load& mandatory, GivenUp& given_up) {
    std::vector<Load*> chosen;
    while (ends_late(view, mandatory)) {
      Load* best = nullptr;
      std::ptrdiff_t most = -1;
      for (Load& load : loads_) {
        if (load.given_up || &load == &mandatory || clearly_before(mandatory.deadline, load.deadline) ||
            load.running > 0)
          continue;
        const std::ptrdiff_t can_miss = spare(view.requests[load.request]);
        if (can_miss < 0 || can_miss < most) continue;
        if (can_miss == most && view.requests[load.request].id < view.requests[best->request].id) continue;
        best = &load;
        most = can_miss;
      }
      if (best == nullptr) break;
      best->given_up = true;
      set_missed(view.requests[best->request], true);
      chosen.push_back(best);
    }
    const bool in_vain = ends_late(view, mandatory);
    for (Load* load : chosen) {
      if (in_vain) {
        load->given_up = false;
        set_missed(view.requests[load->request], false);
      } else {
        give_up(view, load->request, given_up);
      }
    }
  }

  /// With all that is due no later before it, and all that runs.
  [[nodiscard]] bool ends_late(const SystemView& view, const Load& load) const {
    const auto m = static_cast<double>(view.accelerators.size());
    Seconds ahead = 0;
    for (const Load& other : loads_)
      if (&other != &load && !other.given_up)
        ahead += other.running + (clearly_before(load.deadline, other.deadline) ? 0 : other.to_start);
    const Seconds own = std::max(load.least, (load.to_start + load.running) / m);
    return view.now + ahead / m + own > just_after(load.deadline);
  }

  /// What is k before the oldest that is live matters no more.
  void forget_old(const SystemView& view, StreamId stream) {
    Missed& missed = missed_[stream];
    if (missed.indices.size() < 4 * window_.k + 64) return;
    std::uint64_t oldest = missed.next;
    for (const RequestRef r : view.live)
      if (view.requests[r].stream == stream) oldest = std::min(oldest, view.requests[r].index);
    missed.indices.erase(missed.indices.begin(),
                         missed.indices.lower_bound(oldest > window_.k ? oldest - window_.k : 0));
  }

  [[nodiscard]] std::ptrdiff_t spare(const Request& request) const {
    return missed_[request.stream].spare(request.index, window_);
  }

  void set_missed(const Request& request, bool missed) {
    if (missed)
      missed_[request.stream].indices.insert(request.index);
    else
      missed_[request.stream].indices.erase(request.index);
  }

  void give_up(const SystemView& view, RequestRef r, GivenUp& given_up) {
    set_missed(view.requests[r], true);
    given_up.add(view, r);
  }

  Window window_;
  RemainingTime remaining_;
  PendingWork pending_;
  IdVector<StreamId, Missed> missed_;
  std::vector<Load> loads_;  ///< of live requests, by deadline
};

}  // namespace

std::unique_ptr<Rule> mk_firm(Params&, const Window& window) { return std::make_unique<MkFirm>(window); }

}  // namespace hetsched::drop_rules
