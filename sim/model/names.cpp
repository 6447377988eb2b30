#include "model/names.hpp"

namespace hetsched {

void NameTable::add(const std::string& name, const Node& node, Problems& problems) {
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.push_back(name);
  if (name.empty()) return;
  if (!index_.emplace(name, number).second)
    problems.add(
        node.problem(in_quotes(name) + " is the name of another " + noun_ + of_ + " already; names must differ"));
}

std::optional<std::uint32_t> NameTable::find(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::string NameTable::unknown(const std::string& name) const {
  Strings known;
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (find(names_[i]) == i) known.push_back(names_[i]);
  const std::string near = did_you_mean(name, known);
  return "there is no " + noun_ + " " + in_quotes(name) + of_ + near +
         (near.empty() ? "; there are: " : " there are: ") + listed(known);
}

std::optional<std::uint32_t> NameTable::resolve(const std::string& name, const Node& node, Problems& problems) const {
  const auto found = find(name);
  if (!found && !name.empty() && !index_.empty()) problems.add(node.problem(unknown(name)));
  return found;
}

std::optional<std::uint32_t> NameTable::resolve_listed(const std::string& name, const Node& node,
                                                       Problems& problems) const {
  if (name.empty() && !index_.empty()) problems.add(node.problem(unknown(name)));
  return resolve(name, node, problems);
}

}  // namespace hetsched
