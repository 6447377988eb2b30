/// \file
/// What a policy sees: the platform, the models and their costs, and how things stand now. Part of
/// hetsched/policy.hpp. Units are SI throughout: seconds, joules, watts, bytes, hertz.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "hetsched/ids.hpp"

namespace hetsched {

using Seconds = double;
using Joules = double;
using Watts = double;
using Bytes = double;

/// A time that never comes: the cost of an unsupported task, the deadline of a request without one.
inline constexpr double kNever = std::numeric_limits<double>::infinity();

// ---- Fixed for the run -------------------------------------------------------------------------------

/// What one task is predicted to take, alone on an accelerator. `time == kNever`: it cannot run there.
struct Cost {
  Seconds time = kNever;  ///< from the start of computing to its end, memory traffic overlapped
  Joules energy = 0;      ///< of the task; comes on top of the active power, or replaces it: Kind::energy_is_total
  Bytes traffic = 0;      ///< what it moves to and from its memory meanwhile; shares the bandwidth
};

/// How a task uses what it shares with those that run beside it.
struct ResourceUse {
  double bus_factor = 1;  ///< bytes that the memory's controller sees for each byte of Cost::traffic
  double occupancy = 1;   ///< part of the device that it fills alone, where slots share it (Kind::shares_device)
  double weight = 1;      ///< its weight among those that share the device
  friend bool operator==(const ResourceUse&, const ResourceUse&) = default;
};

/// A part of a task that one accelerator computes without a break: of operators that its kind has, or of those that it
/// hands over to its fallback, as a guest there.
struct Segment {
  KindId kind = {};                   ///< the task's own, or its fallback
  IdSpan<PointId, const Cost> costs;  ///< at each point of that kind, with the transitions that it does
};

/// A frequency and voltage, or a named power mode, of a kind.
struct OperatingPoint {
  std::string_view name;
  double frequency = 0;  ///< Hz; 0 when the platform does not say
  Watts idle_power = 0, active_power = 0;
};

/// What accelerators of one type share.
struct Kind {
  std::string_view name;
  std::string_view type;                         ///< "gpu", "dla", "systolic_array", ...
  IdSpan<PointId, const OperatingPoint> points;  ///< at least one
  CostColumnId first_column = {};                ///< of SystemView::costs; the other points follow in order
  Seconds dispatch_time = 0;                     ///< before every task
  Seconds switch_time = 0;                       ///< before a task of another model than the last one
  Joules switch_energy = 0;                      ///< of such a switch
  bool energy_is_total = false;                  ///< Cost::energy is all that it draws while the task runs
  std::uint32_t max_batch = 1;                   ///< so many equal tasks can be started as one (Start::also)
  bool shares_device = false;                    ///< its slots share the device by occupancy and weight

  [[nodiscard]] CostColumnId column(PointId point) const {
    return id_of<CostColumnId>(index_of(first_column) + index_of(point));
  }
};

/// A tensor between two tasks of one model.
struct Edge {
  TaskId task = {};      ///< the other end
  TensorId tensor = {};  ///< equal for all edges that carry the same data
  Bytes bytes = 0;
};

/// One task of a model: a layer, a fused group or the whole network, by the stream's granularity.
struct ModelTask {
  std::string_view name;
  std::string_view op;            ///< operator of the layer ("conv2d"); empty for groups
  std::span<const Edge> inputs;   ///< by producer
  std::span<const Edge> outputs;  ///< by consumer
  /// What it reads of the request's own input, where the stream says where that lies (Stream::source): a tensor that no
  /// task produces; its `task` is none.
  Edge source = {TaskId::none, TensorId::none, 0};
  Bytes sink_bytes = 0;                 ///< of the request's result: goes to Stream::sink, if the stream has one
  CostRowId first_row = {};             ///< of SystemView::costs; the alternatives follow in order
  std::uint32_t variants = 1;           ///< 1 + number of alternatives
  std::uint32_t first_alternative = 0;  ///< bit of variant 1 in Request::alternatives; v has + (v - 1)
  Seconds best_time = kNever;  ///< least over the platform's accelerators, at the point each starts at, as the original
  Seconds mean_time = kNever;  ///< mean over the accelerators that support it, likewise

