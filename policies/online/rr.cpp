#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Round robin at task boundaries: participants (streams or requests) queue for turns of `quantum` tasks, or
/// of tasks that take `seconds` by prediction. One whose turn is not over goes back to the front, one whose
/// turn is over to the end, behind those that arrive at the same instant. A turn is also over when nothing of
/// its participant is ready or runs any more. Each task goes to the free accelerator that would finish it
/// first. O(log ready) per task.
class RoundRobin final : public Policy {
 public:
  explicit RoundRobin(Params& p)
      : quantum_(p.number("quantum", {.fallback = 1, .min = 1, .max = 1e9, .integer = true, .doc = "tasks per turn"})),
        seconds_(p.number("seconds", {.fallback = 0,
                                      .min = 0,
                                      .doc = "turns of this much predicted run time instead; 0: of tasks",
                                      .unit = "s"})),
        by_stream_(p.choice("among", {.fallback = "stream",
                                      .of = {"stream", "request"},
                                      .doc = "who takes turns; requests of one stream are served in order"}) ==
                   "stream") {}

  void decide(const SystemView& view, Decisions& out) override {
    note_running(view);
    const std::vector<Offer> joining = fresh_offers(view);
    end_turns(view);
    join(view, joining);
    free_.reset(view);
    started_.clear();
    while (free_.any() && !queue_.empty()) {
      const std::uint64_t id = queue_.front();
      queue_.pop_front();
      queued_.erase(id);
      const std::optional<TaskRef> task = next_task(view, id);
      if (!task) continue;  // nothing ready any more: it queues again when something is
      const AcceleratorId accelerator = free_.fastest(view, *task);
      if (accelerator == AcceleratorId::none) {
        passed_over_.push_back(id);
        continue;
      }
      const double service = seconds_ > 0 ? view.run_time(*task, accelerator) : 1;
      out.start(*task, accelerator);
      free_.take(accelerator);
      started_.push_back({id, view.request(*task).id, *task});
      const double turn = seconds_ > 0 ? seconds_ : quantum_;
      const bool turn_over = !clearly_less(used_[id] += service, turn);
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
    return by_stream_ ? index_of(request.stream) : request.id;
  }

  /// Of the tasks that were started, those that run still.
  void note_running(const SystemView& view) {
    running_.insert(running_.end(), started_.begin(), started_.end());
    std::erase_if(running_, [&](const Offer& offer) {
      const Request& request = view.request(offer.task);
      return !request.live || request.id != offer.request_id || view.state(offer.task).progress != Progress::running;
    });
  }

  /// Whoever has nothing ready or running has left: its turn is over, and it queues anew when it is back.
  void end_turns(const SystemView& view) {
    const auto left = [&](std::uint64_t id) {
      return std::none_of(running_.begin(), running_.end(), [&](const Offer& o) { return o.id == id; }) &&
             !next_task(view, id);
    };
    const auto leave = [&](std::uint64_t id) {
      if (queued_.erase(id) > 0) std::erase(queue_, id);
    };
    std::erase_if(used_, [&](const auto& turn) {
      const bool over = left(turn.first);
      if (over) leave(turn.first);
      return over;
    });
    for (const Event& event : view.events) {
      if (event.type != Event::Type::request_dropped) continue;
      const std::uint64_t id = participant(view.request(event.task));
      if (left(id)) leave(id);
    }
  }

  /// The first task of a participant that is ready and not started in this call. Those that are not ready any
  /// more are forgotten on the way.
  std::optional<TaskRef> next_task(const SystemView& view, std::uint64_t id) {
    for (auto at = offers_.lower_bound({id, 0, {RequestRef{}, TaskId{}}}); at != offers_.end() && at->id == id;) {
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

  /// What has become ready. A start that came to nothing makes its task one to be offered again.
  std::vector<Offer> fresh_offers(const SystemView& view) {
    for (const Event& event : view.events) {
      if (event.type != Event::Type::task_ready || !view.request(event.task).live) continue;
      const Request& request = view.request(event.task);
      started_.push_back({participant(request), request.id, event.task});
      offers_.insert(started_.back());
    }
    std::sort(started_.begin(), started_.end());
    return std::exchange(started_, {});
  }

  /// Participants with something ready that do not queue yet do so: arrivals first; who is in the middle of a
  /// turn goes to the front.
  void join(const SystemView& view, const std::vector<Offer>& joining) {
    for (const bool arrivals : {true, false})
      for (const Offer& offer : joining) {
        const Request& request = view.request(offer.task);
        if (arrivals && !(request.live && request.id == offer.request_id && request.arrival == view.now)) continue;
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
  std::vector<Offer> running_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry rr() {
  return policy<RoundRobin>("rr", "round robin: streams (or requests) take turns of a number of tasks or seconds",
                            {.source = "textbook; e.g. Stallings, Operating Systems, ch. 9",
                             .complexity = "log R per task + A for each task looked at",
                             .knowledge = "streams",
                             .verified_by = "Stallings' five processes, Silberschatz's waiting times"});
}

}  // namespace hetsched
