#include "base/errors.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kWrittenOut = 50;

std::string one_per_line(const std::vector<Problem>& problems) {
  std::string lines;
  const std::size_t shown = std::min(problems.size(), kWrittenOut);
  for (std::size_t i = 0; i < shown; ++i) lines += (i ? "\n" : "") + to_string(problems[i]);
  if (shown < problems.size()) lines += "\n... and " + std::to_string(problems.size() - shown) + " more problems";
  return lines;
}

}  // namespace

std::string to_string(const Problem& problem) {
  std::string line;
  for (const std::string* part : {&problem.where, &problem.pointer, &problem.what})
    if (!part->empty()) line += (line.empty() ? "" : ": ") + *part;
  return visible(line);
}

void Problems::throw_if_any() const {
  if (!found_.empty()) throw InputError(found_);
}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(one_per_line(problems)), problems_(std::move(problems)) {}

PolicyError::PolicyError(std::string policy, double time, std::string decision, std::string rule)
    : std::runtime_error("policy " + policy + " at " + format_number(time) + " s: " + decision + ": " + rule),
      policy_(std::move(policy)),
      time_(time),
      decision_(std::move(decision)),
      rule_(std::move(rule)) {}

void throw_internal_error(const char* file, int line, const char* condition, const char* why) {
  throw InternalError(std::string(file) + ":" + std::to_string(line) + ": " + why + " (" + condition + ")");
}

}  // namespace hetsched
