/// \file
/// Ids of what only the engine knows, beside those of hetsched/ids.hpp.
#pragma once

#include <cstdint>

#include "hetsched/ids.hpp"
#include "model/route_table.hpp"

namespace hetsched {

enum class SlotId : std::uint32_t { none = 0xffffffffu };      ///< of all accelerators, in order of accelerator
enum class TransferId : std::uint32_t { none = 0xffffffffu };  ///< place of a transfer, used again when it is over
enum class FlowId : std::uint32_t { none = 0xffffffffu };      ///< bytes on their way through an executor

// Of flows the traffic of each slot comes first, then the transfers.
[[nodiscard]] constexpr FlowId flow_of(SlotId slot) { return id_of<FlowId>(index_of(slot)); }
[[nodiscard]] constexpr FlowId flow_of(TransferId transfer, std::size_t slots) {
  return id_of<FlowId>(slots + index_of(transfer));
}
[[nodiscard]] constexpr bool is_traffic(FlowId flow, std::size_t slots) { return index_of(flow) < slots; }
[[nodiscard]] constexpr SlotId slot_of(FlowId traffic) { return id_of<SlotId>(index_of(traffic)); }
[[nodiscard]] constexpr TransferId transfer_of(FlowId flow, std::size_t slots) {
  return id_of<TransferId>(index_of(flow) - slots);
}

}  // namespace hetsched
