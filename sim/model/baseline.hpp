/// \file
/// Homogeneous platforms made of a heterogeneous one: as many accelerators of one kind as its budget buys, or the same
/// box in which only one kind works.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/budget.hpp"

namespace hetsched {

/// What becomes of the other accelerators where only one kind of a platform works. Those that are off or idle still
/// count in its budget.
enum class SameBox {
  removed,  ///< they are not there
  off,      ///< there, without power
  idle,     ///< there, and draw their idle power
};
template <>
inline constexpr auto enum_names<SameBox> = std::array{"removed", "off", "idle"};

/// The word for all kinds that there are.
inline constexpr std::string_view kEachKind = "each";

/// Which baselines a platform gets.
struct BaselineSpec {
  std::optional<EqualBudget> equal;
  std::string kind;  ///< empty: each
  std::string kinds;
  std::vector<SameBox> same_box;
};
template <>
inline constexpr auto fields<BaselineSpec> = std::tuple{
    field("equal", &BaselineSpec::equal,
          "what a homogeneous platform has as much of as the platform that it is made of: accelerators of one kind, as "
          "many as that buys, rounded down",
          {}),
    field("kind", &BaselineSpec::kind, "of which kind; default: each, a platform for every kind", {}),
    field("kinds", &BaselineSpec::kinds,
          "file of the kinds for equal, relative to this file; default: the platform's own kinds", {}),
    field("same_box", &BaselineSpec::same_box,
          "also the same platform with one kind at work and the others removed, off or idle", {}),
};

/// A homogeneous platform. Its kinds have no fallback: there is nobody else to fall back to.
struct BaselinePlatform {
  PlatformSpec platform;  ///< to be written and read again: read_platform() completes it
  std::string kind;
  std::uint32_t count = 0;        ///< accelerators that work
  std::optional<SameBox> others;  ///< if it is the same box
  /// In units of what is equal: of the platform that it is made of, and of one accelerator; 0 in the same box.
  double budget = 0, one = 0;
  [[nodiscard]] double unspent() const;
};

/// A kind of which there is no baseline, and why: a clause.
struct NoBaseline {
  std::string kind, why;
};

struct Baselines {
  std::vector<BaselinePlatform> platforms;
  std::vector<NoBaseline> without;
};

/// The homogeneous platforms that `wanted` asks for, of a platform that read_platform() has made; first those of equal
/// budget, in the order of `candidates` (the kinds of wanted.kinds; empty: the platform's own that accelerators have),
/// then the same box. Names: "soc=3xgpu", "soc=1xgpu-others-idle".
/// Memories: the kind takes the place of the platform's first accelerator of that kind (else: of that type, else its
/// first). A memory that accelerators of other kinds use as well, or all use, or that all links lead to (a host's),
/// stays one, with its bandwidth; several such memories are taken in turn. One that is a kind's own (behind a link) is
/// there as often as the accelerators need it, with the links that only its routes cross; between two of them bytes
/// cross the links of both. Of another kind such a memory is unlimited and costs nothing: what it was described the
/// device that is replaced. Problems, at the place of `at`: a kind that is not there, no budget to be equal with, and a
/// single kind of which there is no baseline.
Baselines make_baselines(const PlatformSpec& platform, const BaselineSpec& wanted,
                         const std::vector<KindSpec>& candidates, const Problem& at, Problems& problems);

/// Do accelerators of more than one kind work in it?
bool is_heterogeneous(const PlatformSpec& platform);

/// A platform as a file has it: without what is default.
Json platform_json(const PlatformSpec& platform);

}  // namespace hetsched
