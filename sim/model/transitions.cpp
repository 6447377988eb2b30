#include "model/transitions.hpp"

#include <algorithm>

namespace hetsched {
namespace {

/// Does the kind that is left do it?
bool on_leaving(const TransitionSpec& spec, const KindSpec& owner) {
  const std::string& other = spec.to.empty() ? spec.from : spec.to;
  const std::string& on = spec.on.empty() ? other : spec.on;
  return on == (spec.to.empty() ? spec.from : owner.name);
}

TransitionRule rule_of(const TransitionSpec& spec, const KindSpec& owner) {
  return {spec.time, spec.bandwidth ? 1 / *spec.bandwidth : 0, spec.energy, spec.energy_per_byte,
          on_leaving(spec, owner)};
}

/// Goes from kind to kind that each waits for.
class CycleSearch {
 public:
  explicit CycleSearch(const std::vector<KindSpec>& kinds) : kinds_(kinds), done_(kinds.size(), false) {}

  Strings find() {
    for (std::size_t k = 0; k < kinds_.size(); ++k)
      if (visit(k)) return names_;
    return {};
  }

 private:
  [[nodiscard]] std::vector<std::size_t> awaited(std::size_t kind) const {
    std::vector<std::size_t> others;
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      if (k == kind) continue;  // has been reported
      bool waits = kinds_[kind].fallback == kinds_[k].name;
      for (const TransitionSpec& spec : kinds_[kind].transitions)
        waits = waits || (spec.from == kinds_[k].name && on_leaving(spec, kinds_[kind]));
      for (const TransitionSpec& spec : kinds_[k].transitions)
        waits = waits || (spec.to == kinds_[kind].name && on_leaving(spec, kinds_[k]));
      if (waits) others.push_back(k);
    }
    return others;
  }

  bool visit(std::size_t kind) {
    if (const auto at = std::find(path_.begin(), path_.end(), kind); at != path_.end()) {
      for (auto each = at; each != path_.end(); ++each) names_.push_back(kinds_[*each].name);
      return true;
    }
    if (done_[kind]) return false;
    path_.push_back(kind);
    for (const std::size_t other : awaited(kind))
      if (visit(other)) return true;
    path_.pop_back();
    done_[kind] = true;
    return false;
  }

  const std::vector<KindSpec>& kinds_;
  std::vector<bool> done_;
  std::vector<std::size_t> path_;
  Strings names_;
};

}  // namespace

std::optional<TransitionRule> stated_transition(const PlatformSpec& platform, KindId from, KindId to) {
  const KindSpec &left = platform.kinds[index_of(from)], &entered = platform.kinds[index_of(to)];
  for (const TransitionSpec& spec : left.transitions)
    if (spec.to == entered.name) return rule_of(spec, left);
  for (const TransitionSpec& spec : entered.transitions)
    if (spec.from == left.name) return rule_of(spec, entered);
  return std::nullopt;
}

const TransitionRow* measured_transition(const Network& network, std::string_view after, const KindSpec& from,
                                         const KindSpec& to) {
  const auto row = std::find_if(network.transitions.begin(), network.transitions.end(), [&](const TransitionRow& each) {
    return each.after == after && each.from == from.profile && each.to == to.profile;
  });
  return row == network.transitions.end() ? nullptr : &*row;
}

Strings waiting_cycle(const std::vector<KindSpec>& kinds) { return CycleSearch(kinds).find(); }

}  // namespace hetsched
