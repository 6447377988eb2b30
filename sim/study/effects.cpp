#include "study/effects.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace hetsched {
namespace {

constexpr std::size_t kNamesTold = 8;

/// Which links bytes may cross: of each tensor, from wherever its producer can run to wherever its consumer can.
class Crossings {
 public:
  explicit Crossings(const Tables& tables) : table_(tables.route_table()), crossed_(tables.links().size()) {
    tables.fill(view_);
    for (const Stream& stream : view_.streams) add(stream);
  }

  [[nodiscard]] bool crossed(LinkId link) const { return crossed_[link]; }
  /// Does any tensor have bytes: between tasks, of inputs that lie somewhere, of results that go somewhere?
  [[nodiscard]] bool any_bytes() const { return any_bytes_; }

 private:
  using Memories = std::vector<MemoryId>;  ///< ascending

  /// Those of the accelerators that can run a task.
  Memories memories_of(const ModelTask& task) const {
    std::set<MemoryId> found;
    for (const AcceleratorId a : view_.accelerators.ids()) {
      const Accelerator& it = view_.accelerators[a];
      if (found.contains(it.memory)) continue;
      for (const PointId point : view_.kind(a).points.ids())
        for (const VariantId variant : task.variant_ids())
          if (view_.cost(task, it.kind, point, variant).time < kNever) found.insert(it.memory);
    }
    return {found.begin(), found.end()};
  }

  void add(const Stream& stream) {
    const Model& model = view_.models[stream.model];
    IdVector<TaskId, Memories> at;
    for (const ModelTask& task : model.tasks) at.push_back(memories_of(task));
    for (const TaskId t : model.tasks.ids()) {
      const ModelTask& task = model.tasks[t];
      for (const Edge& edge : task.inputs)
        if (edge.bytes > 0) cross(at[edge.task], at[t]);
      if (stream.source != MemoryId::none && task.source.bytes > 0) cross({stream.source}, at[t]);
      if (stream.sink != MemoryId::none && task.sink_bytes > 0) cross(at[t], {stream.sink});
      for (const VariantId variant : task.variant_ids())
        if (view_.home != MemoryId::none && view_.weights_of(task, variant) != WeightsId::none)
          cross({view_.home}, at[t]);
    }
  }

  void cross(const Memories& from, const Memories& to) {
    any_bytes_ = true;
    if (!known_.emplace(from, to).second) return;
    for (const MemoryId a : from)
      for (const MemoryId b : to)
        if (a != b)
          for (const LinkId link : table_.links(a, b)) crossed_[link] = true;
  }

