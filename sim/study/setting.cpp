#include "study/setting.hpp"

#include "base/utf8.hpp"

namespace hetsched {

SettingPath::SettingPath(std::string text) : text_(std::move(text)), parts_(1) {
  for (const char c : text_) {
    if (c == '.')
      parts_.emplace_back();
    else
      parts_.back() += c;
  }
}

std::string_view SettingPath::after(std::size_t count) const {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < count && i < parts_.size(); ++i) begin += parts_[i].size() + 1;
  return begin < text_.size() ? std::string_view(text_).substr(begin) : std::string_view();
}

Json setting_value(std::string_view text, const std::string& origin, Problems& problems) {
  if (!is_utf8(text)) {
    problems.add(origin, "", "is no UTF-8, as all texts here are");
    return nullptr;
  }
  Problems not_json;
  const Document document = Document::from_text(std::string(text), origin, "", not_json);
  if (!document.parsed()) return std::string(text);
  for (const Problem& problem : not_json.all()) problems.add(problem);  // such as a key that is there twice
  return document.value();
}

std::optional<Setting> parse_setting(std::string_view text, Problems& problems) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    problems.add("--set", "",
                 in_quotes(text) + " is not of the form path=value, as in seed=2 or " +
                     "workload.streams.camera.arrival.rate=30");
    return std::nullopt;
  }
  const std::string origin = "--set " + std::string(text);
  return Setting{SettingPath(std::string(trimmed(text.substr(0, equals)))),
                 setting_value(trimmed(text.substr(equals + 1)), origin, problems), origin};
}

}  // namespace hetsched
