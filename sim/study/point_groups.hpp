/// \file
/// The rows of points.csv in groups: those of one group are equal in all factors but the seed.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "study/points_table.hpp"

namespace hetsched {

/// Columns and a value of each.
using ColumnValues = std::vector<std::pair<std::string, std::string>>;

class PointGroups {
 public:
  /// Seeds in the order of their numbers.
  struct SeedOrder {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
  };
  struct Group {
    Strings key;                                         ///< values of columns()
    std::map<std::string, std::size_t, SeedOrder> rows;  ///< by seed
  };

  /// Groups of the rows that succeeded and have, in each column of `where`, one of the values given for it.
  ///
  /// Factors that cannot be told apart are one: what follows from the policy's label (the decorators of "edf+drop"),
  /// and factors each of whose levels goes with one level of another (as in a zip) stand under the one in `kept`, or
  /// else the first. What is in `kept` stays a column.
  PointGroups(const PointsTable& table, const ColumnValues& where, const Strings& kept);

  [[nodiscard]] const Strings& columns() const { return columns_; }
  /// In order of appearance.
  [[nodiscard]] const std::vector<Group>& all() const { return groups_; }
  /// Number of a group; nothing if there is none of that key.
  [[nodiscard]] std::optional<std::size_t> find(const Strings& key) const;
  /// Number of a column; columns().size() if it is none.
  [[nodiscard]] std::size_t position(const std::string& column) const;
  /// Seeds of all groups, in their order.
  [[nodiscard]] Strings seeds() const;
  /// Rows that did not succeed.
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  void choose_columns(const PointsTable& table, const Strings& kept);

  Strings columns_;
  std::vector<Group> groups_;
  std::map<Strings, std::size_t> index_;
  std::size_t left_out_ = 0;
};

}  // namespace hetsched
