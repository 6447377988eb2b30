#include "study/prepared.hpp"

#include <map>
#include <memory>

#include "study/bounds.hpp"

namespace hetsched {
namespace {

Tables built(const Instance& instance) {
  Problems problems;
  Tables tables = Tables::build(instance, problems);
  problems.throw_if_any();
  return tables;
}

}  // namespace

Prepared::Prepared(const Instance& instance) : tables_(built(instance)) {}

const std::vector<analysis::StreamBound>* Prepared::response_bounds(const Scenario& scenario) const {
  const std::optional<analysis::Order> order = analysis::known_order(scenario.policy);
  if (!order || !analysis::why_not(scenario).empty()) return nullptr;
  auto known = response_bounds_.find(*order);
  if (known == response_bounds_.end())
    known = response_bounds_.emplace(*order, analysis::analyse(scenario, tables_, *order).streams).first;
  return &known->second;
}

const SummaryBounds& Prepared::bounds() const {
  if (bounds_) return *bounds_;
  bounds_ = bounds_of(tables_);
  bounds_->optimum = [search = std::move(bounds_->optimum),
                      found = std::make_shared<std::map<std::size_t, std::optional<double>>>()](std::size_t stream) {
    const auto known = found->find(stream);
    return known != found->end() ? known->second : found->emplace(stream, search(stream)).first->second;
  };
  return *bounds_;
}

}  // namespace hetsched
