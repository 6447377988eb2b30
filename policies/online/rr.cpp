#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "builtin.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Round robin at task boundaries: participants (streams or requests) queue for turns of `quantum` tasks, or
/// of tasks that take `seconds` by prediction. One whose turn is not over goes back to the front, one whose
/// turn is over to the end, behind those that arrive at the same instant. Each task goes to the free
/// accelerator that would finish it first. O(log ready) per task.
class RoundRobin final : public Policy {
 public:
  explicit RoundRobin(Params& p)
      : quantum_(p.number(
            "quantum", {.fallback = 1, .min = 1, .max = 1e9, .integer = true, .doc = "tasks per turn"})),
        seconds_(p.number("seconds", {.fallback = 0,
                                      .min = 0,
                                      .doc = "turns of this much predicted run time instead; 0: of tasks"})),
        by_stream_(
            p.choice("among", {.fallback = "stream",
                               .of = {"stream", "request"},
                               .doc = "who takes turns; requests of one stream are served in order"}) ==
            "stream") {}

  void decide(const SystemView& view, Decisions& out) override {
    forget_ended(view);
    join(view);
    free_.reset(view);
    started_.clear();
    while (free_.any() && !queue_.empty()) {
      const std::uint64_t id = queue_.front();
      queue_.pop_front();
      queued_.erase(id);
      const std::optional<TaskRef> task = next_task(view, id);
      if (!task) continue;  // nothing ready any more: it queues again when something is
      const std::uint32_t accelerator = free_.fastest(view, *task);
      if (accelerator == kNone) {
        passed_over_.push_back(id);
        continue;
      }
      const double service = seconds_ > 0 ? view.run_time(*task, accelerator) : 1;
      out.start(*task, accelerator);
      free_.take(accelerator);
      started_.push_back({id, view.request(*task).id, *task});
      const double turn = seconds_ > 0 ? seconds_ : quantum_;
      const bool turn_over = (used_[id] += service) >= turn * (1 - 1e-12);
      if (turn_over) used_.erase(id);
      if (next_task(view, id)) queue_up(id, !turn_over);
    }
    // No free accelerator can serve these: they keep their places.
    for (std::size_t i = passed_over_.size(); i-- > 0;) queue_up(passed_over_[i], true);
    passed_over_.clear();
  }

 private:
  /// A ready task of a participant.
  struct Offer {
    std::uint64_t id = 0;  ///< participant
    std::uint64_t request_id = 0;
    TaskRef task;

    bool operator<(const Offer& other) const {
      return std::tuple(id, request_id, task.task) < std::tuple(other.id, other.request_id, other.task.task);
    }
    bool operator==(const Offer& other) const { return !(*this < other) && !(other < *this); }
  };

  [[nodiscard]] std::uint64_t participant(const Request& request) const {
    return by_stream_ ? request.stream : request.id;
  }

  void forget_ended(const SystemView& view) {
    if (by_stream_) return;
    for (const Event& event : view.events)
      if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped)
        used_.erase(view.request(event.task).id);
  }

  /// The first task of a participant that is ready and not started in this call. Those that are not ready any
  /// more are forgotten on the way.
  std::optional<TaskRef> next_task(const SystemView& view, std::uint64_t id) {
    for (auto at = offers_.lower_bound({id, 0, {0, 0}}); at != offers_.end() && at->id == id;) {
      const Request& request = view.request(at->task);
      if (!request.live || request.id != at->request_id || view.state(at->task).progress != Progress::ready)
        at = offers_.erase(at);
      else if (std::find(started_.begin(), started_.end(), *at) != started_.end())
        ++at;
      else
        return at->task;
    }
    return std::nullopt;
  }

  void queue_up(std::uint64_t id, bool in_front) {
    if (!queued_.insert(id).second) return;
    if (in_front) {
      queue_.push_front(id);
    } else {
      queue_.push_back(id);
    }
  }

  /// Participants with something ready that do not queue yet do so: arrivals first; who is in the middle of a
  /// turn goes to the front. A start that came to nothing makes its task one to be offered again.
  void join(const SystemView& view) {
    std::vector<Offer>& fresh = started_;
    for (const Event& event : view.events) {
      if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
      const Request& request = view.request(event.task);
      fresh.push_back({participant(request), request.id, event.task});
      offers_.insert(fresh.back());
    }
    std::sort(fresh.begin(), fresh.end());
    const std::vector<Offer> joining = std::exchange(started_, {});
    for (const bool arrivals : {true, false})
      for (const Offer& offer : joining) {
        const Request& request = view.request(offer.task);
        if (arrivals && !(request.live && request.id == offer.request_id && request.arrival == view.now))
          continue;
        if (next_task(view, offer.id)) queue_up(offer.id, used_.count(offer.id) > 0);
      }
  }

  double quantum_;
  Seconds seconds_;
  bool by_stream_;
  std::deque<std::uint64_t> queue_;
  std::set<std::uint64_t> queued_;  ///< who is in queue_
  std::vector<std::uint64_t> passed_over_;
  std::map<std::uint64_t, double> used_;  ///< tasks or seconds of a turn that is not over
  std::set<Offer> offers_;
  std::vector<Offer> started_;  ///< in this call
  FreeSlots free_;
};

}  // namespace

PolicyEntry rr() {
  return policy<RoundRobin>("rr",
                            "round robin: streams (or requests) take turns of a number of tasks or seconds",
                            {.source = "textbook; e.g. Stallings, Operating Systems, ch. 9",
                             .complexity = "log R per task + A for each task looked at",
                             .knowledge = "streams",
                             .verified_by = "Stallings' five processes, Silberschatz's waiting times"});
}

}  // namespace hetsched