  const RouteTable& table_;
  SystemView view_;
  IdVector<LinkId, bool> crossed_;
  std::set<std::pair<Memories, Memories>> known_;
  bool any_bytes_ = false;
};

/// Why nothing moves between memories, though there are links.
std::string why_nothing_moves(const Instance& instance) {
  Strings nowhere, without_size;
  for (std::size_t s = 0; s < instance.workload.streams.size(); ++s) {
    const StreamSpec& stream = instance.workload.streams[s];
    if (instance.platform.host.empty() && stream.source.empty() && stream.sink.empty())
      nowhere.push_back(stream.name);
    else if (const std::string& model = instance.networks[s]->name;
             std::find(without_size.begin(), without_size.end(), model) == without_size.end())
      without_size.push_back(model);
  }
  std::string why = "no task reads what another one has written";
  if (!nowhere.empty())
    why +=
        ", and inputs of requests are taken as present in every memory, results as wanted where they are (platform " +
        in_quotes(instance.platform.name) + " names no host, and no source or sink is given for stream " +
        listed(nowhere, kNamesTold) + ")";
  if (!without_size.empty())
    why +=
        ", and nothing is known of the size of inputs and results (input_bytes of the first layers, output_bytes of "
        "the last) of model " +
        listed(without_size, kNamesTold);
  return why;
}

void add_links(const Instance& instance, const Tables& tables, Strings& notes) {
  if (tables.links().empty()) return;
  const Crossings crossings(tables);
  Strings idle;
  for (const LinkId link : tables.links().ids())
    if (!crossings.crossed(link)) idle.emplace_back(tables.links()[link].name);
  if (idle.empty()) return;
  const std::string what = (idle.size() == 1 ? "link " : "links ") + listed(idle, kNamesTold) + ": nothing crosses " +
                           (idle.size() == 1 ? "it" : "them") + ": ";
  notes.push_back(what + (crossings.any_bytes()
                              ? "no route leads over " + std::string(idle.size() == 1 ? "it" : "them") +
                                    " from where something lies to where a task that reads it, or its sink, can be"
                              : why_nothing_moves(instance)));
}

/// Fields of kinds that accelerators have.
void add_kinds(const PlatformSpec& platform, Strings& notes) {
  for (const KindSpec& kind : platform.kinds) {
    const bool used = std::any_of(platform.accelerators.begin(), platform.accelerators.end(),
                                  [&](const AcceleratorSpec& each) { return each.kind == kind.name; });
    const std::string field = !kind.batch_curve.empty()    ? "batch_curve"
                              : kind.batch_fixed_share > 0 ? "batch_fixed_share"
                                                           : "";
    if (!used || field.empty()) continue;
    const bool profiled = kind.costs.empty() ||
                          std::any_of(kind.costs.begin(), kind.costs.end(),
                                      [](const CostSpec& cost) { return std::holds_alternative<ProfileCosts>(cost); });
    if (kind.max_batch == 1)
      notes.push_back(field + " of kind " + kind.name + ": its max_batch is 1, so nothing is computed in batches");
    else if (!profiled)
      notes.push_back(field + " of kind " + kind.name +
                      ": its costs are none of profiles, and cost models compute batches themselves");
  }
}

/// What a platform lacks of what a policy or decorator needs; empty: nothing.
std::string lacking(Needs needs, const PlatformSpec& platform) {
  const auto none_has = [&](const auto& has) {
    return std::none_of(platform.accelerators.begin(), platform.accelerators.end(), [&](const AcceleratorSpec& each) {
      return has(platform.kinds[index_of_kind(platform, each.kind)]);
    });
  };
  switch (needs) {
    case Needs::nothing: return "";
    case Needs::batches:
      return none_has([](const KindSpec& kind) { return kind.max_batch > 1; })
                 ? "no kind of platform " + in_quotes(platform.name) + " has a max_batch above 1"
                 : "";
    case Needs::points:
      return none_has([](const KindSpec& kind) { return kind.operating_points.size() > 1; })
                 ? "no kind of platform " + in_quotes(platform.name) + " has several operating points"
                 : "";
    case Needs::room:
      return is_limited(platform)
                 ? ""
                 : "no memory of platform " + in_quotes(platform.name) + " has a capacity, and weights have no home";
  }
  throw InternalError("unknown need");
}

}  // namespace

Strings without_effect(const Instance& instance, const Tables& tables) {
  Strings notes;
  add_links(instance, tables, notes);
  add_kinds(instance.platform, notes);
  for (const std::string& refused : tables.room().refused) notes.push_back(refused);
  return notes;
}

Strings assumptions(const PlatformSpec& platform) {
  Strings told;
  for (const KindSpec& kind : platform.kinds) {
    const bool used = std::any_of(platform.accelerators.begin(), platform.accelerators.end(),
                                  [&](const AcceleratorSpec& each) { return each.kind == kind.name; });
    if (used && kind.sharing_assumed)
      told.push_back(
          "the " + std::to_string(kind.slots) + " slots of kind " + kind.name +
          " share one device, with equal weights; its field sharing says otherwise (independent), or that they do");
  }
  return told;
}

Strings without_effect(const PolicyChoice& policy, const PlatformSpec& platform, const Catalog& catalog) {
  Strings notes;
  const auto add = [&](const std::string& what, Needs needs) {
    if (const std::string missing = lacking(needs, platform); !missing.empty()) notes.push_back(what + ": " + missing);
  };
  if (const PolicyEntry* entry = catalog.find(policy.name))
    add("what policy " + policy.name + " does with operating points", entry->facts.needs);
  for (const DecoratorChoice& each : policy.decorators)
    if (const DecoratorEntry* entry = catalog.find_decorator(each.name))
      add("decorator " + each.name, entry->facts.needs);
  return notes;
}

}  // namespace hetsched
