#include "base/json_document.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/files.hpp"
#include "base/json_scan.hpp"
#include "base/text.hpp"

namespace hetsched {
namespace {

const Json kNull;

/// Makes a problem with a position out of what the parser says about a text it refused.
Problem syntax_problem(std::string_view text, const std::string& name, const Json::exception& error) {
  std::string what = error.what();
  std::size_t byte = 0;
  if (const auto* parse_error = dynamic_cast<const Json::parse_error*>(&error)) {
    byte = parse_error->byte == 0 ? 0 : parse_error->byte - 1;
    if (const auto begin = what.find("syntax error"); begin != std::string::npos) what = what.substr(begin);
    const auto last_read = what.find("; last read: ");
    if (last_read != std::string::npos) what.resize(last_read);
  } else {
    if (const auto begin = what.find("] "); begin != std::string::npos) what = what.substr(begin + 2);
    const auto open = what.find('\''), close = what.rfind('\'');  // a number too large, which it quotes
    if (open < close)
      if (const auto at = text.find(what.substr(open + 1, close - open - 1)); at != std::string_view::npos) byte = at;
  }
  const LineColumn at = line_and_column(text, byte);
  return {name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column), "", what};
}

std::optional<std::size_t> as_index(std::string_view part) {
  std::size_t index = 0;
  const auto parsed = std::from_chars(part.data(), part.data() + part.size(), index);
  if (part.empty() || parsed.ec != std::errc() || parsed.ptr != part.data() + part.size()) return std::nullopt;
  return index;
}

/// Parts of a JSON pointer, unescaped; the first slash may be missing.
Strings parts_of(std::string_view pointer) {
  Strings parts;
  if (pointer.starts_with('/')) pointer.remove_prefix(1);
  if (pointer.empty()) return parts;
  parts.emplace_back();
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const bool escape = pointer[i] == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1');
    if (pointer[i] == '/')
      parts.emplace_back();
    else if (escape)
      parts.back() += pointer[++i] == '0' ? '~' : '/';
    else
      parts.back() += pointer[i];
  }
  return parts;
}

/// Index of the element that `part` names by number or by its "name"; nothing if there is none.
std::optional<std::size_t> element_of(const Json& list, const std::string& part) {
  if (const auto index = as_index(part)) return *index < list.size() ? index : std::nullopt;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) continue;
    const auto name = list[i].find("name");
    if (name != list[i].end() && *name == part) return i;
  }
  return std::nullopt;
}

/// Is the value at `inside` the one at `outside`, or a part of it?
bool contains(const std::string& outside, const std::string& inside) {
  return inside.starts_with(outside) && (inside.size() == outside.size() || inside[outside.size()] == '/');
}

/// Members of all objects in it.
std::size_t members_in(const Json& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  if (value.is_structured())
    for (const Json& inside : value) count += members_in(inside);
  return count;
}

std::string elements_of(const Json& list) {
  Strings names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool named = list[i].is_object() && list[i].contains("name") && list[i]["name"].is_string();
    names.push_back(named ? list[i]["name"].get<std::string>() : std::to_string(i));
  }
  return names.empty() ? "the list is empty" : "elements: " + listed(names);
}

}  // namespace

// ---- Positions ----

Positions::Map& Positions::at() const {
  for (const Text& text : std::exchange(unread_, {})) {
    scan_positions(*text.text, text.pointer,
                   [&](const std::string& pointer, const LineColumn& at, const LineColumn& key) {
                     at_[pointer] = {text.source, at.line, at.column, key.line, key.column};
                   });
  }
  return at_;
}

void Positions::add_text(std::string pointer, std::uint32_t source, std::shared_ptr<const std::string> text) {
  unread_.push_back({std::move(pointer), source, std::move(text)});
}

const Positions::Position* Positions::find(std::string pointer) const {
  for (;;) {
    if (const auto found = at().find(pointer); found != at_.end()) return &found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string::npos) return nullptr;
    pointer.resize(slash);
  }
}

