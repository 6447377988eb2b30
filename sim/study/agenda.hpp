/// \file
/// Which point of a study is run next, and how long the rest will take.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace hetsched {

/// Hands out points that are to be run: first a sample from all over the study, from which one can tell how long it
/// takes though the points at its end may take longer than those at its begin; then the others, in their order.
class Agenda {
 public:
  /// `all` the points that there may be, in their order. None of them is to be run yet.
  explicit Agenda(std::vector<std::size_t> all) : all_(std::move(all)), parts_(kParts) {}

  /// These are to be run as well, in that order but for the sample.
  void add(const std::vector<std::size_t>& points);
  /// The next point; nothing if there is none at the moment.
  std::optional<std::size_t> next();
  /// How many were to be run so far.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// A point has ended that took `wall` s.
  void ended(std::size_t point, double wall);
  /// s that the points which have not ended will take, one after the other; nothing as long as none has.
  [[nodiscard]] std::optional<double> work_left() const;
  /// s that those which have ended took, one after the other.
  [[nodiscard]] double work_done() const { return done_; }

 private:
  /// Neighbouring points, which may take equally long.
  struct Part {
    std::size_t points = 0, ended = 0;
    double wall = 0;  ///< s, of those ended
  };
  [[nodiscard]] std::size_t part_of(std::size_t point) const;

  static constexpr std::size_t kParts = 32;

  std::vector<std::size_t> all_;
  std::deque<std::size_t> order_;
  std::vector<Part> parts_;
  double done_ = 0;
  std::size_t ended_ = 0, size_ = 0;
};

}  // namespace hetsched
