#include <algorithm>
#include <vector>

#include "decorators/admission/rule.hpp"

namespace hetsched::admission_rules {
namespace {

/// A stream is admitted as a whole, in the order of first arrival, while the sum of U_i = C_i / min(period, relative
/// deadline) stays at or below m - (m - 1) max U_i (Goossens, Funk, Baruah, Real-Time Systems 25, 2003, for global EDF;
/// U <= 1 on one accelerator, Liu and Layland 1973). C_i takes each task on the slowest accelerator that supports it,
/// since EDF may put it there, each at its fastest point; m counts the accelerators that support all tasks of the
/// admitted streams, and is at least 1. Accelerators then are no slower than identical ones, which needing less time
/// than C_i leaves in time (Baker and Baruah, ECRTS 2009). So a platform with a very slow accelerator that counts takes
/// few streams. The test assumes periodic or sporadic streams, chains (with m > 1), and that a running task can be
/// preempted: here it can at its end only, and what it blocks until then is not covered, nor are switches and
/// transfers.
class Utilization final : public Rule {
 public:
  void begin(const SystemView& view) override {
    find_slowest(view);
    verdicts_.assign(view.streams.size(), Verdict::unknown);
  }

  bool admits(const SystemView& view, const Candidate& candidate) override {
    const StreamId stream = candidate.request.stream;
    if (verdicts_[stream] == Verdict::unknown) verdicts_[stream] = fits(view, stream) ? Verdict::in : Verdict::out;
    return verdicts_[stream] == Verdict::in;
  }

 private:
  enum class Verdict : std::uint8_t { unknown, in, out };

  /// Of each model: its tasks where they are slowest, and which accelerators support all of them.
  void find_slowest(const SystemView& view) {
    slowest_.assign(view.models.size(), 0);
    supported_.assign(view.models.size(), IdVector<AcceleratorId, bool>(view.accelerators.size(), true));
    for (const ModelId m : view.models.ids())
      for (const ModelTask& task : view.models[m].tasks) {
        Seconds slowest = 0;
        for (const AcceleratorId a : view.accelerators.ids()) {
          const Kind& kind = view.kind(a);
          Seconds time = kNever;
          for (const PointId p : kind.points.ids())
            time = std::min(time, kind.dispatch_time + view.alone_time_at(task, a, p));
          if (time < kNever)
            slowest = std::max(slowest, time);
          else
            supported_[m][a] = false;
        }
        slowest_[m] += slowest;
      }
  }

  [[nodiscard]] bool fits(const SystemView& view, StreamId stream) const {
    double sum = 0, largest = 0;
    IdVector<AcceleratorId, bool> counted(view.accelerators.size(), true);
    for (const StreamId s : view.streams.ids()) {
      if (s != stream && verdicts_[s] != Verdict::in) continue;
      const Stream& other = view.streams[s];
      const double utilization = slowest_[other.model] / std::min(other.period, other.relative_deadline);
      sum += utilization;
      largest = std::max(largest, utilization);
      for (const AcceleratorId a : counted.ids()) counted[a] = counted[a] && supported_[other.model][a];
    }
    const auto m = std::max(1.0, static_cast<double>(std::count(counted.begin(), counted.end(), true)));
    return !clearly_less(m - (m - 1) * largest, sum, m);
  }

  IdVector<ModelId, Seconds> slowest_;
  IdVector<ModelId, IdVector<AcceleratorId, bool>> supported_;
  IdVector<StreamId, Verdict> verdicts_;
};

}  // namespace

std::unique_ptr<Rule> utilization(Params&) { return std::make_unique<Utilization>(); }

}  // namespace hetsched::admission_rules
