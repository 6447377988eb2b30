#include "cli/merged.hpp"

#include <cstdio>

#include "base/text.hpp"
#include "cli/output.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kNamesTold = 12;

void complain(const Strings& points, const std::string& what) {
  if (points.empty()) return;
  note_on_stderr(counted(points.size(), "point") + " " + what + ": " + listed(points, kNamesTold));
}

}  // namespace

void note_on_stderr(const std::string& text) { std::fprintf(stderr, "hetsched: %s\n", visible(text).c_str()); }

ExitCode tell_merged(const MergeOutcome& outcome, const std::filesystem::path& folder) {
  std::string text = counted(outcome.points.total, "point") + ": " + std::to_string(outcome.points.ok) + " ok";
  if (outcome.points.failed > 0) text += ", " + std::to_string(outcome.points.failed) + " failed";
  if (!outcome.missing.empty()) text += ", " + std::to_string(outcome.missing.size()) + " missing";
  if (outcome.added > 0) text += " (" + std::to_string(outcome.added) + " of them new here)";
  print(text + "\nresults: " + (folder / kPointsFile).string() + ", one row per point\n");
  complain(outcome.missing, "not run yet");
  complain(outcome.differing, "with different results in two folders, of which the first is kept");
  const bool whole = outcome.missing.empty() && outcome.differing.empty() && outcome.points.failed == 0;
  return whole ? ExitCode::ok : ExitCode::failed_points;
}

}  // namespace hetsched