  [[nodiscard]] IdRange<VariantId> variant_ids() const { return IdRange<VariantId>(variants); }
  [[nodiscard]] CostRowId row(VariantId variant) const {
    return id_of<CostRowId>(index_of(first_row) + index_of(variant));
  }
};

/// How much accuracy a set of variants loses. A model with a table allows only the sets it lists.
struct AccuracyEntry {
  std::uint64_t alternatives = 0;  ///< bits as in Request::alternatives
  double loss = 0;                 ///< 0..1 of the original accuracy
};

/// What going over from one kind to another takes, as measured after a task of a model.
struct MeasuredTransition {
  TaskId after = {};
  KindId from = {}, to = {};
  Seconds time = 0;
  Joules energy = 0;
};

/// A network at the granularity of one or more streams.
struct Model {
  std::string_view name;
  IdSpan<TaskId, const ModelTask> tasks;            ///< in a topological order
  std::span<const AccuracyEntry> accuracy;          ///< by `alternatives`; empty: losses of variants add up
  std::span<const double> losses;                   ///< of each alternative alone, by bit
  std::span<const MeasuredTransition> transitions;  ///< where they were measured: instead of TransitionRule
  Seconds best_time = 0, mean_time = 0;             ///< sums over its tasks
  bool recompute = false, offload = false;  ///< may outputs be given up (GiveUp): computed again, moved elsewhere
};

/// Weights that lie in a memory as one: those of a task, or of one of its variants that has weights of its own. Streams
/// of one model share them.
struct Weights {
  ModelId model = {};
  TaskId task = {};
  VariantId variant = VariantId::original;  ///< the first that has them
  Bytes bytes = 0;
};

/// What a task takes in its memory, beside copies of its inputs; each inference of a batch, but for weights.
struct Room {
  WeightsId weights = WeightsId::none;
  Bytes outputs = 0;    ///< from its start until the last who reads them has finished
  Bytes workspace = 0;  ///< while it runs
};

/// A source of requests.
struct Stream {
  std::string_view name;
  ModelId model = {};
  int priority = 0;         ///< larger is more important
  Seconds period = kNever;  ///< of a periodic stream
  Seconds relative_deadline = kNever;
  MemoryId source = MemoryId::none;  ///< where inputs lie when a request arrives; none: in every memory
  MemoryId sink = MemoryId::none;    ///< where results have to be before a request has finished; none: anywhere
};

/// The way between two memories, uncontended.
struct Route {
  Seconds latency = 0;
  double seconds_per_byte = 0;  ///< of its slowest link or memory
};

/// What going over from one kind to another between two layers takes (another layout or format of the tensor).
struct TransitionRule {
  Seconds time = 0;
  double seconds_per_byte = 0;
  Joules energy = 0;
  double energy_per_byte = 0;  ///< J/B
  bool by_producer = false;    ///< done by an accelerator of the kind that it leaves; else by the one that it enters
};

/// A transition of one tensor.
struct Transition {
  KindId by = KindId::none;  ///< kind of the accelerator that does it; none: there is nothing to do
  Seconds time = 0;
  Joules energy = 0;  ///< on top of the active power
};

/// A request that is still to come.
struct FutureRequest {
  std::uint64_t index = 0;  ///< Request::index that it will have
  StreamId stream = {};
  ModelId model = {};
  Seconds arrival = 0;
  Seconds deadline = kNever;  ///< absolute
  int priority = 0;
};

/// What starting a task beside those that compute at this instant is expected to do to times.
struct Slowdown {
  double own = 1;     ///< its time over its time alone
  double others = 1;  ///< of theirs, the worst, over what it is without it
};

/// What one of those who compute from a memory at once wants of it.
struct MemoryDemand {
  KindId kind = {};
  double wanted = 0;  ///< B/s alone; 0: it neither suffers nor causes anything
};

// ---- As it is now ------------------------------------------------------------------------------------

/// Names a task of a live request.
struct TaskRef {
  RequestRef request = RequestRef::none;
  TaskId task = TaskId::none;
  friend bool operator==(const TaskRef&, const TaskRef&) = default;
};

enum class Progress : std::uint8_t { waiting, ready, running, finished };

/// What has become of one task.
struct TaskState {
  Seconds ready = kNever;      ///< when its last predecessor finished
  Seconds start = kNever;      ///< when it got the accelerator
  Seconds compute = kNever;    ///< when inputs and overheads were done and computing began
  Seconds finish = kNever;     ///< actual; while it runs: predicted
  Seconds predicted = kNever;  ///< finish - start as predicted when it started
  AcceleratorId accelerator = AcceleratorId::none;
  std::uint32_t missing = 0;  ///< predecessors that have not finished
  VariantId variant = VariantId::original;
  std::uint16_t attempts = 0;  ///< starts so far; more than one after a failure
  Progress progress = Progress::waiting;
};

/// A copy of a tensor in a memory other than the one it was produced in, or of a part of the request's input in one
/// other than Stream::source.
struct Replica {
  TensorId tensor = {};
  MemoryId memory = {};
  bool arrived = false;  ///< false: still under way
  bool moved = false;    ///< it no longer lies where it was produced, and others get it from here
};

/// How full a memory is.
struct MemoryState {
  std::string_view name;
  Bytes capacity = kNever;  ///< kNever: no limit
  Bytes page = 1;           ///< weights take whole pages of this size
  Bytes used = 0;           ///< by weights, tensors, what runs, and what the platform reserves; at most capacity

