/// \file
/// A JSON document that remembers where each of its values came from: a file's line and column, another file
/// grafted into it, or an override given on the command line. Comments (// and /* */) are allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"

namespace hetsched {

/// Objects keep the order in which their keys were written.
using Json = nlohmann::ordered_json;

/// Where the values of a document came from, by JSON pointer. Those of a text are found out when one is first asked
/// for: as good as always none is.
class Positions {
 public:
  /// A file, or an override; `folder` is what relative paths in it are relative to.
  struct Source {
    std::string name;
    std::filesystem::path folder;
  };
  /// Line and column count from 1; columns count characters. Line 0: the source has no lines.
  struct Position {
    std::uint32_t source = 0;
    std::uint32_t line = 0, column = 0;          ///< of the value
    std::uint32_t key_line = 0, key_column = 0;  ///< of its key; as the value's if it has none
  };

  /// "file:line:column" of the value, or of the innermost value around it that is known; empty if none is.
  [[nodiscard]] std::string where(const std::string& pointer) const;
  /// As where(), but of the value's key.
  [[nodiscard]] std::string key_where(const std::string& pointer) const;
  /// Folder of the source the value came from.
  [[nodiscard]] std::filesystem::path folder(const std::string& pointer) const;

  std::uint32_t add_source(Source source);
  void set(const std::string& pointer, Position position) { at_[pointer] = position; }
  /// The values of a valid text, whose root is at the pointer. Nothing inside that is known yet.
  void add_text(std::string pointer, std::uint32_t source, std::shared_ptr<const std::string> text);
  /// Forgets the value and all inside it.
  void erase(const std::string& pointer);
  /// Takes over all of `other`, whose root becomes `pointer`.
  void graft(const std::string& pointer, const Positions& other);
  /// Only what lies at `pointer` and inside, under the same pointers.
  [[nodiscard]] Positions slice(const std::string& pointer) const;

 private:
  struct Text {
    std::string pointer;  ///< of its root
    std::uint32_t source = 0;
    std::shared_ptr<const std::string> text;
  };
  using Map = std::map<std::string, Position>;

  [[nodiscard]] const Position* find(std::string pointer) const;
  [[nodiscard]] std::string text(std::uint32_t source, std::uint32_t line, std::uint32_t column) const;
  /// Reads all texts.
  Map& at() const;

  std::vector<Source> sources_;
  mutable std::vector<Text> unread_;
  mutable Map at_;  ///< but for what is in these
};

/// A value in a document: a cursor, cheap to copy; valid as long as the document.
class Node {
 public:
  Node(const Json& value, const Positions& positions, std::string pointer)
      : value_(&value), positions_(&positions), pointer_(std::move(pointer)) {}

  [[nodiscard]] const Json& value() const { return *value_; }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] std::string where() const { return positions_->where(pointer_); }
  /// Directory of the file the value came from; relative paths in it start there.
  [[nodiscard]] std::filesystem::path folder() const { return positions_->folder(pointer_); }
  /// `path` as written in this value, made into a path to open.
  [[nodiscard]] std::filesystem::path resolve(const std::string& path) const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// Member or element. One that is not there has the value null and the position of what is around it, so
  /// that problems with defaults and abbreviations can be reported all the same.
  [[nodiscard]] Node child(std::string_view key) const;
  [[nodiscard]] Node child(std::size_t index) const;
  /// A member that one has at hand.
  [[nodiscard]] Node member(std::string_view key, const Json& value) const;

  /// A problem with this value, or with its key.
  [[nodiscard]] Problem problem(std::string what) const;
  [[nodiscard]] Problem key_problem(std::string what) const;

  [[nodiscard]] const Positions& positions() const { return *positions_; }

 private:
  const Json* value_;
  const Positions* positions_;
  std::string pointer_;
};

/// A value nested deeper than this is refused.
inline constexpr std::size_t kMaxNesting = 200;

class Document {
 public:
  /// Reads a file. What is wrong with it (missing, a directory, empty, syntax, duplicate keys, not UTF-8,
  /// nested too deeply) is added to `problems`; read<S>() adds nothing about a document that could not be
  /// parsed.
  static Document from_file(const std::filesystem::path& path, Problems& problems);
  /// `name` stands for the file in messages; relative paths in the text are relative to `folder`.
  static Document from_text(std::string text, const std::string& name, const std::filesystem::path& folder,
                            Problems& problems);
  /// A value from elsewhere; `origin` stands for its position in messages.
  static Document from_value(Json value, const std::string& origin, const std::filesystem::path& folder);

  /// False if the text could not be parsed.
  [[nodiscard]] bool parsed() const { return !root_.is_discarded(); }
  [[nodiscard]] const Json& value() const { return root_; }
  [[nodiscard]] Node root() const { return {root_, positions_, ""}; }
  /// The value at `pointer`, as in Node::child where there is none.
  [[nodiscard]] Node at(std::string_view pointer) const;

  /// Replaces or adds a value. In `pointer` the first slash may be left out, and an element of a list may be
  /// named by its index or by its "name". Missing objects on the way are made. `origin` becomes where() of
  /// the value, e.g. "--set seed=2"; files that it names are relative to `folder`, or else to the folder of the
  /// value around it.
  void set(std::string_view pointer, Json value, const std::string& origin, Problems& problems,
           const std::optional<std::filesystem::path>& folder = std::nullopt);

  /// Replaces or adds a value: the root of another document, with its positions and folder.
  void graft(std::string_view pointer, const Document& other);

 private:
  /// The place that `pointer` names, made if need be, and its pointer in plain form; null after a problem.
  Json* place(std::string_view pointer, const std::string& origin, Problems& problems, std::string& plain);

  Json root_ = Json(Json::value_t::discarded);
  Positions positions_;
};

/// `key` as a part of a JSON pointer, with its slash.
std::string pointer_part(std::string_view key);

/// A value as it is shown in messages, shortened.
std::string shown(const Json& value);

/// Compact text; what is no UTF-8 in it is replaced.
std::string dumped(const Json& value);

}  // namespace hetsched
