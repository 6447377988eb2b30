/// \file
/// Ids: what says which accelerator, which model, which task is meant. Each is a type of its own, so that one
/// cannot be taken for another, and what is indexed by an id takes only ids of that type. At run time an id is
/// the number it holds. Part of hetsched/policy.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace hetsched {

// `none`: not chosen yet, or there is none.
enum class AcceleratorId : std::uint32_t { none = 0xffffffffu };  ///< of SystemView::accelerators
enum class KindId : std::uint32_t { none = 0xffffffffu };         ///< of SystemView::kinds
enum class PointId : std::uint32_t { none = 0xffffffffu };        ///< operating point: of Kind::points
enum class MemoryId : std::uint32_t { none = 0xffffffffu };       ///< of SystemView::memory_bandwidths
enum class ModelId : std::uint32_t { none = 0xffffffffu };        ///< of SystemView::models
enum class StreamId : std::uint32_t { none = 0xffffffffu };       ///< of SystemView::streams
enum class TaskId : std::uint32_t { none = 0xffffffffu };         ///< of Model::tasks and Request::tasks
enum class TensorId : std::uint32_t { none = 0xffffffffu };       ///< of a model
enum class WeightsId : std::uint32_t { none = 0xffffffffu };      ///< of SystemView::weights
/// Way to compute a task: 0 .. ModelTask::variants - 1.
enum class VariantId : std::uint32_t { original = 0, none = 0xffffffffu };
/// Of SystemView::requests: the place of a live request, which another one takes when it has left.
enum class RequestRef : std::uint32_t { none = 0xffffffffu };
/// Row of SystemView::costs: a task as a variant, one inference at a time.
enum class CostRowId : std::uint32_t { none = 0xffffffffu };
/// Column of SystemView::costs: a kind at an operating point.
enum class CostColumnId : std::uint32_t { none = 0xffffffffu };

template <class Id>
concept IsId = std::is_enum_v<Id>;

/// The number an id holds.
template <IsId Id>
[[nodiscard]] constexpr std::size_t index_of(Id id) {
  return static_cast<std::size_t>(id);
}

/// The id that holds a number, which must fit.
template <IsId Id>
[[nodiscard]] constexpr Id id_of(std::size_t index) {
  return static_cast<Id>(index);
}

/// Consecutive ids, to go through: `for (const AcceleratorId a : view.accelerators.ids())`; from the last to the first
/// with `| std::views::reverse`.
template <IsId Id>
class IdRange {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;  // operator* returns a value
    using iterator_concept = std::bidirectional_iterator_tag;
    using value_type = Id;
    using difference_type = std::ptrdiff_t;
    using pointer = const Id*;
    using reference = Id;

    constexpr Iterator() = default;
    constexpr explicit Iterator(std::size_t index) : index_(index) {}
    [[nodiscard]] constexpr Id operator*() const { return id_of<Id>(index_); }
    constexpr Iterator& operator++() {
      ++index_;
      return *this;
    }
    constexpr Iterator operator++(int) { return Iterator(index_++); }
    constexpr Iterator& operator--() {
      --index_;
      return *this;
    }
    constexpr Iterator operator--(int) { return Iterator(index_--); }
    friend constexpr bool operator==(const Iterator&, const Iterator&) = default;

   private:
    std::size_t index_ = 0;
  };

  /// 0 .. count - 1
  constexpr explicit IdRange(std::size_t count) : IdRange(0, count) {}
  /// `first` and those after it, up to but not `end`.
  constexpr IdRange(std::size_t first, std::size_t end) : first_(first), end_(end) {}
  constexpr IdRange(Id first, Id end) : IdRange(index_of(first), index_of(end)) {}
  [[nodiscard]] constexpr Iterator begin() const { return Iterator(first_); }
  [[nodiscard]] constexpr Iterator end() const { return Iterator(end_); }
  [[nodiscard]] constexpr std::size_t size() const { return end_ - first_; }
  [[nodiscard]] constexpr bool contains(Id id) const { return index_of(id) >= first_ && index_of(id) < end_; }
  /// All of them, to be sorted or thinned out.
  [[nodiscard]] std::vector<Id> list() const { return {begin(), end()}; }

 private:
  std::size_t first_, end_;
};

