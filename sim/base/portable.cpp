#include "base/portable.hpp"

#include <cmath>

namespace hetsched {
namespace {

// Only +, -, *, / and sqrt, which IEEE 754 rounds alike everywhere, and the exact frexp and ldexp. The build
// must not contract products and sums (-ffp-contract=off).

constexpr double kLn2High = 6.93147180369123816490e-01;  // ln 2 in two parts; the first has 21 zero bits at its end
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kSqrtHalf = 0.70710678118654752440;

}  // namespace

// By ln m = 2 artanh((m-1)/(m+1)) for m in [sqrt(1/2), sqrt(2)).
double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < kSqrtHalf) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  double sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = (sum + 1.0 / k) * square;
  const double fraction = 2 * s + 2 * s * sum;
  return exponent * kLn2High + (exponent * kLn2Low + fraction);
}

// By the Taylor series on [-ln(2)/2, ln(2)/2].
double portable_exp(double x) {
  const double k = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double sum = 1;
  for (int n = 16; n >= 1; --n) sum = 1 + r / n * sum;
  return std::ldexp(sum, static_cast<int>(k));
}

}  // namespace hetsched
