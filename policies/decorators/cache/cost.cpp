#include <map>
#include <memory>

#include "decorators/cache/rule.hpp"

namespace hetsched::cache_rules {
namespace {

/// GreedyDual-Size (Cao, Irani, USENIX Symp. on Internet Technologies and Systems, 1997): H = age + time to load /
/// bytes at each use; the least H leaves, and the age of its memory becomes that.
class Cost final : public Rule {
 public:
  [[nodiscard]] double worth(const SystemView& view, Place place) const override {
    const auto known = worth_.find(place);
    return known != worth_.end() ? known->second : fresh(view, place);
  }
  void used(const SystemView& view, Place place) override { worth_[place] = fresh(view, place); }
  void evicted(const SystemView& view, Place place) override {
    age_[place.memory] = worth(view, place);
    worth_.erase(place);
  }

 private:
  [[nodiscard]] double fresh(const SystemView& view, Place place) const {
    const auto age = age_.find(place.memory);
    const Bytes bytes = view.weights[place.weights].bytes;
    const Seconds time = view.home == MemoryId::none ? 0 : view.route_time(view.home, place.memory, bytes);
    return (age != age_.end() ? age->second : 0) + time / bytes;
  }

  std::map<Place, double> worth_;
  std::map<MemoryId, double> age_;
};

}  // namespace

std::unique_ptr<Rule> cost(Params&) { return std::make_unique<Cost>(); }

}  // namespace hetsched::cache_rules
