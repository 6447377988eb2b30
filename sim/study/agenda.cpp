#include "study/agenda.hpp"

#include <algorithm>
#include <cmath>

namespace hetsched {
namespace {

constexpr std::size_t kSample = 16;       ///< points of each part that are run first
constexpr std::size_t kFewPoints = 2048;  ///< studies below that are run in order: they will soon be over

}  // namespace

void Agenda::add(const std::vector<std::size_t>& points) {
  const std::size_t count = points.size();
  std::vector<bool> taken(count, false);
  if (count >= kFewPoints)
    for (std::size_t sample = 0; sample < kSample; ++sample)
      for (std::size_t part = 0; part < kParts; ++part) {
        // Multiples of the golden ratio: they do not fall in with the period of a factor.
        const double turn = static_cast<double>(part * kSample + sample + 1) * 0.6180339887498949;
        const double at =
            (static_cast<double>(part) + (static_cast<double>(sample) + turn - std::floor(turn)) / kSample) / kParts;
        const auto point = static_cast<std::size_t>(at * static_cast<double>(count));
        if (!taken[point]) order_.push_back(points[point]);
        taken[point] = true;
      }
  for (std::size_t i = 0; i < count; ++i) {
    if (!taken[i]) order_.push_back(points[i]);
    ++parts_[part_of(points[i])].points;
  }
  size_ += count;
}

std::size_t Agenda::part_of(std::size_t point) const {
  const auto at = std::lower_bound(all_.begin(), all_.end(), point) - all_.begin();
  return static_cast<std::size_t>(at) * kParts / all_.size();
}

std::optional<std::size_t> Agenda::next() {
  if (order_.empty()) return std::nullopt;
  const std::size_t point = order_.front();
  order_.pop_front();
  return point;
}

void Agenda::ended(std::size_t point, double wall) {
  Part& part = parts_[part_of(point)];
  ++part.ended;
  ++ended_;
  part.wall += wall;
  done_ += wall;
}

std::optional<double> Agenda::work_left() const {
  if (ended_ == 0) return std::nullopt;
  const double mean = done_ / static_cast<double>(ended_);
  double left = 0;
  for (const Part& part : parts_) {
    const double here = part.ended > 0 ? part.wall / static_cast<double>(part.ended) : mean;
    left += static_cast<double>(part.points - part.ended) * here;
  }
  return left;
}

}  // namespace hetsched
