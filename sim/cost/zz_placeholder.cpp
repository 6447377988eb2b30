#include "cost/roofline.hpp"
#include "cost/systolic_array.hpp"
#include "cost/maestro_array.hpp"
#include "cost/mapped_array.hpp"
namespace hetsched {
namespace {
struct Flat : CostModel { void cost(const LayerWork& w, std::span<const OperatingPointSpec>, std::span<LayerCost> out) const override { for (auto& c : out) { c.time = 1e-9 * w.ops(); c.traffic = w.bytes(); } } };
}
std::unique_ptr<CostModel> make_roofline(const RooflineSpec&) { return std::make_unique<Flat>(); }
std::unique_ptr<CostModel> make_systolic_array(const SystolicArraySpec&) { return std::make_unique<Flat>(); }
std::unique_ptr<CostModel> make_maestro_array(const MaestroArraySpec&) { return std::make_unique<Flat>(); }
std::unique_ptr<CostModel> make_mapped_array(const MappedArraySpec&) { return std::make_unique<Flat>(); }
}
