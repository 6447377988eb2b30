/// \file
/// A min-heap of numbered items whose keys change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hetsched {

/// Items are numbers from 0; those that are in it have a place, so that one can be taken out or moved in O(log n).
/// Ties: any order.
class IndexedHeap {
 public:
  using Item = std::uint32_t;

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] bool contains(Item item) const { return item < place_.size() && place_[item] != kNowhere; }
  /// The least key, and whose it is; not of an empty one.
  [[nodiscard]] Item top() const { return heap_.front().item; }
  [[nodiscard]] double top_key() const { return heap_.front().key; }
  /// Of an item that is in it.
  [[nodiscard]] double key(Item item) const { return heap_[place_[item]].key; }

  /// Puts an item in, or moves it to another key.
  void set(Item item, double key) {
    if (item >= place_.size()) place_.resize(item + std::size_t{1}, kNowhere);
    std::uint32_t at = place_[item];
    if (at == kNowhere) {
      at = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back({key, item});
    }
    move({key, item}, at);
  }
  /// Takes out an item that is in it.
  void remove(Item item) {
    const std::uint32_t at = place_[item];
    place_[item] = kNowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (last.item != item) move(last, at);
  }
  /// Takes the same off every key.
  void lower_all(double by) {
    for (Entry& entry : heap_) entry.key -= by;  // rounding keeps their order
  }

 private:
  struct Entry {
    double key;
    Item item;
  };
  static constexpr std::uint32_t kNowhere = 0xffffffffu;

  void put(const Entry& entry, std::uint32_t at) {
    heap_[at] = entry;
    place_[entry.item] = at;
  }
  void move(const Entry& entry, std::uint32_t at) {
    while (at > 0 && entry.key < heap_[(at - 1) / 2].key) {
      put(heap_[(at - 1) / 2], at);
      at = (at - 1) / 2;
    }
    for (;;) {
      std::uint32_t child = 2 * at + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1].key < heap_[child].key) ++child;
      if (!(heap_[child].key < entry.key)) break;
      put(heap_[child], at);
      at = child;
    }
    put(entry, at);
  }

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> place_;  ///< by item, of heap_
};

}  // namespace hetsched
