#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "cli/output.hpp"

namespace hetsched {
namespace {

constexpr double kRedrawEvery = 0.1, kPlainAtMostEvery = 0.5, kPlainEvery = 30;  // s
constexpr std::size_t kBarWidth = 24;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressLine::Style ProgressLine::default_style() {
  const char* terminal = std::getenv("TERM");
  const bool redraws = terminal && std::string_view(terminal) != "dumb";
  return isatty(STDERR_FILENO) && redraws ? Style::bar : Style::plain;
}

ProgressLine::ProgressLine(Style style) : style_(style), colour_(style == Style::bar && !is_set("NO_COLOR")) {}

std::string ProgressLine::numbers(const SweepProgress& progress, double elapsed) const {
  std::string text = std::to_string(progress.done) + "/" + counted(progress.total, "point");
  if (progress.done > 0 && elapsed > 0) {
    const double rate = static_cast<double>(progress.done) / elapsed;
    text += ", " + quantity(rate, "1/s");
    if (progress.left && progress.done < progress.total) text += ", " + rough_duration(*progress.left) + " left";
  }
  if (progress.failed > 0) {
    const std::string failed = std::to_string(progress.failed) + " failed";
    text += ", " + (colour_ ? "\033[31m" + failed + "\033[0m" : failed);
  }
  return text;
}

void ProgressLine::draw_bar(const SweepProgress& progress, double elapsed) {
  const std::size_t filled = progress.total ? kBarWidth * progress.done / progress.total : 0;
  char share[8];
  std::snprintf(share, sizeof share, "%3zu%%", progress.total ? 100 * progress.done / progress.total : 0);
  const std::string text = numbers(progress, elapsed);
  std::string line = std::string(share) + " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] ";
  if (line.size() + text.size() >= terminal_width()) line = std::string(share) + " ";
  std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), text.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::show(const SweepProgress& progress) {
  if (style_ == Style::none) return;
  const Clock::time_point now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - begin_).count();
  const double since = std::chrono::duration<double>(now - last_).count();
  if (style_ == Style::bar) {
    if (drawn_ && since < kRedrawEvery && progress.done < progress.total) return;
    last_ = now;
    return draw_bar(progress, elapsed);
  }
  const std::size_t tenth = progress.total ? 10 * progress.done / progress.total : 0;
  const bool due = (tenth != last_tenth_ && since >= kPlainAtMostEvery) || since >= kPlainEvery;
  if (!progress.point_ended || (!due && progress.done < progress.total)) return;
  last_ = now;
  last_tenth_ = tenth;
  std::fprintf(stderr, "%3zu%%  %s\n", progress.total ? 100 * progress.done / progress.total : 0,
               numbers(progress, elapsed).c_str());
}

void ProgressLine::clear() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace hetsched
