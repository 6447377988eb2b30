/// \file
/// A sorted sequence in contiguous memory that is cheap to change at both ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace hetsched {

/// Keeps its items in the order the caller inserts them at; inserting and erasing move the shorter side, so that
/// first-come-first-served use costs O(1) however long the list is.
template <class T>
class OrderedList {
 public:
  [[nodiscard]] std::span<const T> items() const { return {items_.data() + head_, items_.size() - head_}; }
  [[nodiscard]] std::size_t size() const { return items_.size() - head_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  void push_back(const T& item) { items_.push_back(item); }

  void insert(std::size_t position, const T& item) {
    if (position < size() / 2 || (position == 0 && head_ > 0)) {
      if (head_ == 0) make_room();
      --head_;
      std::move(begin() + 1, begin() + 1 + offset(position), begin());
      items_[head_ + position] = item;
    } else {
      items_.insert(begin() + offset(position), item);
    }
  }

  void erase(std::size_t position) {
    if (position < size() / 2) {
      std::move_backward(begin(), begin() + offset(position), begin() + offset(position) + 1);
      ++head_;
    } else {
      items_.erase(begin() + offset(position));
    }
    if (size() == 0) {
      items_.clear();
      head_ = 0;
    } else if (head_ > 64 && head_ > 4 * size()) {
      items_.erase(items_.begin(), begin());
      head_ = 0;
    }
  }

 private:
  static std::ptrdiff_t offset(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }
  typename std::vector<T>::iterator begin() { return items_.begin() + offset(head_); }
  void make_room() {
    const std::size_t room = 8 + size() / 2;
    items_.insert(items_.begin(), room, T{});
    head_ = room;
  }

  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace hetsched
