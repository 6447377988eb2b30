#include "engine/room.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "model/task_room.hpp"

namespace hetsched {
namespace {

/// A memory that accelerators of a kind compute from.
struct Place {
  MemoryId memory = {};
  Bytes room = kNever;  ///< what is not reserved
  Bytes page = 1;
};

/// What one task takes if nothing of it is there yet.
struct Need {
  TaskRoom room;
  Bytes source = 0;               ///< of the request's own input
  std::vector<MemoryId> sources;  ///< where that may lie

  [[nodiscard]] Bytes in(const Place& place, double batch) const {
    return std::ceil(room.weights / place.page) * place.page + batch * beside_weights(place.memory);
  }
  [[nodiscard]] Bytes beside_weights(MemoryId memory) const { return inputs(memory) + room.outputs + room.workspace; }
  /// Copies of them that lie elsewhere.
  [[nodiscard]] Bytes inputs(MemoryId memory) const {
    const bool apart = std::any_of(sources.begin(), sources.end(), [&](MemoryId m) { return m != memory; });
    return room.inputs + (apart ? source : 0);
  }
};

std::string bytes(Bytes n) { return format_number(n) + " B"; }

std::string text_of(const Need& need, const Place& place) {
  return "it needs " + bytes(need.in(place, 1)) + " (weights " + bytes(need.room.weights) + ", inputs " +
         bytes(need.inputs(place.memory)) + ", outputs " + bytes(need.room.outputs) + ", workspace " +
         bytes(need.room.workspace) + ")";
}

/// By kind: the memories of its accelerators. Kinds that have none are not in use.
IdVector<KindId, std::vector<Place>> places_of(const PlatformSpec& platform) {
  IdVector<KindId, std::vector<Place>> places(platform.kinds.size());
  for (const AcceleratorSpec& accelerator : platform.accelerators) {
    const auto kind = id_of<KindId>(index_of_kind(platform, accelerator.kind));
    const auto memory = id_of<MemoryId>(index_of_memory(platform, accelerator.memory));
    const auto same = [&](const Place& place) { return place.memory == memory; };
    if (std::any_of(places[kind].begin(), places[kind].end(), same)) continue;
    const MemorySpec& spec = platform.memories[index_of(memory)];
    Place place{memory, platform.kinds[index_of(kind)].memory_capacity.value_or(kNever),
                std::ceil(spec.page.value_or(1))};
    if (spec.capacity) place.room = std::floor(*spec.capacity) - std::ceil(spec.reserve.value_or(0));
    places[kind].push_back(place);
  }
  return places;
}

}  // namespace

bool is_limited(const PlatformSpec& platform) {
  return !platform.home.empty() || std::any_of(platform.memories.begin(), platform.memories.end(),
                                               [](const MemorySpec& memory) { return memory.capacity.has_value(); });
}

namespace {

class Builder {
 public:
  Builder(const PlatformSpec& platform, const IdVector<ModelId, std::vector<MemoryId>>& sources, CostMatrix& costs,
          Problems& problems)
      : platform_(platform), sources_(sources), costs_(costs), problems_(problems), places_(places_of(platform)) {}

  RoomTables build(std::span<const CostedModel> models);

 private:
  void add_model(ModelId model, const CostedModel& source);
  /// Forbids what does not fit. Returns what is to be told if no kind is left that runs the task.
  std::string forbid(const Need& need, CostRowId row, const std::string& name);
  void forbid(CostRowId row, KindId kind, std::uint32_t batch);
  /// Forbids batches for which weights that never leave leave no room; a single task is a problem.
  void settle_kept();
  [[nodiscard]] bool runs(CostRowId row, KindId kind, std::uint32_t batch) const;
  [[nodiscard]] std::span<Cost> cells(CostRowId row, KindId kind, std::uint32_t batch) const {
    const std::size_t rows = costs_.cells.size() / costs_.columns / costs_.batches;
    return std::span(costs_.cells)
        .subspan(((batch - 1) * rows + index_of(row)) * costs_.columns + index_of(costs_.first_column[kind]),
                 platform_.kinds[index_of(kind)].operating_points.size());
  }

