#include "base/json_scan.hpp"

#include <unordered_map>

namespace hetsched {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Walks through a text token by token; knows strings and comments, and where it is.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  [[nodiscard]] std::size_t byte() const { return at_; }
  [[nodiscard]] LineColumn position() const { return position_; }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  /// First byte of the next token, 0 at the end.
  char peek() {
    for (;;) {
      const char c = current();
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        step();
      } else if (c == '/' && next() == '/') {
        while (!at_end() && current() != '\n') step();
      } else if (c == '/' && next() == '*') {
        step();
        step();
        while (!at_end() && !(current() == '*' && next() == '/')) step();
        step();
        step();
      } else {
        return c;
      }
    }
  }

  /// Passes one byte; after peek(), a bracket, comma or colon.
  void step() {
    if (at_end()) return;
    if (text_[at_] == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if (!continues_character(text_[at_])) {
      ++position_.column;
    }
    ++at_;
  }

  /// Passes a string and returns it as written, quotes included.
  std::string_view string() {
    const std::size_t begin = at_;
    step();
    while (!at_end() && current() != '"') {
      if (current() == '\\') step();
      step();
    }
    step();
    return text_.substr(begin, at_ - begin);
  }

  /// Passes a number, true, false or null.
  void plain() {
    while (!at_end() && std::string_view(",]} \t\r\n/").find(current()) == std::string_view::npos) step();
  }

 private:
  [[nodiscard]] char current() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  LineColumn position_;
};

std::string unescaped(std::string_view string) {
  if (string.find('\\') == std::string_view::npos) return std::string(string.substr(1, string.size() - 2));
  return Json::parse(string).get<std::string>();
}

class PositionScan {
 public:
  /// Called with the pointer of a key that its object has had already, where it is, and where the first is.
  using Duplicate = std::function<void(const std::string& pointer, const LineColumn& at, const LineColumn& first)>;

  PositionScan(std::string_view text, const VisitPosition& visit, const Duplicate& duplicate)
      : scanner_(text), visit_(visit), duplicate_(duplicate) {}

  void value(std::string& pointer, const LineColumn* key) {
    const char c = scanner_.peek();
    const LineColumn at = scanner_.position();
    if (visit_) visit_(pointer, at, key ? *key : at);
    if (c == '{')
      object(pointer);
    else if (c == '[')
      list(pointer);
    else if (c == '"')
      scanner_.string();
    else
      scanner_.plain();
  }

 private:
  void object(std::string& pointer) {
    const std::size_t length = pointer.size();
    std::unordered_map<std::string, LineColumn> seen;
    scanner_.step();
    while (scanner_.peek() == '"') {
      const LineColumn at = scanner_.position();
      const std::string key = unescaped(scanner_.string());
      pointer += pointer_part(key);
      if (duplicate_)
        if (const auto [earlier, first] = seen.emplace(key, at); !first) duplicate_(pointer, at, earlier->second);
      scanner_.peek();
      scanner_.step();  // the colon
      value(pointer, &at);
      pointer.resize(length);
      if (scanner_.peek() == ',') scanner_.step();
    }
    scanner_.step();
  }

  void list(std::string& pointer) {
    const std::size_t length = pointer.size();
    scanner_.step();
    for (std::size_t i = 0; scanner_.peek() != ']' && !scanner_.at_end(); ++i) {
      pointer += '/' + std::to_string(i);
      value(pointer, nullptr);
      pointer.resize(length);
      if (scanner_.peek() == ',') scanner_.step();
    }
    scanner_.step();
  }

  Scanner scanner_;
  const VisitPosition& visit_;
  const Duplicate& duplicate_;
};

}  // namespace

LineColumn line_and_column(std::string_view text, std::size_t byte) {
  LineColumn at;
  for (std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if (!continues_character(text[i])) {
      ++at.column;
    }
  }
  return at;
}

Outline outline_of(std::string_view text) {
  Scanner scanner(text);
  Outline outline;
  std::size_t depth = 0;
  for (char c = scanner.peek(); !scanner.at_end(); c = scanner.peek()) {
    if (c == '"') {
      scanner.string();
      continue;
    }
    if ((c == '{' || c == '[') && ++depth > kMaxNesting) {
      outline.too_deep = scanner.byte();
      return outline;
    }
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (c == ':') ++outline.members;
    scanner.step();
  }
  return outline;
}

void scan_positions(std::string_view text, const std::string& root, const VisitPosition& visit) {
  static const PositionScan::Duplicate kNoDuplicates;
  std::string pointer = root;
  PositionScan(text, visit, kNoDuplicates).value(pointer, nullptr);
}

void report_duplicates(std::string_view text, const std::string& name, Problems& problems) {
  static const VisitPosition kNoVisit;
  std::string pointer;
  const PositionScan::Duplicate duplicate = [&](const std::string& inside, const LineColumn& at,
                                                const LineColumn& first) {
    problems.add(name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column), inside,
                 "is here a second time; first at line " + std::to_string(first.line) + ", column " +
                     std::to_string(first.column) + "; delete one of them");
  };
  PositionScan(text, kNoVisit, duplicate).value(pointer, nullptr);
}

}  // namespace hetsched
