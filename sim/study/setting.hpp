/// \file
/// Settings: a path into an experiment and a value for it, from a level of a factor or from the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "base/json_document.hpp"
#include "base/text.hpp"

namespace hetsched {

/// A path into an experiment: "seed", "workload.streams.camera.arrival.rate".
class SettingPath {
 public:
  explicit SettingPath(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// The parts between the dots; at least one, which may be empty.
  [[nodiscard]] const Strings& parts() const { return parts_; }
  /// The field of the experiment that it leads into.
  [[nodiscard]] const std::string& field() const { return parts_.front(); }
  /// What follows the first `count` parts, with its dots; empty if nothing does.
  [[nodiscard]] std::string_view after(std::size_t count) const;

 private:
  std::string text_;
  Strings parts_;
};

/// A path and the value to put there.
struct Setting {
  SettingPath path;
  Json value;
  std::string origin;                 ///< where it was written, for messages: "--set seed=2", "e.json:3:7"
  std::filesystem::path folder = {};  ///< what a file that it names is relative to; empty: the current directory
};

/// A value given on the command line: parsed as JSON, or the text itself if it is not JSON.
Json setting_value(std::string_view text, const std::string& origin, Problems& problems);

/// Reads "path=value" of --set. A problem if it is not of that form.
std::optional<Setting> parse_setting(std::string_view text, Problems& problems);

}  // namespace hetsched
