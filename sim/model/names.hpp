/// \file
/// Names that a file gives to things, and references to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/json_document.hpp"
#include "base/text.hpp"

namespace hetsched {

/// The names of things of one sort, numbered in order. Reports names given twice and references to nothing.
class NameTable {
 public:
  /// `noun` says what the names are of, as in "layer"; `of`, what the things are a part of, as in "the
  /// model".
  explicit NameTable(std::string noun, const std::string& of = "")
      : noun_(std::move(noun)), of_(of.empty() ? "" : " of " + of) {}
  /// The names of all `things`, which were read from `list`.
  template <class T>
  NameTable(std::string noun, const std::string& of, const std::vector<T>& things, const Node& list, Problems& problems)
      : NameTable(std::move(noun), of) {
    for (std::size_t i = 0; i < things.size(); ++i) add(things[i].name, list.child(i).child("name"), problems);
  }

  /// Gives the next number to `name`, found at `node`. An empty name (it could not be read) is given none.
  void add(const std::string& name, const Node& node, Problems& problems);

  [[nodiscard]] bool empty() const { return index_.empty(); }
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& name) const;
  /// As find(); reports a name that is not there, unless reading it, or all the names, has failed already.
  std::optional<std::uint32_t> resolve(const std::string& name, const Node& node, Problems& problems) const;
  /// The same of an element of a list, of which nobody else says that it must not be empty.
  std::optional<std::uint32_t> resolve_listed(const std::string& name, const Node& node, Problems& problems) const;
  /// What resolve() says of a name that is not there.
  [[nodiscard]] std::string unknown(const std::string& name) const;

 private:
  std::string noun_, of_;
  Strings names_;
  std::unordered_map<std::string, std::uint32_t> index_;
};

}  // namespace hetsched
