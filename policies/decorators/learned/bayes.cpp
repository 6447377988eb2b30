#include <cmath>
#include <vector>

#include "decorators/learned/rule.hpp"

namespace hetsched::learned_rules {
namespace {

/// The logarithm of measured / predicted is normal with unknown mean, prior N(0, prior_sd^2), and known deviation
/// noise_sd; the factor is exp(posterior mean) (conjugate normal model, textbook).
class Bayes final : public Rule {
 public:
  explicit Bayes(Params& p)
      : prior_(p.number(
            "prior_sd",
            {.fallback = 0.5, .min = 1e-6, .max = 100, .doc = "bayes: of the logarithm, before anything is measured"})),
        noise_(p.number(
            "noise_sd",
            {.fallback = 0.2, .min = 1e-6, .max = 100, .doc = "bayes: of the logarithm of one measurement"})) {}

  void begin(std::size_t count) override { measured_.assign(count, {}); }
  double learn(std::size_t factor, double ratio) override {
    Measured& measured = measured_[factor];
    measured.sum += std::log(ratio);
    ++measured.count;
    const double precision = 1 / (prior_ * prior_) + measured.count / (noise_ * noise_);
    return std::exp(measured.sum / (noise_ * noise_) / precision);
  }

 private:
  struct Measured {
    double sum = 0;  ///< of logarithms
    double count = 0;
  };

  double prior_, noise_;
  std::vector<Measured> measured_;
};

}  // namespace

std::unique_ptr<Rule> bayes(Params& p) { return std::make_unique<Bayes>(p); }

}  // namespace hetsched::learned_rules
