#pragma once
#include <memory>
#include "cost/cost_model.hpp"
namespace hetsched {
std::unique_ptr<CostModel> make_maestro_array(const MaestroArraySpec& spec);
}
