/// \file
/// Ids in tests: `out.start({0_request, 1_task}, 0_accelerator)`.
#pragma once

#include "hetsched/ids.hpp"

namespace hetsched {

constexpr AcceleratorId operator""_accelerator(unsigned long long n) { return id_of<AcceleratorId>(n); }
constexpr KindId operator""_kind(unsigned long long n) { return id_of<KindId>(n); }
constexpr PointId operator""_point(unsigned long long n) { return id_of<PointId>(n); }
constexpr MemoryId operator""_memory(unsigned long long n) { return id_of<MemoryId>(n); }
constexpr ModelId operator""_model(unsigned long long n) { return id_of<ModelId>(n); }
constexpr StreamId operator""_stream(unsigned long long n) { return id_of<StreamId>(n); }
constexpr TaskId operator""_task(unsigned long long n) { return id_of<TaskId>(n); }
constexpr TensorId operator""_tensor(unsigned long long n) { return id_of<TensorId>(n); }
constexpr VariantId operator""_variant(unsigned long long n) { return id_of<VariantId>(n); }
constexpr RequestRef operator""_request(unsigned long long n) { return id_of<RequestRef>(n); }
constexpr CostRowId operator""_row(unsigned long long n) { return id_of<CostRowId>(n); }
constexpr CostColumnId operator""_column(unsigned long long n) { return id_of<CostColumnId>(n); }

}  // namespace hetsched
