/// \file
/// How full memories are: books the room of weights, tensors and workspace from the instant at which a start, a load or
/// a transfer takes it until it is free again. What may be taken is a rule (rules.hpp); nothing is given up here that
/// no decision names. Where no memory has a capacity and weights have no home, there is nothing to do.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/state.hpp"
#include "engine/tables.hpp"
#include "engine/transfers.hpp"

namespace hetsched {

class Residency {
 public:
  /// `slots`: number of slots of all accelerators.
  Residency(const Tables& tables, State& state, std::size_t slots);

  /// Is there anything to be counted? If not, nothing else of this may be called.
  [[nodiscard]] bool limited() const { return !tables_.room().memories.empty(); }

  /// Room of all that the start lacks, before its tasks are said to run. Times in all of this: s.
  void start(const Start& start, double now);
  /// A task has finished, as the state knows already.
  void finished(TaskRef task);
  /// A task that ran on the accelerator is interrupted, as the state knows already.
  void interrupted(TaskRef task, AcceleratorId accelerator);
  /// Likewise, of a batch in a slot that goes on: its room is free when the slot is.
  void left_batch(TaskRef task, SlotId slot, AcceleratorId accelerator);
  /// A slot is free.
  void slot_freed(SlotId slot, AcceleratorId accelerator);
  /// All that a request has, but for what it left in batches.
  void request_ended(RequestRef request);

  /// Room for copies of the inputs of a task that exist and have none in the memory.
  void reserve_inputs(TaskRef task, MemoryId memory);
  /// Room for weights that are to be loaded by themselves.
  void reserve_weights(WeightsId weights, MemoryId memory);
  void evict(WeightsId weights, MemoryId memory);
  /// The outputs of a task that are still to be read leave a memory; runs it again if they lie nowhere else.
  void give_up(TaskRef task, MemoryId memory, double now);
  /// Room in `to` for the outputs of a task that lie in `from`, are still to be read, and have none there yet. Returns
  /// their edges, one of each tensor: what has to be moved.
  [[nodiscard]] std::vector<Edge> reserve_outputs(TaskRef task, MemoryId from, MemoryId to);
  /// A tensor has come to a memory, perhaps in order to free its room in the other one.
  void arrived(const Transfers::Arrival& arrival);

  /// What takes the room of a memory, the largest first, as words; at most five of them.
  [[nodiscard]] std::string holders(MemoryId memory, double now) const;

 private:
  struct Copy {
    TaskId producer = {};              ///< none: it is the request's own input
    TensorId tensor = TensorId::none;  ///< none: what nobody in the model reads
    MemoryId memory = {};
    Bytes bytes = 0;
  };

  /// An output that has come elsewhere, to free its room here as soon as nobody reads it here.
  struct Leaving {
    TaskRef producer;
    TensorId tensor = {};
    MemoryId from = {}, to = {};
  };

  void take(RequestRef request, const Copy& copy);
  /// Frees those copies of a request for which `which` holds.
  template <class Which>
  void free_copies(RequestRef request, const Which& which);
  /// Frees the copies of a tensor that nobody is to read any more, but those under way, which go when they have
  /// arrived.
  void free_settled(RequestRef request, TensorId tensor);
  void forget_replica(RequestRef request, TensorId tensor, MemoryId memory);
  void stop_using(TaskRef task, MemoryId memory);
  [[nodiscard]] const Room& room_of(TaskRef task) const;
  [[nodiscard]] bool to_be_read(TaskRef producer, TensorId tensor) const;
  [[nodiscard]] bool is_read_in(TaskRef producer, TensorId tensor, MemoryId memory) const;
  [[nodiscard]] bool is_copied(RequestRef request, TensorId tensor, MemoryId memory) const;
  void redo(TaskRef task, double now);
  /// Frees the room of a request's outputs that are to leave, where nobody reads them any more.
  void let_leave(RequestRef request);

  const Tables& tables_;
  State& state_;
  IdVector<RequestRef, std::vector<Copy>> copies_;
  std::vector<Leaving> leaving_;
  IdVector<SlotId, Bytes> left_;  ///< by requests that left a batch that goes on
};

}  // namespace hetsched
