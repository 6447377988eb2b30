/// \file
/// "No such index" of planners.
#pragma once

#include <cstdint>

namespace hetsched {

inline constexpr std::uint32_t kNone = 0xffffffffu;

}  // namespace hetsched
