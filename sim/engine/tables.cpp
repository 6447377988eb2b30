#include "engine/tables.hpp"

#include <algorithm>
#include <utility>

#include "engine/arrivals.hpp"
#include "model/places.hpp"
#include "model/transitions.hpp"

namespace hetsched {
namespace {

PointId point_named(const Kind& kind, const std::string& name) {
  for (const PointId p : kind.points.ids())
    if (kind.points[p].name == name) return p;
  HETSCHED_ASSERT(false, "names of operating points are checked when a platform is read");
  return {};
}

/// Over the accelerators at the points they start at, or at any of their points.
void set_times(ModelTask& task, const SystemView& view, bool any) {
  double sum = 0, count = 0;
  for (const AcceleratorId a : view.accelerators.ids())
    for (const PointId point : view.kind(a).points.ids()) {
      if (!any && point != view.accelerators[a].point) continue;
      const double time = view.alone_time_at(task, a, point);
      if (time == kNever) continue;
      task.best_time = std::min(task.best_time, time);
      sum += time;
      ++count;
    }
  if (count > 0) task.mean_time = sum / count;
}

}  // namespace

Tables Tables::build(const Instance& instance, Problems& problems) {
  const std::size_t before = problems.size();
  Tables tables;
  const std::vector<const Network*> networks = tables.add_graphs(instance, problems);
  if (problems.size() > before) return tables;
  std::vector<CostedModel> costed;
  for (const ModelId m : tables.graphs_.ids()) costed.push_back({networks[index_of(m)], &tables.graphs_[m]});
  tables.costs_ = build_cost_matrix(instance.platform, costed, problems);
  if (problems.size() > before) return tables;
  tables.add_platform(instance.platform);
  IdVector<ModelId, std::vector<MemoryId>> sources(costed.size());
  for (std::size_t s = 0; s < instance.workload.streams.size(); ++s) {
    const MemoryId source = source_of(tables.platform_, instance.workload.streams[s]);
    if (source != MemoryId::none) sources[tables.model_of_stream_[id_of<StreamId>(s)]].push_back(source);
  }
  tables.room_ = room_tables(tables.platform_, costed, sources, tables.costs_, problems);
  if (problems.size() > before) return tables;
  tables.add_routes();
  for (const Network* network : networks) tables.model_names_.push_back(network->name);
  tables.add_transitions(networks);
  tables.add_models();
  tables.add_streams(instance.workload);
  return tables;
}

Tables Tables::of_stream(const Tables& all, StreamId stream, const StreamSpec& spec) {
  const ModelId model = all.model_of_stream_[stream];
  Tables tables;
  tables.graphs_.push_back(all.graphs_[model]);
  tables.model_of_stream_.push_back(id_of<ModelId>(0));
  tables.costs_ = all.costs_;
  tables.costs_.cells.clear();
  tables.costs_.uses.clear();
  const IdVector<TaskId, ModelTask>& tasks = all.tasks_[model];
  std::size_t rows = 0;
  for (const ModelTask& task : tasks) rows += task.variants;
  const std::size_t first = index_of(tasks[id_of<TaskId>(0)].first_row), columns = all.costs_.columns;
  for (std::uint32_t batch = 0; batch < all.costs_.batches; ++batch) {
    const auto from = static_cast<std::ptrdiff_t>((batch * all.variant_names_.size() + first) * columns);
    const auto cells = all.costs_.cells.begin() + from;
    tables.costs_.cells.insert(tables.costs_.cells.end(), cells, cells + static_cast<std::ptrdiff_t>(rows * columns));
    if (all.costs_.uses.empty()) continue;
    const auto uses = all.costs_.uses.begin() + from;
    tables.costs_.uses.insert(tables.costs_.uses.end(), uses, uses + static_cast<std::ptrdiff_t>(rows * columns));
  }
  tables.costs_.programs.clear();
  for (const auto& [place, program] : all.costs_.programs) {
    const std::size_t batch = place.first / all.variant_names_.size(), row = place.first % all.variant_names_.size();
    if (row >= first && row < first + rows)
      tables.costs_.programs.emplace(std::pair{batch * rows + row - first, place.second}, program);
  }
  tables.add_platform(all.platform_);
  tables.room_ = room_of_model(all.room_, tables.platform_, model, id_of<CostRowId>(first), rows, tables.costs_);
  tables.add_routes();
  tables.model_names_.push_back(all.model_names_[index_of(model)]);
  tables.transitions_ = all.transitions_;
  tables.measured_transitions_.push_back(all.measured_transitions_[model]);
  tables.add_models();
  WorkloadSpec workload;
  workload.streams.push_back(spec);
  tables.add_streams(workload);
  return tables;
}

std::vector<const Network*> Tables::add_graphs(const Instance& instance, Problems& problems) {
  std::vector<std::pair<const Network*, Granularity>> models;
  for (std::size_t s = 0; s < instance.workload.streams.size(); ++s) {
    const std::pair model{instance.networks[s].get(), instance.workload.streams[s].granularity};
    const auto known = std::find(models.begin(), models.end(), model);
    model_of_stream_.push_back(id_of<ModelId>(static_cast<std::size_t>(known - models.begin())));
    if (known == models.end()) models.push_back(model);
  }
  std::vector<const Network*> networks;
  for (const auto& [network, granularity] : models) {
    networks.push_back(network);
    graphs_.push_back(compile_task_graph(*network, granularity, problems));
  }
  return networks;
}

void Tables::add_platform(const PlatformSpec& platform) {
  platform_ = platform;
  Strings kind_names;
  for (const KindSpec& spec : platform_.kinds) kind_names.push_back(spec.name);
  for (const MemorySpec& memory : platform_.memories) {
    memory_bandwidths_.push_back(memory.bandwidth.value_or(kNever));
    contentions_.push_back({memory.contention, kind_names, memory_bandwidths_.all().back()});
    rates_change_ = rates_change_ || !contentions_.all().back().is_max_min();
    memories_.push_back({memory.name, memory.energy_per_byte});
  }
  for (const LinkSpec& link : platform_.links)
    links_.push_back({link.name, link.bandwidth, link.energy_per_byte, link.sharing == Sharing::shared});
  for (const KindSpec& spec : platform_.kinds) {
    const CostColumnId first_column = costs_.first_column[id_of<KindId>(kinds_.size())];
    IdVector<PointId, OperatingPoint>& points = points_.emplace_back();
    for (const OperatingPointSpec& point : spec.operating_points)
      points.push_back({point.name, point.frequency, point.idle_power, point.active_power});
    kinds_.push_back({spec.name, spec.type, points, first_column, spec.dispatch_time, spec.switch_time,
                      spec.switch_energy, spec.task_energy == TaskEnergy::total, spec.max_batch,
                      spec.sharing == SlotSharing::weighted});
    port_bandwidths_.push_back(spec.port_bandwidth.value_or(kNever));
  }
  for (const AcceleratorSpec& spec : platform_.accelerators) {
    const auto kind = id_of<KindId>(index_of_kind(platform_, spec.kind));
    const auto memory = id_of<MemoryId>(index_of_memory(platform_, spec.memory));
    const std::uint32_t slots = platform_.kinds[index_of(kind)].slots;
    rates_change_ = rates_change_ || kinds_[kind].shares_device;
    accelerators_.push_back({.name = spec.name,
                             .kind = kind,
                             .memory = memory,
                             .point = point_named(kinds_[kind], spec.operating_point),
                             .slots = slots,
                             .free_slots = slots,
                             .bandwidth = std::min(port_bandwidths_[kind], memory_bandwidths_[memory])});
  }
  add_helpers();
}

void Tables::add_helpers() {
  const auto all = accelerators_.ids();
  for (const AcceleratorId a : all) {
    const AcceleratorSpec& spec = platform_.accelerators[index_of(a)];
    const auto named = std::find_if(all.begin(), all.end(), [&](AcceleratorId other) {
      return !spec.fallback.empty() && accelerators_[other].name == spec.fallback;
    });
    named_helpers_.push_back(named == all.end() ? AcceleratorId::none : *named);
  }
  for (const AcceleratorId a : all) {
    const std::string& fallback = platform_.kinds[index_of(accelerators_[a].kind)].fallback;
    if (fallback.empty()) continue;
    const auto kind = id_of<KindId>(index_of_kind(platform_, fallback));
    const auto first = std::find_if(all.begin(), all.end(), [&](AcceleratorId other) {
      return accelerators_[other].kind == kind && accelerators_[other].memory == accelerators_[a].memory;
    });
    const AcceleratorId named = named_helpers_[a];
    accelerators_[a].helper = named != AcceleratorId::none || first == all.end() ? named : *first;
  }
}

void Tables::add_transitions(const std::vector<const Network*>& networks) {
  const std::size_t count = kinds_.size();
  bool any = false;
  for (const KindId from : kinds_.ids())
    for (const KindId to : kinds_.ids()) {
      const auto stated = stated_transition(platform_, from, to);
      transitions_.push_back(stated.value_or(TransitionRule{}));
      any = any || stated;
    }
  for (const ModelId m : graphs_.ids()) {
    std::vector<MeasuredTransition>& measured = measured_transitions_.emplace_back();
    const Network& network = *networks[index_of(m)];
    for (const TaskId t : graphs_[m].tasks.ids()) {
      const GraphTask& task = graphs_[m].tasks[t];
      for (std::size_t pair = 0; pair < count * count && !network.transitions.empty(); ++pair) {
        const auto from = id_of<KindId>(pair / count), to = id_of<KindId>(pair % count);
        if (from == to) continue;
        const KindSpec &left = platform_.kinds[index_of(from)], &entered = platform_.kinds[index_of(to)];
        const TransitionRow* row = measured_transition(network, task.name, left, entered);
        if (row == nullptr) row = measured_transition(network, network.layers[task.layers.back()].name, left, entered);
        if (row != nullptr) measured.push_back({t, from, to, row->time, row->energy});
      }
    }
    any = any || !measured.empty();
  }
  if (!any) transitions_.clear();
}

void Tables::add_programs() {
  if (costs_.programs.empty()) return;
  programs_.resize(variant_names_.size() * costs_.batches * kinds_.size());
  segments_.reserve(costs_.programs.size());  // views of them are taken while they are added
  for (const auto& [place, program] : costs_.programs) {
    std::vector<Segment>& segments = segments_.emplace_back();
    for (const SegmentCosts& segment : program) segments.push_back({segment.kind, segment.costs});
    programs_[place.first * kinds_.size() + index_of(place.second)] = segments;
  }
}

void Tables::add_routes() {
  const std::size_t count = memories_.size();
  routes_.assign(count * count, {.latency = kNever});
  for (std::size_t m = 0; m < count; ++m) routes_[m * count + m].latency = 0;
  const RouteTable& given = platform_.route_table;
  if (given.memories() == 0) return;
  for (const MemoryId from : memories_.ids())
    for (const MemoryId to : memories_.ids()) {
      if (!given.has(from, to)) continue;
      Route& route = routes_[index_of(from) * count + index_of(to)];
      route = {};
      const auto slower = [&route](double bandwidth) {
        route.seconds_per_byte = std::max(route.seconds_per_byte, 1 / bandwidth);
      };
      for (const LinkId link : given.links(from, to)) {
        route.latency += platform_.links[index_of(link)].latency;
        slower(links_[link].bandwidth);
      }
      slower(memory_bandwidths_[from]);
      slower(memory_bandwidths_[to]);
    }
}

void Tables::add_models() {
  for (const ModelId m : graphs_.ids()) {
    const TaskGraph& graph = graphs_[m];
    IdVector<TaskId, ModelTask>& tasks = tasks_.emplace_back();
    for (const GraphTask& source : graph.tasks) {
      ModelTask& task = tasks.emplace_back();
      task.name = source.name;
      task.op = source.op;
      task.inputs = source.inputs;
      task.outputs = source.outputs;
      task.source = source.source;
      task.sink_bytes = source.sink_bytes;
      task.first_row = variant_names_.push_back("");
      task.variants = 1 + static_cast<std::uint32_t>(source.variants.size());
      task.first_alternative = source.first_alternative;
      for (const std::string& variant : source.variants) variant_names_.push_back(variant);
    }
  }
  add_programs();
  SystemView view;
  fill(view);
  for (const ModelId m : graphs_.ids()) {
    Model model{.name = model_names_[index_of(m)],
                .tasks = {},
                .accuracy = graphs_[m].combinations,
                .losses = graphs_[m].losses,
                .transitions = measured_transitions_[m]};
    model.recompute = graphs_[m].recompute;
    model.offload = graphs_[m].offload;
    for (ModelTask& task : tasks_[m]) {
      set_times(task, view, false);
      if (task.best_time == kNever) set_times(task, view, true);
      model.best_time += task.best_time;
      model.mean_time += task.mean_time;
    }
    model.tasks = tasks_[m];
    models_.push_back(model);
  }
}

void Tables::add_streams(const WorkloadSpec& workload) {
  stream_names_.reserve(workload.streams.size());  // views of them are taken while they are added
  for (const StreamSpec& spec : workload.streams) {
    stream_names_.push_back(spec.name);
    Stream stream{.name = stream_names_.back(),
                  .model = model_of_stream_[id_of<StreamId>(streams_.size())],
                  .priority = static_cast<int>(spec.priority)};
    if (const Periodic* periodic = facts_of(spec.arrival).periodic)
      stream.period = Cadence(*periodic, workload.load).period();
    if (spec.deadline.value)
      stream.relative_deadline = *spec.deadline.value;
    else if (spec.deadline.word == "period")
      stream.relative_deadline = stream.period;
    stream.source = source_of(platform_, spec);
    stream.sink = sink_of(platform_, spec);
    streams_.push_back(stream);
  }
}

void Tables::fill(SystemView& view) const {
  view.kinds = kinds_;
  view.models = models_;
  view.streams = streams_;
  view.costs = costs_.cells;
  view.uses = costs_.uses;
  view.columns = costs_.columns;
  view.rows = static_cast<std::uint32_t>(variant_names_.size());
  view.programs = programs_;
  view.routes = routes_;
  view.transitions = transitions_;
  view.memories = static_cast<std::uint32_t>(memories_.size());
  view.memory_bandwidths = memory_bandwidths_;
  view.base_power = platform_.base_power;
  room_.fill(view);
  view.accelerators = accelerators_;
}

}  // namespace hetsched
