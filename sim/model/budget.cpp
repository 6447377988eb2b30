#include "model/budget.hpp"

namespace hetsched {
namespace {

constexpr std::optional<double> Budget::*member_of(EqualBudget equal) {
  switch (equal) {
    case EqualBudget::power: return &Budget::tdp;
    case EqualBudget::price: return &Budget::price;
    case EqualBudget::area: return &Budget::area;
    case EqualBudget::pes: return &Budget::pes;
    case EqualBudget::peak_ops: break;
  }
  return &Budget::peak_ops;
}

}  // namespace

Budget total_budget(const PlatformSpec& platform) {
  Budget total{0, 0, 0, 0, 0};
  for (const AcceleratorSpec& accelerator : platform.accelerators) {
    const KindSpec& kind = platform.kinds[index_of_kind(platform, accelerator.kind)];
    for_each_field<Budget>([&](const auto& f) {
      std::optional<double>& sum = total.*f.member;
      const std::optional<double>& one = kind.budget.*f.member;
      sum = sum && one ? std::optional(*sum + *one * accelerator.count) : std::nullopt;
    });
  }
  return total;
}

std::optional<double> part_of(const Budget& budget, EqualBudget equal) { return budget.*member_of(equal); }

std::string_view field_of(EqualBudget equal) {
  std::string_view name;
  for_each_field<Budget>([&](const auto& f) {
    if (f.member == member_of(equal)) name = f.name;
  });
  return name;
}

std::string_view unit_of(EqualBudget equal) {
  std::string_view unit;
  for_each_field<Budget>([&](const auto& f) {
    if (f.member == member_of(equal)) unit = f.about.unit;
  });
  return unit;
}

}  // namespace hetsched