std::string Positions::text(std::uint32_t source, std::uint32_t line, std::uint32_t column) const {
  const std::string& name = sources_.at(source).name;
  return line == 0 ? name : name + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Positions::where(const std::string& pointer) const {
  const Position* at = find(pointer);
  return at ? text(at->source, at->line, at->column) : "";
}

std::string Positions::key_where(const std::string& pointer) const {
  const Position* at = find(pointer);
  return at ? text(at->source, at->key_line, at->key_column) : "";
}

std::filesystem::path Positions::folder(const std::string& pointer) const {
  for (const Text& text : unread_)
    if (contains(text.pointer, pointer)) return sources_.at(text.source).folder;
  const Position* at = find(pointer);
  return at ? sources_.at(at->source).folder : std::filesystem::path();
}

std::uint32_t Positions::add_source(Source source) {
  sources_.push_back(std::move(source));
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

void Positions::erase(const std::string& pointer) {
  std::erase_if(unread_, [&](const Text& text) { return contains(pointer, text.pointer); });
  if (std::any_of(unread_.begin(), unread_.end(), [&](const Text& text) { return contains(text.pointer, pointer); }))
    (void)at();
  at_.erase(pointer);
  at_.erase(at_.lower_bound(pointer + "/"), at_.lower_bound(pointer + "0"));  // '0' comes right after '/'
}

void Positions::graft(const std::string& pointer, const Positions& other) {
  const auto offset = static_cast<std::uint32_t>(sources_.size());
  sources_.insert(sources_.end(), other.sources_.begin(), other.sources_.end());
  for (auto [inside, position] : other.at_) {
    position.source += offset;
    at_[pointer + inside] = position;
  }
  for (const Text& text : other.unread_) unread_.push_back({pointer + text.pointer, text.source + offset, text.text});
}

Positions Positions::slice(const std::string& pointer) const {
  Positions part;
  part.sources_ = sources_;
  if (const Position* own = find(pointer)) part.at_[pointer] = *own;
  part.at_.insert(at_.lower_bound(pointer + "/"), at_.lower_bound(pointer + "0"));
  return part;
}

// ---- Node ----

std::filesystem::path Node::resolve(const std::string& path) const { return (folder() / path).lexically_normal(); }

bool Node::has(std::string_view key) const {
  return value_->is_object() && value_->find(std::string(key)) != value_->end();
}

Node Node::child(std::string_view key) const {
  if (!value_->is_object()) return member(key, kNull);
  const auto found = value_->find(std::string(key));
  return member(key, found == value_->end() ? kNull : *found);
}

Node Node::child(std::size_t index) const {
  const std::string inside = pointer_ + "/" + std::to_string(index);
  if (!value_->is_array() || index >= value_->size()) return {kNull, *positions_, inside};
  return {(*value_)[index], *positions_, inside};
}

Node Node::member(std::string_view key, const Json& value) const {
  return {value, *positions_, pointer_ + pointer_part(key)};
}

Problem Node::problem(std::string what) const { return {where(), pointer_, std::move(what)}; }

Problem Node::key_problem(std::string what) const {
  return {positions_->key_where(pointer_), pointer_, std::move(what)};
}

// ---- Document ----

Document Document::from_file(const std::filesystem::path& path, Problems& problems) {
  auto text = read_file(path, problems);
  return text ? from_text(std::move(*text), path.string(), path.parent_path(), problems) : Document();
}

Document Document::from_text(std::string text, const std::string& name, const std::filesystem::path& folder,
                             Problems& problems) {
  Document document;
  const std::string_view content = std::string_view(text).substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  if (content.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    problems.add(name, "", "is empty; a JSON object is needed");
    return document;
  }
  const Outline outline = outline_of(text);
  if (outline.too_deep != std::string_view::npos) {
    const LineColumn at = line_and_column(text, outline.too_deep);
    problems.add(name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column), "",
                 "is nested deeper than " + std::to_string(kMaxNesting) + " levels");
    return document;
  }
  const std::uint32_t source = document.positions_.add_source({name, folder});
  try {
    document.root_ = Json::parse(text, nullptr, true, true);
  } catch (const Json::exception& error) {
    problems.add(syntax_problem(text, name, error));
    return document;
  }
  // The parser keeps one of each key: where there were more, they are looked for.
  if (members_in(document.root_) != outline.members) report_duplicates(text, name, problems);
  document.positions_.add_text("", source, std::make_shared<const std::string>(std::move(text)));
  return document;
}

Document Document::from_value(Json value, const std::string& origin, const std::filesystem::path& folder) {
  Document document;
  document.root_ = std::move(value);
  document.positions_.set("", {document.positions_.add_source({origin, folder}), 0, 0, 0, 0});
  return document;
}

Node Document::at(std::string_view pointer) const {
  Node node = root();
  for (const std::string& part : parts_of(pointer)) {
    const auto index = node.value().is_array() ? element_of(node.value(), part) : std::nullopt;
    node = index ? node.child(*index) : node.child(part);
  }
  return node;
}

Json* Document::place(std::string_view pointer, const std::string& origin, Problems& problems, std::string& plain) {
  Json* value = &root_;
  for (const std::string& part : parts_of(pointer)) {
    if (value->is_array()) {
      const auto index = element_of(*value, part);
      if (!index) {
        problems.add(origin, plain + pointer_part(part), "is no element of the list; " + elements_of(*value));
        return nullptr;
      }
      value = &(*value)[*index];
      plain += "/" + std::to_string(*index);
    } else if (value->is_object() || value->is_null()) {
      value = &(*value)[part];
      plain += pointer_part(part);
    } else {
      const char* way_out = value->is_string() ? "; write it in full, as {...}" : "";
      problems.add(origin, plain, "is " + shown(*value) + ", which has nothing inside that could be set" + way_out);
      return nullptr;
    }
  }
  return value;
}

void Document::set(std::string_view pointer, Json value, const std::string& origin, Problems& problems,
                   const std::optional<std::filesystem::path>& folder) {
  std::string plain;
  if (root_.is_discarded()) return;
  Json* target = place(pointer, origin, problems, plain);
  if (!target) return;
  const std::uint32_t source = positions_.add_source({origin, folder ? *folder : positions_.folder(plain)});
  *target = std::move(value);
  positions_.erase(plain);
  positions_.set(plain, {source, 0, 0, 0, 0});
}

void Document::graft(std::string_view pointer, const Document& other) {
  std::string plain;
  Problems problems;
  if (root_.is_discarded()) return;
  Json* target = place(pointer, "", problems, plain);
  HETSCHED_ASSERT(target != nullptr, "there is no place for the graft");
  *target = other.root_;
  positions_.erase(plain);
  positions_.graft(plain, other.positions_);
}

std::string pointer_part(std::string_view key) {
  std::string part = "/";
  for (const char c : key) {
    if (c == '~')
      part += "~0";
    else if (c == '/')
      part += "~1";
    else
      part += c;
  }
  return part;
}

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string shown(const Json& value) {
  if (value.is_number_float()) return format_number(value.get<double>());
  return shortened(dumped(value), 60);
}

}  // namespace hetsched
