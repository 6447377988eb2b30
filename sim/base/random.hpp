/// \file
/// Random numbers that depend only on (seed, purpose, subject, index): two runs that differ in their policy
/// see the same arrivals and the same execution times, and the order of drawing does not matter.
#pragma once

#include <cstdint>
#include <string_view>

namespace hetsched {

/// A stream of random numbers, drawn by index. Based on Philox4x32-10 (Random123). The numbers are the same
/// on every machine: no function of the C library whose rounding may differ takes part in them.
class RandomStream {
 public:
  /// `purpose` says what the numbers are for, `subject` whose they are, e.g. ("arrival", stream name).
  RandomStream(std::uint64_t seed, std::string_view purpose, std::string_view subject);

  /// Uniform in the open interval (0, 1). The draws of one index are independent.
  [[nodiscard]] double uniform(std::uint64_t index, std::uint32_t draw = 0) const;
  /// Exponential of mean 1.
  [[nodiscard]] double exponential(std::uint64_t index) const;
  /// Normal of mean 0 and variance 1.
  [[nodiscard]] double normal(std::uint64_t index) const;
  /// Lognormal of mean 1 and coefficient of variation `cv` >= 0.
  [[nodiscard]] double lognormal_mean1(std::uint64_t index, double cv) const;

 private:
  std::uint64_t key_;
};

/// FNV-1a, 64 bits; `basis` continues an earlier hash.
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t basis = 0xcbf29ce484222325u);

}  // namespace hetsched