  [[nodiscard]] Bytes free() const { return capacity - used; }
  /// What weights of a size take.
  [[nodiscard]] Bytes in_pages(Bytes bytes) const { return std::ceil(bytes / page) * page; }
};

enum class Presence : std::uint8_t {
  absent,
  reserved,  ///< a task that was started will load them when its overheads are over
  coming,
  there,
};

/// Weights in a memory.
struct Residence {
  Presence presence = Presence::absent;
  bool kept = false;           ///< always there: in SystemView::home, or as there is none
  std::uint32_t users = 0;     ///< tasks that run with them, or wait for them or for inputs
  std::uint32_t uses = 0;      ///< tasks started with them since their room was taken
  Seconds since = kNever;      ///< when they came; of those coming: when that began
  Seconds last_use = -kNever;  ///< when a task with them was last started
};

/// One inference.
struct Request {
  std::uint64_t id = 0;     ///< counts all requests of the run in order of release
  std::uint64_t index = 0;  ///< counts those of its stream
  StreamId stream = {};
  ModelId model = {};
  Seconds arrival = 0;
  Seconds deadline = kNever;  ///< absolute
  int priority = 0;
  std::uint32_t unfinished = 0;           ///< tasks not finished; 0: only its result is still on its way
  Seconds remaining_best = 0;             ///< sum of best_time over unfinished tasks
  Seconds remaining_mean = 0;             ///< sum of mean_time over unfinished tasks
  IdSpan<TaskId, const TaskState> tasks;  ///< of Model::tasks
  std::span<const Replica> replicas;
  std::uint64_t alternatives = 0;  ///< variants applied so far, one bit each
  double accuracy_loss = 0;        ///< of `alternatives`
  bool live = false;               ///< false: this place is free, or the request ended at this very instant
};

/// One accelerator.
struct Accelerator {
  std::string_view name;
  KindId kind = {};
  MemoryId memory = {};     ///< where its tasks' outputs lie
  PointId point = {};       ///< operating point
  std::uint32_t slots = 1;  ///< tasks it runs at once
  std::uint32_t free_slots = 1;
  Seconds free_at = 0;                 ///< predicted: when a slot is free; `now` or before if one is
  double bandwidth = kNever;           ///< B/s that a task alone gets from its memory
  ModelId last_model = ModelId::none;  ///< model whose task was started last; another one costs a switch
  bool available = true;               ///< false while turned off
  std::uint32_t guests = 0;            ///< slots taken by segments of other accelerators' tasks; no policy starts those
  AcceleratorId helper = AcceleratorId::none;  ///< predicted to compute what it hands over; none: it hands nothing over
};

/// Why the policy was called. All events of one instant come in one call, in this order of types, then by id
/// of request and task, or by accelerator. Flows that share a memory may end a rounding error apart: then
/// there are two calls at (nearly) the same `now`.
struct Event {
  enum class Type : std::uint8_t {
    run_started,
    task_finished,        ///< `task`; its TaskState holds predicted and actual times
    task_failed,          ///< `task`: its accelerator was turned off; it is ready again
    request_finished,     ///< `task.request`: its result is at the stream's sink; readable during this call
    request_dropped,      ///< by the stream's rule, or by the policy at an earlier instant
    request_arrived,      ///< `task.request`
    task_ready,           ///< `task`: it can be started from now on
    accelerator_changed,  ///< `accelerator`: turned on or off
    guest_left,           ///< `accelerator`: a segment of another accelerator's task is over there
    tensor_arrived,       ///< a transfer made for `task`, or of its result, is over
    weights_arrived,      ///< a load is over: SystemView::residences
    memory_stalled,       ///< nothing runs or moves, and what is ready does not fit: something has to be given up
    woken,                ///< by an earlier wake_at
  };
  Type type = Type::run_started;
  TaskRef task = {};
  AcceleratorId accelerator = AcceleratorId::none;
};

/// How those who run at once slow each other down, as the platform describes it.
class CoRunModel {
 public:
  virtual ~CoRunModel() = default;
  /// See SystemView::slowdown().
  [[nodiscard]] virtual Slowdown slowdown(TaskRef task, AcceleratorId accelerator, VariantId variant) const = 0;
  /// Does the memory slow tasks down otherwise than by sharing its bandwidth max-min fairly?
  [[nodiscard]] virtual bool has_model(MemoryId memory) const = 0;
  /// B/s that each of those gets who compute from a memory at once, if nothing else uses it; of both as many.
  virtual void rates(MemoryId memory, std::span<const MemoryDemand> running, std::span<double> rates) const = 0;
};

/// What a policy sees. Spans are valid during the call only; every sequence has a documented order.
struct SystemView {
  Seconds now = 0;
  std::span<const Event> events;
  // Fixed for the run:
  IdSpan<KindId, const Kind> kinds;
  IdSpan<ModelId, const Model> models;
  IdSpan<StreamId, const Stream> streams;
  std::span<const Cost> costs;  ///< row-major: rows of tasks and variants, columns of kinds and points; the
                                ///< same again for batches of 2, 3, ... up to the largest Kind::max_batch
  std::uint32_t columns = 0;    ///< of costs
  std::uint32_t rows = 0;       ///< of costs of one batch size
  std::span<const std::span<const Segment>> programs;  ///< rows of costs x kinds; see segments(); empty: all are
  std::span<const Route> routes;                       ///< memories x memories, from-major; see route()
  std::span<const TransitionRule> transitions;         ///< kinds x kinds, from-major; see transition(); empty: none
  std::uint32_t memories = 1;                          ///< number of
  IdSpan<MemoryId, const double> memory_bandwidths;    ///< B/s; kNever: unlimited
  std::span<const ResourceUse> uses;                   ///< of costs; empty: all are as by default. See use()
  Watts base_power = 0;                                ///< of what is on whatever happens
  // Empty where no memory has a capacity and weights have no home; ask for them with weights_of(), needed(), ...:
  IdSpan<WeightsId, const Weights> weights;   ///< by model, task and variant
  IdSpan<CostRowId, const Room> room_by_row;  ///< what tasks take
  MemoryId home = MemoryId::none;             ///< memory that weights are loaded from
  /// Requests of streams with arrivals of their own (not those that other streams trigger), by (arrival,
  /// stream): those from now on, for a policy that has called Params::clairvoyant(); empty for others.
  std::span<const FutureRequest> future;
  // As they are now:
  IdSpan<AcceleratorId, const Accelerator> accelerators;
  IdSpan<MemoryId, const MemoryState> memory_states;  ///< empty where there is nothing to be limited
  std::span<const Residence> residences;              ///< memories x weights, memory-major; see residence()
  IdSpan<RequestRef, const Request> requests;         ///< only those with `live` count
  std::span<const RequestRef> live;                   ///< by id of request
  std::span<const TaskRef> ready;                     ///< startable tasks, by (request id, task)
  const CoRunModel* co_run = nullptr;                 ///< null: nobody slows anybody down, as far as is known

