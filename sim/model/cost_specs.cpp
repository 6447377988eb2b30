#include "model/cost_specs.hpp"

namespace hetsched {

void check_costs(const MaestroArraySpec& array, const Node& node, Problems& problems) {
  const std::uint32_t cluster = array.dataflow == MaestroDataflow::kcp_ws   ? 64
                                : array.dataflow == MaestroDataflow::yxp_os ? 8
                                                                            : 1;
  if (array.pes > 0 && array.pes < cluster)
    problems.add(node.child("pes").problem("must be at least " + std::to_string(cluster) + ", one cluster of " +
                                           std::string(name_of(array.dataflow)) + "; found " +
                                           std::to_string(array.pes)));
}

void check_costs(const MappedArraySpec& array, const Node& node, Problems& problems) {
  double product = 1;
  for (const Unrolling& unrolling : array.unroll) product *= unrolling.size;
  if (array.pes > 0 && array.pes < product)
    problems.add(node.child("pes").problem("must be at least the product of the sizes in unroll, " +
                                           format_number(product) + "; found " + std::to_string(array.pes)));
}

void check_costs(const RooflineSpec& roofline, const Node& node, Problems& problems) {
  const OpsPerSecond& peak = roofline.peak;
  if (!peak.fp32 && !peak.fp16 && !peak.bf16 && !peak.int8 && !peak.int4 && node.child("peak").value().is_object())
    problems.add(
        node.child("peak").problem("must give the peak of at least one number format: fp32, fp16, bf16, int8 or int4"));
}

}  // namespace hetsched
