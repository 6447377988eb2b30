#include <vector>

#include "decorators/learned/rule.hpp"

namespace hetsched::learned_rules {
namespace {

/// factor += weight x (measured / predicted - factor), from 1.
class Ewma final : public Rule {
 public:
  explicit Ewma(Params& p)
      : weight_(p.number("weight", {.fallback = 0.25, .min = 0, .max = 1, .doc = "ewma: of the newest measurement"})) {}

  void begin(std::size_t count) override { factors_.assign(count, 1); }
  double learn(std::size_t factor, double ratio) override {
    return factors_[factor] += weight_ * (ratio - factors_[factor]);
  }

 private:
  double weight_;
  std::vector<double> factors_;
};

}  // namespace

std::unique_ptr<Rule> ewma(Params& p) { return std::make_unique<Ewma>(p); }

}  // namespace hetsched::learned_rules
