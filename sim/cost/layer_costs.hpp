/// \file
/// What a single layer costs on a kind: from the model's profile and from the kind's cost models, in the order in which
/// the kind names them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/errors.hpp"
#include "cost/cost_model.hpp"
#include "cost/profile.hpp"

namespace hetsched {

class LayerCosts {
 public:
  /// The platform and the ids must outlive it.
  LayerCosts(const PlatformSpec& platform, NameIds& ids, Problems& problems);

  [[nodiscard]] const IdVector<KindId, KindIds>& kinds() const { return kinds_; }
  /// Does the kind look into profiles, and nowhere else?
  [[nodiscard]] bool only_profiled(KindId kind) const;
  [[nodiscard]] bool profiled(KindId kind) const;
  /// Has a point without frequency been reported?
  [[nodiscard]] bool lacks_clock() const;

  /// What follows is asked for so many equal layers (or tasks) computed as one batch.
  void set_batch(std::uint32_t batch) { batch_ = batch; }
  /// Costs of a layer, as a variant, at each point of the kind. For each point the first source that can tell counts;
  /// time kNever where none can. Reports points without frequency where the profile counts cycles, once per kind.
  void find(const Profile& profile, const LayerSpec& layer, VariantId variant, KindId kind, std::span<LayerCost> out);
  /// The rows that the profile has for a task that is no single layer: a group or the whole model ("*").
  void find_rows(const Profile& profile, std::string_view task, std::string_view variant, KindId kind,
                 std::span<LayerCost> out);

 private:
  struct Source {
    std::vector<OperatorClass> operators;    ///< that it is for; empty: all
    std::unique_ptr<const CostModel> model;  ///< null: the profile
    std::string_view name;
    [[nodiscard]] bool is_for(std::optional<OperatorClass> op) const;
  };

  void fill(const Profile& profile, std::uint64_t task, KindId kind, std::span<LayerCost> out);

  NameIds& ids_;
  Problems& problems_;
  IdVector<KindId, KindIds> kinds_;
  IdVector<KindId, std::vector<Source>> sources_;
  IdVector<KindId, bool> clockless_told_;
  std::vector<LayerCost> scratch_;
  std::uint32_t batch_ = 1;
};

}  // namespace hetsched
