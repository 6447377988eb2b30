#include "study/column_names.hpp"

#include <algorithm>

#include "study/alternatives.hpp"

namespace hetsched {
namespace {

bool is_end_of(const std::string& end, const std::string& name) {
  return name == end || (name.size() > end.size() && name.ends_with(end) && name[name.size() - end.size() - 1] == '.');
}

}  // namespace

std::string column_named(const Strings& columns, const std::string& name, const std::string& where,
                         Problems& problems) {
  if (std::find(columns.begin(), columns.end(), name) != columns.end()) return name;
  Strings found;
  for (const std::string& column : columns)
    if (!name.empty() && is_end_of(name, column)) found.push_back(column);
  if (found.size() == 1) return found.front();
  problems.add(where, "",
               in_quotes(name) + (found.empty() ? " is no column to compare by" + alternatives(name, "columns", columns)
                                                : " is the end of several columns: " + join(found, ", ")));
  return "";
}

Strings short_names(const Strings& columns) {
  Strings names;
  for (const std::string& column : columns) {
    std::string name = column;
    for (std::size_t dot = column.rfind('.'); dot != std::string::npos;
         dot = dot == 0 ? std::string::npos : column.rfind('.', dot - 1)) {
      const std::string end = column.substr(dot + 1);
      if (std::count_if(columns.begin(), columns.end(), [&](const auto& each) { return is_end_of(end, each); }) > 1)
        continue;
      name = end;
      break;
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace hetsched
