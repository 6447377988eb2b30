/// \file
/// The rows of a model's profile table in an order in which they are found fast.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "cost/cost_model.hpp"
#include "model/network.hpp"
#include "model/platform.hpp"

namespace hetsched {

/// Numbers for names, so that inner loops compare integers. The empty name is 0. The names must outlive it.
class NameIds {
 public:
  std::uint32_t operator[](std::string_view name) {
    const auto [at, is_new] = ids_.emplace(name, static_cast<std::uint32_t>(ids_.size()));
    if (is_new) names_.push_back(name);
    return at->second;
  }
  [[nodiscard]] std::string name(std::uint32_t id) const { return std::string(names_[id]); }

 private:
  std::vector<std::string_view> names_{""};
  std::unordered_map<std::string_view, std::uint32_t> ids_{{"", 0}};
};

inline std::uint64_t pair_of(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }
inline std::uint32_t high_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair >> 32); }
inline std::uint32_t low_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair); }

/// A kind with the numbers of its names.
struct KindIds {
  const KindSpec* spec = nullptr;
  std::uint32_t key = 0;              ///< profile key
  std::vector<std::uint32_t> points;  ///< names
  bool in_use = false;                ///< by an accelerator
};

class Profile {
 public:
  struct Entry {
    std::uint64_t task = 0;   ///< pair of layer and variant
    std::uint64_t place = 0;  ///< pair of profile key and point
    const ProfileRow* row = nullptr;
    [[nodiscard]] auto order() const { return std::tuple{task, place}; }
  };

  /// The network must outlive it.
  Profile(const Network& network, NameIds& ids);

  /// The rows of a task (pair of layer, group or "*", and variant) for a profile key, by point; one without point
  /// comes first.
  [[nodiscard]] std::span<const Entry> rows(std::uint64_t task, std::uint32_t key) const;
  [[nodiscard]] const Network& network() const { return *network_; }
  /// All pairs of profile key and point that occur.
  [[nodiscard]] const std::vector<std::uint64_t>& places() const { return places_; }
  /// Names of all profile keys.
  [[nodiscard]] Strings keys(const NameIds& ids) const;

 private:
  const Network* network_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> places_;
};

/// Fills in the costs, at each point of a kind, that rows of one task give; leaves the others as they are. Returns the
/// first point that lacks a frequency where cycles are counted.
std::optional<std::size_t> fill_from_rows(std::span<const Profile::Entry> rows, const KindIds& kind,
                                          std::span<LayerCost> out);

}  // namespace hetsched
