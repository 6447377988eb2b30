#include <algorithm>

#include "decorators/drop/rule.hpp"

namespace hetsched::drop_rules {
namespace {

/// Requests that have not started when the next one of their stream arrives: a queue of depth one per sensor.
class Newest final : public Rule {
 public:
  void choose(const SystemView& view, GivenUp& given_up) override {
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_arrived || !view.request(e.task).live) continue;
      for (const RequestRef r : view.live) {
        const Request& older = view.requests[r];
        if (older.stream != view.request(e.task).stream || older.id >= view.request(e.task).id) continue;
        if (is_untouched(older) && !given_up.contains(older)) given_up.add(view, r);
      }
    }
  }

 private:
  static bool is_untouched(const Request& request) {
    return std::all_of(request.tasks.begin(), request.tasks.end(),
                       [](const TaskState& task) { return task.progress <= Progress::ready && task.attempts == 0; });
  }
};

}  // namespace

std::unique_ptr<Rule> newest(Params&, const Window&) { return std::make_unique<Newest>(); }

}  // namespace hetsched::drop_rules