  const PlatformSpec& platform_;
  const IdVector<ModelId, std::vector<MemoryId>>& sources_;
  CostMatrix& costs_;
  Problems& problems_;
  IdVector<KindId, std::vector<Place>> places_;
  IdVector<CostRowId, Need> needs_;
  IdVector<CostRowId, std::string> names_;  ///< of tasks, in words
  RoomTables tables_;
};

bool Builder::runs(CostRowId row, KindId kind, std::uint32_t batch) const {
  const std::span<const Cost> all = cells(row, kind, batch);
  return std::any_of(all.begin(), all.end(), [](const Cost& cost) { return cost.time < kNever; });
}

void Builder::forbid(CostRowId row, KindId kind, std::uint32_t batch) {
  for (Cost& cost : cells(row, kind, batch)) cost = Cost{};
}

std::string Builder::forbid(const Need& need, CostRowId row, const std::string& name) {
  Strings too_small;
  bool left = false;
  for (const KindId kind : places_.ids()) {
    if (places_[kind].empty() || !runs(row, kind, 1)) continue;
    const auto fits = [&](const Place& place, std::uint32_t batch) { return need.in(place, batch) <= place.room; };
    const auto smallest = std::min_element(places_[kind].begin(), places_[kind].end(),
                                           [](const Place& a, const Place& b) { return a.room < b.room; });
    const auto largest = std::max_element(places_[kind].begin(), places_[kind].end(),
                                          [](const Place& a, const Place& b) { return a.room < b.room; });
    const std::string& kind_name = platform_.kinds[index_of(kind)].name;
    if (!fits(*largest, 1)) {
      too_small.push_back("kind " + in_quotes(kind_name) + " has room for " + bytes(largest->room) + " in memory " +
                          in_quotes(platform_.memories[index_of(largest->memory)].name));
    } else if (!fits(*smallest, 1)) {
      problems_.add("", "",
                    name + " fits into the memories of some accelerators of kind " + in_quotes(kind_name) +
                        ", but not into memory " + in_quotes(platform_.memories[index_of(smallest->memory)].name) +
                        ", which has room for " + bytes(smallest->room) + ": " + text_of(need, *smallest) +
                        "; give the accelerators with less memory a kind of their own");
      left = true;
    } else {
      left = true;
    }
    for (std::uint32_t batch = 1; batch <= costs_.batches; ++batch)
      if (!fits(*smallest, batch)) forbid(row, kind, batch);
  }
  if (too_small.empty()) return "";
  if (left) {
    tables_.refused.push_back(name + " on kinds without room for it: " + text_of(need, Place{}) + ", but " +
                              listed(too_small, 4));
    return "";
  }
  return name + " does not fit into the memory of any accelerator that could run it: " + text_of(need, Place{}) +
         ", but " + listed(too_small, 4);
}

void Builder::add_model(ModelId model, const CostedModel& source) {
  constexpr std::size_t kMostTold = 4;
  const TaskRooms rooms(*source.network);
  Strings told;
  for (const TaskId t : source.graph->tasks.ids()) {
    const GraphTask& task = source.graph->tasks[t];
    WeightsId original = WeightsId::none;
    for (const VariantId v : IdRange<VariantId>(1 + task.variants.size())) {
      const TaskRoom room = rooms.of(task, v);
      WeightsId weights = original;
      if (room.own_weights && room.weights > 0) weights = tables_.weights.push_back({model, t, v, room.weights});
      if (room.own_weights && room.weights <= 0) weights = WeightsId::none;
      if (v == VariantId::original) original = weights;
      const CostRowId row = tables_.rooms.push_back({weights, room.outputs, room.workspace});
      const std::string name = "task " + in_quotes(task.name) +
                               (v == VariantId::original ? "" : " as " + in_quotes(task.variants[index_of(v) - 1])) +
                               " of model " + in_quotes(source.network->name);
      needs_.push_back({room, std::ceil(task.source.bytes), sources_[model]});
      names_.push_back(name);
      std::string refused = forbid(needs_.back(), row, name);
      if (v == VariantId::original && !refused.empty()) told.push_back(std::move(refused));
    }
  }
  for (std::size_t i = 0; i < std::min(told.size(), kMostTold); ++i)
    problems_.add("", "",
                  told[i] + (i + 1 == kMostTold && told.size() > kMostTold
                                 ? "; so it is with " + std::to_string(told.size() - kMostTold) + " more of its tasks"
                                 : ""));
}

/// Which weights could be needed in each memory, as some accelerator there runs a task with them. Memories x weights.
std::vector<bool> wanted(const RoomTables& tables, const PlatformSpec& platform, const CostMatrix& costs) {
  std::vector<bool> all(platform.memories.size() * tables.weights.size(), false);
  const IdVector<KindId, std::vector<Place>> places = places_of(platform);
  for (const CostRowId row : tables.rooms.ids()) {
    const WeightsId weights = tables.rooms[row].weights;
    if (weights == WeightsId::none) continue;
    for (const KindId kind : places.ids())
      for (std::size_t p = 0; p < platform.kinds[index_of(kind)].operating_points.size(); ++p) {
        if (!(costs.at(row, kind, id_of<PointId>(p)).time < kNever)) continue;
        for (const Place& place : places[kind])
          all[index_of(place.memory) * tables.weights.size() + index_of(weights)] = true;
      }
  }
  return all;
}

/// Memories as the run starts, with the weights that are always there.
void furnish(RoomTables& tables, const PlatformSpec& platform, const CostMatrix& costs) {
  const std::string& home = platform.home.empty() ? platform.host : platform.home;
  tables.home = home.empty() ? MemoryId::none : id_of<MemoryId>(index_of_memory(platform, home));
  for (const MemorySpec& spec : platform.memories)  // whole bytes add up without rounding
    tables.memories.push_back({spec.name, std::floor(spec.capacity.value_or(kNever)), std::ceil(spec.page.value_or(1)),
                               std::ceil(spec.reserve.value_or(0))});
  tables.residences.assign(tables.memories.size() * tables.weights.size(), {});
  const std::vector<bool> all = wanted(tables, platform, costs);
  for (const MemoryId m : tables.memories.ids())
    for (const WeightsId w : tables.weights.ids()) {
      const std::size_t place = index_of(m) * tables.weights.size() + index_of(w);
      const bool kept = tables.home == MemoryId::none ? static_cast<bool>(all[place]) : m == tables.home;
      if (!kept) continue;
      tables.residences[place] = {.presence = Presence::there, .kept = true, .since = 0};
      tables.memories[m].used += tables.memories[m].in_pages(tables.weights[w].bytes);
    }
}

/// What is always there must fit.
void check_kept(const RoomTables& tables, const PlatformSpec& platform, std::span<const CostedModel> models,
                Problems& problems) {
  for (const MemoryId m : tables.memories.ids()) {
    const MemoryState& memory = tables.memories[m];
    IdVector<ModelId, Bytes> of_model(models.size(), 0);
    for (const WeightsId w : tables.weights.ids())
      if (tables.residences[index_of(m) * tables.weights.size() + index_of(w)].kept)
        of_model[tables.weights[w].model] += memory.in_pages(tables.weights[w].bytes);
    if (memory.used <= memory.capacity) continue;
    Strings parts;
    for (const ModelId model : of_model.ids())
      if (of_model[model] > 0)
        parts.push_back(in_quotes(models[index_of(model)].network->name) + " " + bytes(of_model[model]));
    const Bytes reserve = platform.memories[index_of(m)].reserve.value_or(0);
    problems.add("", "",
                 "the weights of models " + listed(parts, 8) + " do not fit into memory " +
                     in_quotes(platform.memories[index_of(m)].name) +
                     " together, where they lie all the time: it has " + "room for " +
                     bytes(memory.capacity - reserve) +
                     (tables.home == MemoryId::none ? "; name a home in the platform, from which they can be loaded"
                                                    : "; give it more capacity, or another home"));
  }
}

}  // namespace

RoomTables Builder::build(std::span<const CostedModel> models) {
  const bool any_kind = std::any_of(platform_.kinds.begin(), platform_.kinds.end(),
                                    [](const KindSpec& kind) { return kind.memory_capacity.has_value(); });
  const bool limited = is_limited(platform_);
  const std::size_t before = problems_.size();
  if (!limited && !any_kind) return {};
  for (std::size_t m = 0; m < models.size(); ++m) add_model(id_of<ModelId>(m), models[m]);
  if (!limited) {
    RoomTables without_room;
    without_room.refused = std::move(tables_.refused);
    return without_room;
  }
  furnish(tables_, platform_, costs_);
  check_kept(tables_, platform_, models, problems_);
  if (problems_.size() == before) settle_kept();
  return std::move(tables_);
}

void Builder::settle_kept() {
  for (const CostRowId row : tables_.rooms.ids())
    for (const KindId kind : places_.ids())
      for (const Place& place : places_[kind]) {
        const WeightsId w = tables_.rooms[row].weights;
        const MemoryState& memory = tables_.memories[place.memory];
        const bool kept = w == WeightsId::none ||
                          tables_.residences[index_of(place.memory) * tables_.weights.size() + index_of(w)].kept;
        const Bytes weights = kept ? 0 : memory.in_pages(tables_.weights[w].bytes);
        for (std::uint32_t batch = 1; batch <= costs_.batches; ++batch) {
          const Bytes needed = weights + batch * needs_[row].beside_weights(place.memory);
          if (!runs(row, kind, batch) || needed <= memory.free()) continue;
          forbid(row, kind, batch);
          if (batch > 1) continue;
          problems_.add(
              "", "",
              names_[row] + " does not fit into memory " + in_quotes(memory.name) + ": it needs " + bytes(needed) +
                  " beside the weights that lie there all the time, which leave " + bytes(memory.free()) +
                  (tables_.home == MemoryId::none ? "; name a home in the platform, from which weights can be loaded"
                                                  : "; give it more capacity"));
        }
      }
}

RoomTables room_tables(const PlatformSpec& platform, std::span<const CostedModel> models,
                       const IdVector<ModelId, std::vector<MemoryId>>& sources, CostMatrix& costs, Problems& problems) {
  return Builder(platform, sources, costs, problems).build(models);
}

RoomTables room_of_model(const RoomTables& all, const PlatformSpec& platform, ModelId model, CostRowId first,
                         std::size_t rows, const CostMatrix& costs) {
  RoomTables tables;
  if (all.memories.empty()) return tables;
  std::size_t before = 0;  // weights of other models
  for (const WeightsId w : all.weights.ids()) {
    if (all.weights[w].model != model) {
      if (tables.weights.empty()) ++before;
      continue;
    }
    tables.weights.push_back(all.weights[w]);
    tables.weights.back().model = {};
  }
  for (std::size_t r = 0; r < rows; ++r) {
    Room room = all.rooms[id_of<CostRowId>(index_of(first) + r)];
    if (room.weights != WeightsId::none) room.weights = id_of<WeightsId>(index_of(room.weights) - before);
    tables.rooms.push_back(room);
  }
  furnish(tables, platform, costs);
  return tables;
}

}  // namespace hetsched
