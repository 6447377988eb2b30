/// \file
/// How those who use a memory at once slow each other down: the models that a platform chooses from, as its JSON says.
/// What they mean stands in engine/contention.hpp.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/fields.hpp"

namespace hetsched {

struct MaxMinContention {
  Strings kinds;
};
template <>
inline constexpr auto fields<MaxMinContention> = std::tuple{
    field("kinds", &MaxMinContention::kinds, "whose tasks it is for; default: all", {}),
};
template <>
inline constexpr std::string_view tag<MaxMinContention> = "max_min";

struct ProportionalContention {
  Strings kinds;
};
template <>
inline constexpr auto fields<ProportionalContention> = std::tuple{
    field("kinds", &ProportionalContention::kinds, "whose tasks it is for; default: all", {}),
};
template <>
inline constexpr std::string_view tag<ProportionalContention> = "proportional";

struct TableContention {
  Strings kinds;
  std::vector<double> own, others;
  std::vector<std::vector<double>> achieved;
};
template <>
inline constexpr auto fields<TableContention> = std::tuple{
    field("kinds", &TableContention::kinds, "whose tasks it is for; default: all", {}),
    field("own", &TableContention::own, "demands of a task alone, rising: the rows of achieved",
          {.required = true, .unit = "B/s", .above = 0}),
    field("others", &TableContention::others, "demands of all others together, rising: its columns",
          {.required = true, .unit = "B/s", .above = 0}),
    field("achieved", &TableContention::achieved,
          "bandwidth that the task gets beside them: a list for each of own, with a number for each of others; in "
          "between it is interpolated",
          {.required = true, .unit = "B/s", .above = 0}),
};
template <>
inline constexpr std::string_view tag<TableContention> = "table";

struct PiecewiseContention {
  Strings kinds;
  double normal = 0, total = 0, balance = 0, slope = 0;
};
template <>
inline constexpr auto fields<PiecewiseContention> = std::tuple{
    field("kinds", &PiecewiseContention::kinds, "whose tasks it is for; default: all", {}),
    field("normal", &PiecewiseContention::normal, "tasks that demand no more are not slowed down",
          {.required = true, .unit = "B/s"}),
    field("total", &PiecewiseContention::total, "demand of all together at which others begin to be",
          {.required = true, .unit = "B/s"}),
    field("balance", &PiecewiseContention::balance, "demand of the others from which on more of it changes nothing",
          {.required = true, .unit = "B/s"}),
    field("slope", &PiecewiseContention::slope, "part of its speed that a task loses for each GB/s beyond total",
          {.required = true}),
};
template <>
inline constexpr std::string_view tag<PiecewiseContention> = "piecewise";

/// How many times slower the tasks of a kind are beside those of another.
struct SlowdownSpec {
  std::string kind, beside;
  double slowdown = 1;
};
template <>
inline constexpr auto fields<SlowdownSpec> = std::tuple{
    field("kind", &SlowdownSpec::kind, "the kind that is slowed down", {.required = true}),
    field("beside", &SlowdownSpec::beside, "by which; both have memory traffic", {.required = true}),
    field("slowdown", &SlowdownSpec::slowdown, "time beside it over time alone",
          {.required = true, .min = 1, .max = 1e6}),
};

struct MatrixContention {
  Strings kinds;
  std::vector<SlowdownSpec> slowdowns;
};
template <>
inline constexpr auto fields<MatrixContention> = std::tuple{
    field("kinds", &MatrixContention::kinds, "whose tasks it is for; default: all", {}),
    field("slowdowns", &MatrixContention::slowdowns, "for pairs of kinds; pairs left out do not slow each other down",
          {.required = true}),
};
template <>
inline constexpr std::string_view tag<MatrixContention> = "matrix";

/// The list of models. One that is added here does not compile until it has its check below and its meaning in
/// engine/contention.cpp.
using ContentionSpec =
    std::variant<MaxMinContention, ProportionalContention, TableContention, PiecewiseContention, MatrixContention>;

/// Reports what the tables of fields cannot say of the models of one memory: axes that do not rise, rows of another
/// length, bandwidths that fall as demand rises or rise as others demand more, speeds below 0, pairs given twice,
/// models that come after one for all kinds. Names of kinds are the platform's business: kinds_of().
void check_contention(const std::vector<ContentionSpec>& models, const Node& node, Problems& problems);

/// A place where a model names a kind.
struct NamedKind {
  const std::string* name;
  Node node;
};
/// All of them, with where they stand.
std::vector<NamedKind> kinds_of(const std::vector<ContentionSpec>& models, const Node& node);

/// The models that are left on a platform with no other kinds than these: what names others alone is left out.
std::vector<ContentionSpec> of_kinds(const std::vector<ContentionSpec>& models, const Strings& kinds);

}  // namespace hetsched
