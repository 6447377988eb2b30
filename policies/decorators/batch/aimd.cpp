#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "decorators/batch/rule.hpp"

namespace hetsched::batch_rules {
namespace {

/// As triton, but the largest size of a model grows by `step` with each batch that was in time and shrinks by a tenth
/// with each that was not (Crankshaw et al., Clipper, NSDI 2017). A batch counts once, when requests end with it: as in
/// time if all of these were.
class Aimd final : public Rule {
 public:
  Aimd(Params& p, const Waiting& waiting)
      : waiting_(waiting),
        step_(p.number(
            "step",
            {.fallback = 1, .min = 0, .max = 1024, .doc = "aimd: growth of the size with each batch in time"})) {}

  void begin(const SystemView& view, std::uint32_t largest) override {
    largest_ = largest;
    limit_.assign(view.models.size(), 1);
  }

  void learn(const SystemView& view) override {
    struct Ended {
      ModelId model = {};
      bool in_time = true;
    };
    std::map<std::uint64_t, Ended> ended;  // by number of the batch
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_finished && e.type != Event::Type::request_dropped) continue;
      const Request& request = view.request(e.task);
      if (e.type == Event::Type::request_finished) {
        const auto last =
            std::max_element(request.tasks.begin(), request.tasks.end(),
                             [](const TaskState& x, const TaskState& y) { return clearly_before(x.finish, y.finish); });
        const auto found =
            batch_of_.find({request.id, id_of<TaskId>(static_cast<std::size_t>(last - request.tasks.begin()))});
        if (found != batch_of_.end()) {
          Ended& batch = ended[found->second];
          batch.model = request.model;
          batch.in_time &= !clearly_before(request.deadline, view.now);
        }
      }
      batch_of_.erase(batch_of_.lower_bound({request.id, TaskId{}}), batch_of_.lower_bound({request.id + 1, TaskId{}}));
    }
    for (const auto& [number, batch] : ended) {
      double& limit = limit_[batch.model];
      limit = batch.in_time ? std::min<double>(limit + step_, largest_) : std::max(1.0, limit * 0.9);
    }
  }

  std::size_t enough(const SystemView& view, const Group& group) override {
    return static_cast<std::size_t>(limit_[view.request(group.front()).model]);
  }
  Seconds goes_at(const SystemView& view, const Group& group) override {
    return view.state(group.front()).ready + waiting_.delay;
  }
  std::size_t most(const SystemView& view, const Group& group, std::size_t limit) override {
    return std::min(limit, enough(view, group));
  }

  void started(const SystemView& view, const Start& batch) override {
    ++batches_;
    note(view, batch.task);
    for (const TaskRef t : batch.also) note(view, t);
  }

 private:
  void note(const SystemView& view, TaskRef t) { batch_of_[{view.request(t).id, t.task}] = batches_; }

  Waiting waiting_;
  double step_;
  std::uint32_t largest_ = 1;
  IdVector<ModelId, double> limit_;
  /// In which batch a task of a live request was started last, by id of the request and task.
  std::map<std::pair<std::uint64_t, TaskId>, std::uint64_t> batch_of_;
  std::uint64_t batches_ = 0;
};

}  // namespace

std::unique_ptr<Rule> aimd(Params& p, const Waiting& waiting) { return std::make_unique<Aimd>(p, waiting); }

}  // namespace hetsched::batch_rules
