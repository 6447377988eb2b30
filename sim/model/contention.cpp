#include "model/contention.hpp"

#include <algorithm>

#include "base/units.hpp"

namespace hetsched {
namespace {

void check_rising(const std::vector<double>& axis, const Node& node, Problems& problems) {
  for (std::size_t i = 1; i < axis.size(); ++i)
    if (!(axis[i] > axis[i - 1]))
      return problems.add(node.child(i).problem("must be more than the value before it; the demands rise"));
}

/// More demand never gets less, more demand of others never leaves more, and nobody gets more than alone: else a task
/// could be slowed down by asking for more, or be helped by one that joins.
void check_cells(const TableContention& table, const Node& node, Problems& problems) {
  for (std::size_t i = 0; i < table.achieved.size(); ++i)
    for (std::size_t k = 0; k < table.achieved[i].size(); ++k) {
      const double cell = table.achieved[i][k];
      const Node at = node.child(i).child(k);
      if (cell > table.own[i])
        return problems.add(at.problem("is more than the task demands alone, " + format_number(table.own[i]) +
                                       " B/s; a bandwidth achieved beside others cannot be"));
      if (i > 0 && cell < table.achieved[i - 1][k])
        return problems.add(at.problem("is less than what a task that demands less gets beside the same others, " +
                                       format_number(table.achieved[i - 1][k]) +
                                       " B/s; more demand must never get less"));
      if (k > 0 && cell > table.achieved[i][k - 1])
        return problems.add(at.problem("is more than what the task gets when others demand less, " +
                                       format_number(table.achieved[i][k - 1]) +
                                       " B/s; more demand of others must never leave more"));
    }
}

void check(const MaxMinContention&, const Node&, Problems&) {}
void check(const ProportionalContention&, const Node&, Problems&) {}
void check(const TableContention& table, const Node& node, Problems& problems) {
  const std::size_t before = problems.size();
  check_rising(table.own, node.child("own"), problems);
  check_rising(table.others, node.child("others"), problems);
  const Node achieved = node.child("achieved");
  if (!achieved.value().is_array() || table.own.empty() || table.others.empty()) return;
  if (table.achieved.size() != table.own.size())
    problems.add(achieved.problem("must have " + std::to_string(table.own.size()) +
                                  " lists, one for each value of own; it has " +
                                  std::to_string(table.achieved.size())));
  for (std::size_t i = 0; i < table.achieved.size(); ++i)
    if (table.achieved[i].size() != table.others.size())
      problems.add(achieved.child(i).problem("must have " + std::to_string(table.others.size()) +
                                             " numbers, one for each value of others; it has " +
                                             std::to_string(table.achieved[i].size())));
  if (problems.size() == before) check_cells(table, achieved, problems);
}
void check(const PiecewiseContention& model, const Node& node, Problems& problems) {
  if (!(model.normal > 0))
    problems.add(node.child("normal").problem("must be more than 0; tasks could be slowed down to a standstill"));
  if (model.normal > model.total)
    problems.add(node.child("normal").problem("is more than total; a task alone would be slowed down"));
}
void check(const MatrixContention& matrix, const Node& node, Problems& problems) {
  const Node list = node.child("slowdowns");
  for (std::size_t i = 0; i < matrix.slowdowns.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (matrix.slowdowns[i].kind == matrix.slowdowns[k].kind &&
          matrix.slowdowns[i].beside == matrix.slowdowns[k].beside)
        return problems.add(list.child(i).problem("is a pair that has been given already; give each pair once"));
}

const Strings& victims(const ContentionSpec& model) {
  return std::visit([](const auto& m) -> const Strings& { return m.kinds; }, model);
}

bool holds(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void check_contention(const std::vector<ContentionSpec>& models, const Node& node, Problems& problems) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    std::visit([&](const auto& model) { check(model, node.child(i), problems); }, models[i]);
    if (i > 0 && victims(models[i - 1]).empty()) {
      problems.add(
          node.child(i).problem("comes after a model for all kinds and is never reached; name kinds there, or "
                                "put it before"));
      return;
    }
  }
}

std::vector<NamedKind> kinds_of(const std::vector<ContentionSpec>& models, const Node& node) {
  std::vector<NamedKind> named;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const Node model = node.child(i);
    const Strings& kinds = victims(models[i]);
    for (std::size_t k = 0; k < kinds.size(); ++k) named.push_back({&kinds[k], model.child("kinds").child(k)});
    if (const auto* matrix = std::get_if<MatrixContention>(&models[i]))
      for (std::size_t k = 0; k < matrix->slowdowns.size(); ++k) {
        const Node pair = model.child("slowdowns").child(k);
        named.push_back({&matrix->slowdowns[k].kind, pair.child("kind")});
        named.push_back({&matrix->slowdowns[k].beside, pair.child("beside")});
      }
  }
  return named;
}

std::vector<ContentionSpec> of_kinds(const std::vector<ContentionSpec>& models, const Strings& kinds) {
  std::vector<ContentionSpec> left;
  for (ContentionSpec model : models) {
    const bool for_all = victims(model).empty();
    std::visit([&](auto& m) { std::erase_if(m.kinds, [&](const std::string& kind) { return !holds(kinds, kind); }); },
               model);
    if (!for_all && victims(model).empty()) continue;
    if (auto* matrix = std::get_if<MatrixContention>(&model))
      std::erase_if(matrix->slowdowns,
                    [&](const SlowdownSpec& pair) { return !holds(kinds, pair.kind) || !holds(kinds, pair.beside); });
    left.push_back(std::move(model));
  }
  return left;
}

}  // namespace hetsched