  [[nodiscard]] const Request& request(TaskRef t) const { return requests[t.request]; }
  [[nodiscard]] const Model& model(TaskRef t) const { return models[requests[t.request].model]; }
  [[nodiscard]] const ModelTask& model_task(TaskRef t) const { return model(t).tasks[t.task]; }
  [[nodiscard]] const TaskState& state(TaskRef t) const { return requests[t.request].tasks[t.task]; }

  /// The kind of an accelerator.
  [[nodiscard]] const Kind& kind(AcceleratorId accelerator) const { return kinds[accelerators[accelerator].kind]; }

  /// Cost of a task of a model on a kind at an operating point, as a variant; of `batch` of them at once, at
  /// most Kind::max_batch.
  [[nodiscard]] const Cost& cost(const ModelTask& t, KindId kind, PointId point,
                                 VariantId variant = VariantId::original, std::uint32_t batch = 1) const {
    const std::size_t row = std::size_t{batch - 1} * rows + index_of(t.row(variant));
    return costs[row * columns + index_of(kinds[kind].column(point))];
  }
  /// Cost of a task on an accelerator at the point it is at now.
  [[nodiscard]] const Cost& cost_on(TaskRef t, AcceleratorId accelerator,
                                    VariantId variant = VariantId::original) const {
    const Accelerator& a = accelerators[accelerator];
    return cost(model_task(t), a.kind, a.point, variant);
  }
  /// Time a task of a model computes on an accelerator, at the point it is at now, with its memory to itself:
  /// its cost's time, or what its traffic takes if that is longer.
  [[nodiscard]] Seconds alone_time(const ModelTask& t, AcceleratorId accelerator,
                                   VariantId variant = VariantId::original) const {
    return alone_time_at(t, accelerator, accelerators[accelerator].point, variant);
  }
  /// The same at another point, and for `batch` of them at once.
  [[nodiscard]] Seconds alone_time_at(const ModelTask& t, AcceleratorId accelerator, PointId point,
                                      VariantId variant = VariantId::original, std::uint32_t batch = 1) const {
    const Accelerator& a = accelerators[accelerator];
    const Cost& c = cost(t, a.kind, point, variant, batch);
    if (!programs.empty() && c.time < kNever)
      if (const std::span<const Segment> parts = segments(t, a.kind, variant, batch); !parts.empty()) {
        Seconds sum = 0;
        for (const Segment& part : parts) sum += segment_time(part, accelerator, point);
        return sum;
      }
    return time_of(c, a);
  }
  /// The segments of a task on accelerators of a kind, in order; empty: it is computed in one piece.
  [[nodiscard]] std::span<const Segment> segments(const ModelTask& t, KindId kind,
                                                  VariantId variant = VariantId::original,
                                                  std::uint32_t batch = 1) const {
    if (programs.empty()) return {};
    const std::size_t row = std::size_t{batch - 1} * rows + index_of(t.row(variant));
    return programs[row * kinds.size() + index_of(kind)];
  }
  /// Time that a segment of a task on an accelerator takes alone, at a point of that accelerator and, if it is handed
  /// over, at the present point of the helper, whose dispatch is in.
  [[nodiscard]] Seconds segment_time(const Segment& segment, AcceleratorId accelerator, PointId point) const {
    const Accelerator& a = accelerators[accelerator];
    if (segment.kind == a.kind) return time_of(segment.costs[point], a);
    const Accelerator& helper = accelerators[a.helper];
    return kinds[helper.kind].dispatch_time + time_of(segment.costs[helper.point], helper);
  }
  /// Energy that the accelerator draws from the start of computing a task to its end, at a point: its own,
  /// and the active power of one slot where that comes on top. Idle power of other slots and of memories is
  /// not in.
  [[nodiscard]] Joules alone_energy_at(const ModelTask& t, AcceleratorId accelerator, PointId point,
                                       VariantId variant = VariantId::original, std::uint32_t batch = 1) const {
    const Accelerator& a = accelerators[accelerator];
    const Kind& k = kind(accelerator);
    if (const std::span<const Segment> parts = segments(t, a.kind, variant, batch); !parts.empty()) {
      Joules sum = 0;
      for (const Segment& part : parts) sum += segment_energy(part, accelerator, point);
      return sum;
    }
    const Joules own = cost(t, a.kind, point, variant, batch).energy;
    if (k.energy_is_total) return own;
    const Watts active = k.points[point].active_power;
    const Watts drawn = k.shares_device ? active * use(t, a.kind, point, variant, batch).occupancy : active / a.slots;
    return own + drawn * alone_time_at(t, accelerator, point, variant, batch);
  }
  /// How it uses what it shares, as its cost.
  [[nodiscard]] ResourceUse use(const ModelTask& t, KindId kind, PointId point, VariantId variant = VariantId::original,
                                std::uint32_t batch = 1) const {
    if (uses.empty()) return {};
    const std::size_t row = std::size_t{batch - 1} * rows + index_of(t.row(variant));
    return uses[row * columns + index_of(kinds[kind].column(point))];
  }
  /// B/s that it wants of its memory while it computes: its traffic by its cost's time, as the memory's controller sees
  /// it. What computing waits for its bytes may want more than there is; else the bus factor makes it at most what the
  /// accelerator can have. 0: it has no traffic, or the memory is not limited.
  [[nodiscard]] double demand_at(const ModelTask& t, AcceleratorId accelerator, PointId point,
                                 VariantId variant = VariantId::original, std::uint32_t batch = 1) const {
    const Accelerator& a = accelerators[accelerator];
    const Cost& c = cost(t, a.kind, point, variant, batch);
    const double most = memory_bandwidths[a.memory];
    if (!(c.traffic > 0) || !(most < kNever)) return 0;
    if (!(c.time > 0)) return a.bandwidth;
    const double wanted = c.traffic / c.time;
    if (wanted >= a.bandwidth) return a.bandwidth < most ? a.bandwidth : wanted;
    const double load = wanted * use(t, a.kind, point, variant, batch).bus_factor;
    return load < a.bandwidth ? load : a.bandwidth;
  }
  /// What starting the task on the accelerator now is expected to do beside those that compute at this instant, as long
  /// as they do: by what it shares with them, its device and its memory, in the models that the platform has for both.
  /// Links are not looked at, nor tasks that still wait. O(tasks that run).
  [[nodiscard]] Slowdown slowdown(TaskRef t, AcceleratorId accelerator, VariantId variant = VariantId::original) const {
    return co_run == nullptr ? Slowdown{} : co_run->slowdown(t, accelerator, variant);
  }
  /// The same of a segment: what is handed over draws the helper's energy and the idle power of the accelerator that
  /// waits for it.
  [[nodiscard]] Joules segment_energy(const Segment& segment, AcceleratorId accelerator, PointId point) const {
    const Accelerator& a = accelerators[accelerator];
    const Seconds time = segment_time(segment, accelerator, point);
    const Accelerator& by = segment.kind == a.kind ? a : accelerators[a.helper];
    const Kind& k = kinds[by.kind];
    const PointId at = segment.kind == a.kind ? point : by.point;
    const Seconds active = k.energy_is_total ? time - time_of(segment.costs[at], by) : time;  // dispatch is
    const Joules waiting = segment.kind == a.kind ? 0 : kinds[a.kind].points[point].idle_power / a.slots * time;
    return segment.costs[at].energy + k.points[at].active_power / by.slots * active + waiting;
  }
  /// The weights that a task needs as a variant; none where it has none, or memories are without limit.
  [[nodiscard]] WeightsId weights_of(const ModelTask& t, VariantId variant = VariantId::original) const {
    return room_by_row.empty() ? WeightsId::none : room_by_row[t.row(variant)].weights;
  }
  /// How weights stand in a memory.
  [[nodiscard]] const Residence& residence(WeightsId w, MemoryId memory) const {
    return residences[index_of(memory) * weights.size() + index_of(w)];
  }
  /// Room that starting the task on the accelerator now (as one batch with others of the same model and task) would
  /// take in its memory: weights, copies of inputs, outputs and workspace, as far as they have none there yet. Bytes.
  [[nodiscard]] Bytes needed(TaskRef t, std::span<const TaskRef> also, AcceleratorId accelerator,
                             VariantId variant = VariantId::original) const {
    if (memory_states.empty()) return 0;
    const MemoryId memory = accelerators[accelerator].memory;
    const Room& room = room_by_row[model_task(t).row(variant)];
    Bytes sum = 0;
    if (room.weights != WeightsId::none && residence(room.weights, memory).presence == Presence::absent)
      sum += memory_states[memory].in_pages(weights[room.weights].bytes);
    sum += (room.outputs + room.workspace) * static_cast<double>(1 + also.size()) + needed_for_inputs(t, memory);
    for (const TaskRef other : also) sum += needed_for_inputs(other, memory);
    return sum;
  }
  [[nodiscard]] Bytes needed(TaskRef t, AcceleratorId accelerator, VariantId variant = VariantId::original) const {
    return needed(t, {}, accelerator, variant);
  }
  /// Room that copies of those inputs of a task would take in a memory that exist and have none there yet. Bytes.
  [[nodiscard]] Bytes needed_for_inputs(TaskRef t, MemoryId memory) const {
    if (memory_states.empty()) return 0;
    Bytes sum = 0;
    for (const Edge& e : model_task(t).inputs)
      if (e.bytes > 0 && state({t.request, e.task}).progress == Progress::finished &&
          !has_room({t.request, e.task}, e.tensor, memory))
        sum += std::ceil(e.bytes);
    return source_of(t, memory) == MemoryId::none ? sum : sum + std::ceil(model_task(t).source.bytes);
  }
  /// Has an output of a task, which has finished, its room in a memory? It is there, comes, or is wanted by a task that
  /// was started there.
  [[nodiscard]] bool has_room(TaskRef producer, TensorId tensor, MemoryId memory) const {
    const Request& r = request(producer);
    if (place_of(r, tensor, r.tasks[producer.task].accelerator) == memory || holds(r, tensor, memory)) return true;
    for (const Edge& e : model_task(producer).outputs) {
      const TaskState& reader = r.tasks[e.task];
      if (e.tensor == tensor && reader.progress == Progress::running &&
          accelerators[reader.accelerator].memory == memory)
        return true;
    }
    return false;
  }
  /// Is there room for the task to be started on the accelerator now? Always, where memories have no capacity.
  [[nodiscard]] bool fits(TaskRef t, AcceleratorId accelerator, VariantId variant = VariantId::original) const {
    return memory_states.empty() ||
           needed(t, accelerator, variant) <= memory_states[accelerators[accelerator].memory].free();
  }
  /// Memory that an output of a task, which ran on that accelerator, is fetched from.
  [[nodiscard]] MemoryId place_of(const Request& r, TensorId tensor, AcceleratorId at) const {
    if (!memory_states.empty())
      for (const Replica& copy : r.replicas)
        if (copy.moved && copy.tensor == tensor) return copy.memory;
    return accelerators[at].memory;
  }
  /// Can this accelerator start this task now?
  [[nodiscard]] bool can_start(TaskRef t, AcceleratorId accelerator, VariantId variant = VariantId::original) const {
    const Accelerator& a = accelerators[accelerator];
    return state(t).progress == Progress::ready && index_of(variant) < model_task(t).variants && a.available &&
           a.free_slots > 0 && cost_on(t, accelerator, variant).time < kNever && fits(t, accelerator, variant);
  }
  /// The way from one memory to another.
  [[nodiscard]] const Route& route(MemoryId from, MemoryId to) const {
    return routes[index_of(from) * memories + index_of(to)];
  }
  /// Uncontended time to bring `bytes` from one memory to another.
  [[nodiscard]] Seconds route_time(MemoryId from, MemoryId to, Bytes bytes) const {
    if (from == to || bytes <= 0) return 0;
    const Route& r = route(from, to);
    return r.latency + bytes * r.seconds_per_byte;
  }
  /// Where the part of the request's own input that a task reads lies, as long as no copy has been asked for in a
  /// memory; none: it reads none of it, or it lies there, or is on its way.
  [[nodiscard]] MemoryId source_of(TaskRef t, MemoryId to) const {
    const Request& r = request(t);
    const MemoryId source = streams[r.stream].source;
    if (source == MemoryId::none || source == to) return MemoryId::none;
    const Edge& input = model_task(t).source;
    return input.bytes > 0 && !holds(r, input.tensor, to) ? source : MemoryId::none;
  }
  /// Uncontended time from the end of a task on an accelerator until its part of the result is where the stream wants
  /// it (Stream::sink).
  [[nodiscard]] Seconds result_time(TaskRef t, AcceleratorId accelerator) const {
    const MemoryId sink = streams[request(t).stream].sink;
    if (sink == MemoryId::none) return 0;
    return route_time(accelerators[accelerator].memory, sink, model_task(t).sink_bytes);
  }
  /// Uncontended time until weights are in a memory, if they are loaded from now on or come already; 0: they are there.
  [[nodiscard]] Seconds load_time(WeightsId w, MemoryId memory) const {
    if (w == WeightsId::none) return 0;
    const Residence& lie = residence(w, memory);
    if (lie.presence == Presence::there) return 0;
    const Seconds whole = route_time(home, memory, weights[w].bytes);
    const Seconds left = lie.presence == Presence::coming ? lie.since + whole - now : whole;
    return left > 0 ? left : 0;
  }
  /// Uncontended time to bring a task's inputs, and its weights as a variant, to an accelerator's memory, all of them
  /// at once: the longest of its transfers. What already lies there costs nothing.
  [[nodiscard]] Seconds transfer_time(TaskRef t, AcceleratorId accelerator,
                                      VariantId variant = VariantId::original) const {
    if (memories == 1) return 0;
    const Request& r = request(t);
    const MemoryId to = accelerators[accelerator].memory;
    Seconds longest = load_time(weights_of(model_task(t), variant), to);
    for (const Edge& e : model_task(t).inputs) {
      const AcceleratorId at = r.tasks[e.task].accelerator;
      if (at == AcceleratorId::none || holds(r, e.tensor, to)) continue;
      const Seconds time = route_time(place_of(r, e.tensor, at), to, e.bytes);
      if (time > longest) longest = time;
    }
    if (const MemoryId source = source_of(t, to); source != MemoryId::none) {
      const Seconds time = route_time(source, to, model_task(t).source.bytes);
      if (time > longest) longest = time;
    }
    return longest;
  }
  /// Do all inputs of a ready task lie in the accelerator's memory, none still to be moved or under way?
  [[nodiscard]] bool inputs_at(TaskRef t, AcceleratorId accelerator) const {
    const Request& r = request(t);
    const MemoryId to = accelerators[accelerator].memory;
    for (const Edge& e : model_task(t).inputs) {
      const AcceleratorId at = r.tasks[e.task].accelerator;
      if (e.bytes <= 0 || at == AcceleratorId::none || place_of(r, e.tensor, at) == to) continue;
      bool there = false;
      for (const Replica& copy : r.replicas) there |= copy.tensor == e.tensor && copy.memory == to && copy.arrived;
      if (!there) return false;
    }
    const MemoryId source = streams[r.stream].source;
    const Edge& own = model_task(t).source;
    if (source == MemoryId::none || source == to || own.bytes <= 0) return true;
    for (const Replica& copy : r.replicas)
      if (copy.tensor == own.tensor && copy.memory == to) return copy.arrived;
    return false;
  }
  /// The kind that a task takes its inputs in on accelerators of a kind: that of its first segment.
  [[nodiscard]] KindId entry_kind(const ModelTask& t, KindId kind, VariantId variant = VariantId::original) const {
    const std::span<const Segment> parts = segments(t, kind, variant);
    return parts.empty() ? kind : parts.front().kind;
  }
  /// The kind that it puts its outputs out in: that of its last segment.
  [[nodiscard]] KindId exit_kind(const ModelTask& t, KindId kind, VariantId variant = VariantId::original) const {
    const std::span<const Segment> parts = segments(t, kind, variant);
    return parts.empty() ? kind : parts.back().kind;
  }
  /// Going over from one kind to another of a tensor between two tasks of a model; `input` is that of the later one.
  [[nodiscard]] Transition transition(const Model& m, const Edge& input, KindId from, KindId to) const {
    if (transitions.empty() || from == to) return {};
    const TransitionRule& rule = transitions[index_of(from) * kinds.size() + index_of(to)];
    Transition made{rule.by_producer ? from : to, rule.time + input.bytes * rule.seconds_per_byte,
                    rule.energy + input.bytes * rule.energy_per_byte};
    for (const MeasuredTransition& measured : m.transitions)
      if (measured.after == input.task && measured.from == from && measured.to == to) {
        made.time = measured.time;
        made.energy = measured.energy;
      }
    return made.time > 0 || made.energy > 0 ? made : Transition{};
  }
  /// Going over of an input of a task, whose producer has been started, to the kind that takes it in.
  [[nodiscard]] Transition transition(const Request& r, const Edge& input, KindId to) const {
    const TaskState& producer = r.tasks[input.task];
    if (transitions.empty() || producer.accelerator == AcceleratorId::none) return {};
    const Model& m = models[r.model];
    return transition(m, input,
                      exit_kind(m.tasks[input.task], accelerators[producer.accelerator].kind, producer.variant), to);
  }
  /// Predicted time of a transition before a task that takes its inputs in in a kind; if an accelerator of another kind
  /// does it, as a guest, with its dispatch.
  [[nodiscard]] Seconds time_of(const Transition& made, KindId to) const {
    return made.by == KindId::none || made.by == to ? made.time : made.time + kinds[made.by].dispatch_time;
  }
  /// Predicted time of the transitions of a task's inputs before it computes on an accelerator, one after the other.
  [[nodiscard]] Seconds transition_time(TaskRef t, AcceleratorId accelerator,
                                        VariantId variant = VariantId::original) const {
    if (transitions.empty()) return 0;
    Seconds sum = 0;
    const KindId to = entry_kind(model_task(t), accelerators[accelerator].kind, variant);
    for (const Edge& input : model_task(t).inputs) sum += time_of(transition(request(t), input, to), to);
    return sum;
  }
  /// Predicted overheads before computing: dispatch, and the switch from another model.
  [[nodiscard]] Seconds overhead(TaskRef t, AcceleratorId accelerator) const {
    const Accelerator& a = accelerators[accelerator];
    const Kind& k = kinds[a.kind];
    const bool other = a.last_model != ModelId::none && a.last_model != requests[t.request].model;
    return k.dispatch_time + (other ? k.switch_time : 0);
  }
  /// Predicted time from starting the task on the accelerator now to its end.
  [[nodiscard]] Seconds run_time(TaskRef t, AcceleratorId accelerator, VariantId variant = VariantId::original) const {
    const Seconds before = overhead(t, accelerator) + transfer_time(t, accelerator, variant);
    return before + transition_time(t, accelerator, variant) + alone_time(model_task(t), accelerator, variant);
  }
  /// The same for a batch: the longest of its transfers, the time of all together.
  [[nodiscard]] Seconds run_time(TaskRef t, std::span<const TaskRef> also, AcceleratorId accelerator,
                                 VariantId variant = VariantId::original) const {
    if (also.empty()) return run_time(t, accelerator, variant);
    Seconds moving = transfer_time(t, accelerator, variant);
    for (const TaskRef other : also) {
      const Seconds time = transfer_time(other, accelerator, variant);
      if (moving < time) moving = time;
    }
    Seconds changing = transition_time(t, accelerator, variant);
    for (const TaskRef other : also) changing += transition_time(other, accelerator, variant);
    return overhead(t, accelerator) + moving + changing +
           alone_time_at(model_task(t), accelerator, accelerators[accelerator].point, variant,
                         static_cast<std::uint32_t>(1 + also.size()));
  }
  /// Variants the request would have applied if the task ran as this one. What an earlier attempt of the task
  /// ran as, before it failed, does not count.
  [[nodiscard]] std::uint64_t alternatives(TaskRef t, VariantId variant) const {
    const ModelTask& task = model_task(t);
    std::uint64_t applied = request(t).alternatives;
    for (const VariantId v : task.variant_ids()) {
      if (v == VariantId::original) continue;
      const std::uint64_t bit = std::uint64_t{1} << (task.first_alternative + index_of(v) - 1);
      applied = v == variant ? applied | bit : applied & ~bit;
    }
    return applied;
  }
  /// Accuracy the request would lose if the task ran as this variant; kNever if the model does not list
  /// that combination of variants.
  [[nodiscard]] double accuracy_loss(TaskRef t, VariantId variant) const {
    const Request& r = request(t);
    const std::uint64_t wanted = alternatives(t, variant);
    if (wanted == r.alternatives) return r.accuracy_loss;
    if (wanted == 0) return 0;
    const Model& m = models[r.model];
    if (m.accuracy.empty()) {
      double sum = 0;
      for (std::size_t bit = 0; bit < m.losses.size(); ++bit)
        if ((wanted >> bit & 1) != 0) sum += m.losses[bit];
      return sum;
    }
    for (const AccuracyEntry& entry : m.accuracy)
      if (entry.alternatives == wanted) return entry.loss;
    return kNever;
  }

 private:
  static Seconds time_of(const Cost& c, const Accelerator& a) {
    const Seconds moving = c.traffic / a.bandwidth;
    return c.time < moving ? moving : c.time;
  }
  static bool holds(const Request& r, TensorId tensor, MemoryId memory) {
    for (const Replica& copy : r.replicas)
      if (copy.tensor == tensor && copy.memory == memory) return true;
    return false;
  }
};

}  // namespace hetsched
