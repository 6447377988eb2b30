#include <algorithm>
#include <vector>

#include "decorators/admission/rule.hpp"

namespace hetsched::admission_rules {
namespace {

/// Each stream (or all together) may admit `rate` requests a second on average, `burst` at once.
class TokenBucket final : public Rule {
 public:
  explicit TokenBucket(Params& p)
      : rate_(p.number(
            "rate",
            {.fallback = 100, .min = 0, .max = 1e12, .doc = "token_bucket: requests per second", .unit = "1/s"})),
        burst_(p.number("burst", {.fallback = 10, .min = 1, .max = 1e9, .doc = "token_bucket: requests at once"})) {}

  void begin(const SystemView& view) override { buckets_.assign(view.streams.size(), {burst_, 0}); }

  bool admits(const SystemView& view, const Candidate& candidate) override {
    Bucket& bucket = buckets_[candidate.queue];
    bucket.tokens = std::min(burst_, bucket.tokens + rate_ * (view.now - bucket.filled));
    bucket.filled = view.now;
    if (clearly_less(bucket.tokens, 1)) return false;
    bucket.tokens -= 1;
    return true;
  }

 private:
  struct Bucket {
    double tokens = 0;
    Seconds filled = 0;
  };

  double rate_, burst_;
  IdVector<StreamId, Bucket> buckets_;  ///< by queue
};

}  // namespace

std::unique_ptr<Rule> token_bucket(Params& p) { return std::make_unique<TokenBucket>(p); }

}  // namespace hetsched::admission_rules
