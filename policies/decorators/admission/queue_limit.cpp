#include <vector>

#include "decorators/admission/rule.hpp"

namespace hetsched::admission_rules {
namespace {

/// At most `limit` requests (of all streams, or of each) are in the system.
class QueueLimit final : public Rule {
 public:
  explicit QueueLimit(Params& p)
      : limit_(p.number("limit", {.fallback = 16,
                                  .min = 1,
                                  .max = 1e9,
                                  .integer = true,
                                  .doc = "queue_limit: most requests in the system"})) {}

  void begin(const SystemView& view) override { inside_.assign(view.streams.size(), 0); }
  bool admits(const SystemView&, const Candidate& candidate) override {
    return static_cast<double>(inside_[candidate.queue]) < limit_;
  }
  void entered(StreamId queue) override { ++inside_[queue]; }
  void left(StreamId queue) override { --inside_[queue]; }

 private:
  double limit_;
  IdVector<StreamId, std::int64_t>
      inside_;  ///< by queue: less than zero while one that came within the instant has left
};

}  // namespace

std::unique_ptr<Rule> queue_limit(Params& p) { return std::make_unique<QueueLimit>(p); }

}  // namespace hetsched::admission_rules
