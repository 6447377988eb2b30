/// \file
/// What Python may look at, and how long. Python objects may outlive what they show; each is asked whether it
/// may still be used whenever it is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>

#include "hetsched/policy.hpp"

namespace hetsched::script {

/// What a call of the policy has lent to it: one per policy.
struct Lease {
  const SystemView* view = nullptr;  ///< null between calls
  Decisions* decisions = nullptr;
  std::uint64_t call = 0;
};

/// Something that was lent in one call, and is over with it.
class Lent {
 public:
  explicit Lent(std::shared_ptr<const Lease> lease) : lease_(std::move(lease)), call_(lease_->call) {}

  [[nodiscard]] const SystemView& view() const {
    check();
    return *lease_->view;
  }
  [[nodiscard]] Decisions& decisions() const {
    check();
    return *lease_->decisions;
  }
  [[nodiscard]] const std::shared_ptr<const Lease>& lease() const { return lease_; }

 protected:
  void check() const {
    if (lease_->view == nullptr || lease_->call != call_)
      throw std::runtime_error(
          "this object was valid only during the call of begin() or decide() that it comes from; keep "
          "numbers and names, "
          "not views");
  }

 private:
  std::shared_ptr<const Lease> lease_;
  std::uint64_t call_;
};

/// A struct of policy.hpp in a view, and its place in the list that it comes from.
template <class T>
class Item : public Lent {
 public:
  Item(std::shared_ptr<const Lease> lease, const T& item, std::size_t index)
      : Lent(std::move(lease)), item_(&item), index_(index) {}
  [[nodiscard]] const T& get() const {
    check();
    return *item_;
  }
  [[nodiscard]] std::size_t index() const { return index_; }

 private:
  const T* item_;
  std::size_t index_;
};

/// A list in a view that is looked at element by element: long ones, most of which nobody looks at.
template <class T>
class List : public Lent {
 public:
  List(std::shared_ptr<const Lease> lease, std::span<const T> items) : Lent(std::move(lease)), items_(items) {}
  [[nodiscard]] std::span<const T> get() const {
    check();
    return items_;
  }

 private:
  std::span<const T> items_;
};

/// Ends the lease when the call is over, however it ends.
class Call {
 public:
  Call(Lease& lease, const SystemView& view, Decisions* decisions) : lease_(lease) {
    lease_.view = &view;
    lease_.decisions = decisions;
    ++lease_.call;
  }
  ~Call() {
    lease_.view = nullptr;
    lease_.decisions = nullptr;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  Lease& lease_;
};

}  // namespace hetsched::script
