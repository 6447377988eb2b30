/// \file
/// What the tasks that compute at once get of what they share: first of their device, where its slots share it, then of
/// their memory, where it has a model of contention. What a task leaves idle of its device while it waits for memory is
/// not given to others: its kernels hold their processors meanwhile. So there are two max-min problems, one within the
/// other, each with one answer: the first is solved here, the second by the executor, under the caps that follow from
/// both. Knows no time, no energy and no events.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/ids.hpp"
#include "engine/tables.hpp"

namespace hetsched {

/// A task that computes.
struct CoRunner {
  AcceleratorId accelerator{};
  KindId kind{};
  ResourceUse use;
  double wanted = 0;  ///< B/s of its memory; 0: it has no traffic there that counts
};

/// Progress of tasks that share one device, over that alone: r = min(1, theta w) with the largest theta that keeps the
/// sum of u r within 1, w weights and u occupancies: max-min fair by weight. So measured of several networks on one GPU
/// (DISB on an RTX 3080: throughput within 6 % rms; equal shares err by 37 %).
std::vector<double> device_shares(std::span<const ResourceUse> uses);

/// Progress over that alone of all who compute at once from one memory, none of the others on their devices;
/// `transfers`: B/s that transfers want of it.
std::vector<double> progress(const Tables& tables, MemoryId memory, std::span<const CoRunner> running,
                             double transfers);

/// Keeps shares and caps up to date: they change with all that begins or ends to compute, at once.
class Shares {
 public:
  explicit Shares(const Tables& tables);

  /// A task computes in a slot from now on, or at another operating point.
  void join(SlotId slot, const CoRunner& task);
  void leave(SlotId slot);

  /// Works out what has changed since the last time. `transfers_at`: B/s that transfers want of a memory.
  void update(const std::function<double(MemoryId)>& transfers_at);
  /// Those whose share of their device has changed, in order.
  [[nodiscard]] std::span<const SlotId> reshared() const { return reshared_; }
  /// Those whose cap has, in order.
  [[nodiscard]] std::span<const SlotId> recapped() const { return recapped_; }
  /// Of its device, as of the last update; 1 for a task that has just joined.
  [[nodiscard]] double share(SlotId slot) const { return members_[slot].share; }
  [[nodiscard]] double wanted(SlotId slot) const { return members_[slot].task.wanted; }
  /// B/s at most, as of the last update; what it wants for one that has just joined.
  [[nodiscard]] double cap(SlotId slot) const { return members_[slot].cap; }

 private:
  struct Member {
    bool computes = false;
    CoRunner task;
    double share = 1, cap = 0;
  };

  void share_device_of(AcceleratorId accelerator);
  void cap_at(MemoryId memory);
  /// Those that compute, of slots in order.
  [[nodiscard]] std::vector<SlotId> computing(const std::vector<SlotId>& slots) const;

  const Tables& tables_;
  IdVector<KindId, bool> shares_device_;
  IdVector<AcceleratorId, std::vector<SlotId>> slots_of_;
  IdVector<MemoryId, std::vector<SlotId>> slots_at_;
  IdVector<SlotId, Member> members_;
  IdVector<AcceleratorId, bool> device_changed_;
  IdVector<MemoryId, bool> memory_changed_;
  IdVector<MemoryId, double> transfers_;
  bool changed_ = false;
  std::vector<SlotId> reshared_, recapped_;
};

}  // namespace hetsched
