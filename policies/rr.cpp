#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "builtin.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Round robin at task boundaries: participants (streams or requests) queue for turns of `quantum` tasks. One
/// whose turn is not over goes back to the front, one whose turn is over to the end, behind those that arrive at
/// the same instant. Each task goes to the free accelerator that would finish it first.
/// O(ready log ready) per call.
class RoundRobin final : public Policy {
 public:
  explicit RoundRobin(Params& p)
      : quantum_(static_cast<std::uint32_t>(
            p.number("quantum", {.fallback = 1, .min = 1, .max = 1e9, .integer = true, .doc = "tasks per turn"}))),
        by_stream_(p.choice("among", {.fallback = "stream",
                                      .of = {"stream", "request"},
                                      .doc = "who takes turns; requests of one stream are served in order"}) == "stream") {}

  void decide(const SystemView& view, Decisions& out) override {
    forget_ended(view);
    collect(view);
    join(view);
    free_.reset(view);
    while (free_.any() && !queue_.empty()) {
      const std::uint64_t id = queue_.front();
      queue_.pop_front();
      queued_.erase(id);
      Offer* offer = next_offer(id);
      if (offer == nullptr) continue;  // nothing ready any more: it queues again when something is
      const std::uint32_t accelerator = free_.fastest(view, offer->task);
      if (accelerator == kNone) {
        passed_over_.push_back(id);
        continue;
      }
      out.start(offer->task, accelerator);
      free_.take(accelerator);
      offer->taken = true;
      const bool turn_over = ++used_[id] == quantum_;
      if (turn_over) used_.erase(id);
      if (next_offer(id) == nullptr) continue;
      queue_up(id, !turn_over);
    }
    // No free accelerator can serve these: they keep their places.
    for (std::size_t i = passed_over_.size(); i-- > 0;) queue_up(passed_over_[i], true);
    passed_over_.clear();
  }

 private:
  struct Offer {
    std::uint64_t id = 0;  ///< participant
    TaskRef task;
    bool taken = false;
  };

  void forget_ended(const SystemView& view) {
    if (by_stream_) return;
    for (const Event& event : view.events)
      if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped)
        used_.erase(view.request(event.task).id);
  }

  void collect(const SystemView& view) {
    offers_.clear();
    for (const TaskRef task : view.ready) {
      const Request& request = view.request(task);
      offers_.push_back({by_stream_ ? request.stream : request.id, task});
    }
    std::stable_sort(offers_.begin(), offers_.end(), [](const Offer& a, const Offer& b) { return a.id < b.id; });
  }

  Offer* next_offer(std::uint64_t id) {
    auto at = std::lower_bound(offers_.begin(), offers_.end(), id, [](const Offer& o, std::uint64_t key) { return o.id < key; });
    for (; at != offers_.end() && at->id == id; ++at)
      if (!at->taken) return &*at;
    return nullptr;
  }

  void queue_up(std::uint64_t id, bool in_front) {
    if (!queued_.insert(id).second) return;
    if (in_front) {
      queue_.push_front(id);
    } else {
      queue_.push_back(id);
    }
  }

  /// Participants with something ready that do not queue yet do so: arrivals first; who is in the middle of a turn
  /// goes to the front.
  void join(const SystemView& view) {
    for (const Offer& offer : offers_)
      if (view.request(offer.task).arrival == view.now) queue_up(offer.id, used_.count(offer.id) > 0);
    for (const Offer& offer : offers_) queue_up(offer.id, used_.count(offer.id) > 0);
  }

  std::uint32_t quantum_;
  bool by_stream_;
  std::deque<std::uint64_t> queue_;
  std::set<std::uint64_t> queued_;               ///< who is in queue_
  std::vector<std::uint64_t> passed_over_;
  std::map<std::uint64_t, std::uint32_t> used_;  ///< tasks started in a turn that is not over
  std::vector<Offer> offers_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry rr() {
  return policy<RoundRobin>("rr", "round robin: streams (or requests) take turns of a number of tasks",
                            "textbook; e.g. Stallings, Operating Systems, ch. 9");
}

}  // namespace hetsched
