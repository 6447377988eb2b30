#include "study/point_groups.hpp"

#include <algorithm>
#include <set>

namespace hetsched {
namespace {

bool contains(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Does a level of `by` always go with the same level of `column`?
bool is_told(const PointsTable& table, const std::string& column, const std::string& by) {
  std::map<std::string, std::string> value_of;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& value = table.text(row, table.column(column));
    if (value_of.emplace(table.text(row, table.column(by)), value).first->second != value) return false;
  }
  return true;
}

bool are_coupled(const PointsTable& table, const std::string& a, const std::string& b) {
  return table.values(table.column(a)).size() > 1 && is_told(table, a, b) && is_told(table, b, a);
}

bool is_path(const std::string& column) { return column.find('.') != std::string::npos; }

bool fits(const PointsTable& table, std::size_t row, const ColumnValues& where) {
  std::map<std::string, bool> any;
  for (const auto& [column, value] : where) {
    bool& fits = any[column];
    fits = fits || table.text(row, table.column(column)) == value;
  }
  return std::all_of(any.begin(), any.end(), [](const auto& each) { return each.second; });
}

}  // namespace

PointGroups::PointGroups(const PointsTable& table, const ColumnValues& where, const Strings& kept) {
  choose_columns(table, kept);
  const std::size_t seed = table.column("seed");
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!fits(table, row, where)) continue;
    if (!table.ok(row)) {
      ++left_out_;
      continue;
    }
    Strings key;
    for (const std::string& name : columns_) key.push_back(table.text(row, table.column(name)));
    const auto [at, added] = index_.emplace(key, groups_.size());
    if (added) groups_.push_back({key, {}});
    groups_[at->second].rows.emplace(table.text(row, seed), row);
  }
}

void PointGroups::choose_columns(const PointsTable& table, const Strings& kept) {
  for (const std::string& name : table.factors()) {
    if (name == "seed") continue;
    const bool stays = contains(kept, name);
    if (!stays && name.starts_with("policy.") && is_told(table, name, "policy")) continue;
    const auto same = std::find_if(columns_.begin(), columns_.end(), [&](const std::string& other) {
      return (is_path(name) || is_path(other)) && are_coupled(table, name, other);
    });
    if (same == columns_.end())
      columns_.push_back(name);
    else if (stays && !contains(kept, *same))
      *same = name;
    else if (stays)
      columns_.push_back(name);
  }
}

std::optional<std::size_t> PointGroups::find(const Strings& key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t PointGroups::position(const std::string& column) const {
  return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), column) - columns_.begin());
}

Strings PointGroups::seeds() const {
  std::set<std::string, SeedOrder> seeds;
  for (const Group& group : groups_)
    for (const auto& [seed, row] : group.rows) seeds.insert(seed);
  return {seeds.begin(), seeds.end()};
}

}  // namespace hetsched
