/// \file
/// How far a sweep has come, on standard error: one line redrawn in place on a terminal, else a plain line
/// now and then.
#pragma once

#include <chrono>
#include <string>

#include "study/sweep.hpp"

namespace hetsched {

class ProgressLine {
 public:
  enum class Style { none, plain, bar };
  /// A bar if standard error is a terminal that can redraw a line.
  static Style default_style();

  explicit ProgressLine(Style style);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const SweepProgress& progress);
  /// Takes the bar away, so that something else can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::string numbers(const SweepProgress& progress, double elapsed) const;
  void draw_bar(const SweepProgress& progress, double elapsed);

  Style style_;
  bool colour_ = false, drawn_ = false;
  Clock::time_point begin_ = Clock::now(), last_ = begin_;
  std::size_t last_tenth_ = 0;
};

}  // namespace hetsched
