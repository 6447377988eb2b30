#include "study/cluster/parts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <system_error>

namespace hetsched {

Strings SweepInParts::part_command() const {
  Strings words = {program.string(), "sweep"};
  words.insert(words.end(), sweep.begin(), sweep.end());
  words.insert(words.end(), {"-o", results.string()});
  return words;
}

Strings SweepInParts::merge_command() const { return {program.string(), "merge", results.string()}; }

std::string SweepInParts::title() const {
  std::string line = name;  // whatever it is called, it stays in a comment
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return line + ": " + std::to_string(points) + (points == 1 ? " point" : " points") + " in " + std::to_string(parts) +
         (parts == 1 ? " part" : " parts");
}

std::size_t parts_of(std::size_t points, const PointCost& cost, double duration, unsigned processors,
                     std::size_t most) {
  const double parts = std::ceil(static_cast<double>(points) * cost.seconds / (duration * processors));
  const double limit = static_cast<double>(std::max<std::size_t>(1, std::min(points, most)));
  return static_cast<std::size_t>(std::clamp(parts, 1.0, limit));
}

std::optional<std::size_t> parts_begun(const std::filesystem::path& results) {
  std::map<std::size_t, std::size_t> folders;  // number of parts -> how many of them
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(results / kShardsFolder, error)) {
    const std::string name = entry.path().filename().string();
    const std::size_t of = name.find("-of-");
    if (of == std::string::npos) continue;
    std::size_t parts = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, wrong] = std::from_chars(name.data() + of + 4, end, parts);
    if (wrong == std::errc() && stop == end && parts > 0) ++folders[parts];
  }
  const auto most = std::max_element(folders.begin(), folders.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == folders.end()) return std::nullopt;
  return most->first;
}

}  // namespace hetsched
