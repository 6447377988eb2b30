#include "base/random.hpp"

#include <Random123/philox.h>

#include <array>
#include <cmath>

#include "base/portable.hpp"

namespace hetsched {
namespace {

// As in portable.cpp, only operations that are rounded alike everywhere.

constexpr double kPi = 3.14159265358979323846;

/// cos(2 pi t) for t in [0, 1], by the Taylor series of sine and cosine on [0, pi/4].
double portable_cos_turns(double t) {
  if (t > 0.5) t = 1 - t;
  const bool negative = t > 0.25;
  if (negative) t = 0.5 - t;
  const bool use_sine = t > 0.125;
  const double a = 2 * kPi * (use_sine ? 0.25 - t : t);
  const double square = a * a;
  double sum = 1;
  for (int n = 18; n >= 2; n -= 2) {
    const double next = use_sine ? n * (n + 1.0) : n * (n - 1.0);
    sum = 1 - square / next * sum;
  }
  const double value = use_sine ? a * sum : sum;
  return negative ? -value : value;
}

}  // namespace

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t basis) {
  for (const char byte : bytes) {
    basis ^= static_cast<unsigned char>(byte);
    basis *= 0x100000001b3u;
  }
  return basis;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose, std::string_view subject)
    : key_(fnv1a(subject, fnv1a(std::string_view("\0", 1), fnv1a(purpose)))) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(seed >> (8 * i) & 0xFF);
  key_ = fnv1a({bytes.data(), bytes.size()}, key_);
}

double RandomStream::uniform(std::uint64_t index, std::uint32_t draw) const {
  const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)}};
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), draw, 0}};
  const auto bits = r123::Philox4x32()(counter, key);
  const std::uint64_t wide = std::uint64_t{bits[1]} << 32 | bits[0];
  return (static_cast<double>(wide >> 12) + 0.5) * 0x1p-52;  // 52 bits and a half: neither 0 nor 1 can come out
}

double RandomStream::exponential(std::uint64_t index) const { return -portable_log(uniform(index)); }

double RandomStream::normal(std::uint64_t index) const {
  return std::sqrt(-2 * portable_log(uniform(index, 0))) * portable_cos_turns(uniform(index, 1));  // Box-Muller
}

double RandomStream::lognormal_mean1(std::uint64_t index, double cv) const {
  const double variance = portable_log(1 + cv * cv);
  return portable_exp(std::sqrt(variance) * normal(index) - variance / 2);
}

}  // namespace hetsched