/// A std::vector that is indexed by one type of id.
template <IsId Id, class T>
class IdVector {
 public:
  IdVector() = default;
  explicit IdVector(std::size_t size, const T& value = T()) : all_(size, value) {}
  IdVector(std::initializer_list<T> all) : all_(all) {}

  [[nodiscard]] decltype(auto) operator[](Id id) { return all_[index_of(id)]; }
  [[nodiscard]] decltype(auto) operator[](Id id) const { return all_[index_of(id)]; }
  [[nodiscard]] IdRange<Id> ids() const { return IdRange<Id>(all_.size()); }
  [[nodiscard]] bool contains(Id id) const { return index_of(id) < all_.size(); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] auto begin() { return all_.begin(); }
  [[nodiscard]] auto end() { return all_.end(); }
  [[nodiscard]] auto begin() const { return all_.begin(); }
  [[nodiscard]] auto end() const { return all_.end(); }
  [[nodiscard]] decltype(auto) back() { return all_.back(); }
  [[nodiscard]] decltype(auto) back() const { return all_.back(); }

  /// Appends, and returns the id of what was appended.
  Id push_back(T value) {
    all_.push_back(std::move(value));
    return id_of<Id>(all_.size() - 1);
  }
  template <class... Args>
  T& emplace_back(Args&&... args) {
    return all_.emplace_back(std::forward<Args>(args)...);
  }
  void resize(std::size_t size) { all_.resize(size); }
  void resize(std::size_t size, const T& value) { all_.resize(size, value); }
  void assign(std::size_t size, const T& value) { all_.assign(size, value); }
  void clear() { all_.clear(); }
  void reserve(std::size_t size) { all_.reserve(size); }

  /// The vector without its ids.
  [[nodiscard]] const std::vector<T>& all() const { return all_; }
  [[nodiscard]] std::vector<T>& all() { return all_; }

  friend bool operator==(const IdVector&, const IdVector&) = default;

 private:
  std::vector<T> all_;
};

// What a span refers to outlives the span: GCC 13 and later would take references to its elements for dangling ones.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(gnu::no_dangling)
#define HETSCHED_NO_DANGLING [[gnu::no_dangling]]
#endif
#endif
#ifndef HETSCHED_NO_DANGLING
#define HETSCHED_NO_DANGLING
#endif

/// A std::span that is indexed by one type of id.
template <IsId Id, class T>
class HETSCHED_NO_DANGLING IdSpan {
 public:
  constexpr IdSpan() = default;
  constexpr explicit IdSpan(std::span<T> all) : all_(all) {}
  constexpr IdSpan(const IdVector<Id, std::remove_const_t<T>>& all) requires std::is_const_v<T> : all_(all.all()) {}

  [[nodiscard]] constexpr T& operator[](Id id) const { return all_[index_of(id)]; }
  [[nodiscard]] constexpr IdRange<Id> ids() const { return IdRange<Id>(all_.size()); }
  [[nodiscard]] constexpr bool contains(Id id) const { return index_of(id) < all_.size(); }
  [[nodiscard]] constexpr std::size_t size() const { return all_.size(); }
  [[nodiscard]] constexpr bool empty() const { return all_.empty(); }
  [[nodiscard]] constexpr auto begin() const { return all_.begin(); }
  [[nodiscard]] constexpr auto end() const { return all_.end(); }

  /// The span without its ids.
  [[nodiscard]] constexpr std::span<T> all() const { return all_; }

 private:
  std::span<T> all_;
};

}  // namespace hetsched
