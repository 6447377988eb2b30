#include "model/places.hpp"

#include <set>

#include "base/text.hpp"
#include "model/names.hpp"

namespace hetsched {
namespace {

MemoryId place_of(const PlatformSpec& platform, const std::string& own) {
  const std::string& name = own.empty() ? platform.host : own;
  return name.empty() ? MemoryId::none : id_of<MemoryId>(index_of_memory(platform, name));
}

/// Those that accelerators use and have no way between them and a place; `leads_there`: to it.
Strings without_way(const PlatformSpec& platform, MemoryId place, bool leads_there) {
  std::set<MemoryId> used;
  for (const AcceleratorSpec& each : platform.accelerators)
    used.insert(id_of<MemoryId>(index_of_memory(platform, each.memory)));
  Strings found;
  for (const MemoryId memory : used) {
    const auto [from, to] = leads_there ? std::pair(memory, place) : std::pair(place, memory);
    if (memory != place && !platform.route_table.has(from, to))
      found.push_back(platform.memories[index_of(from)].name + " -> " + platform.memories[index_of(to)].name);
  }
  return found;
}

}  // namespace

MemoryId source_of(const PlatformSpec& platform, const StreamSpec& stream) { return place_of(platform, stream.source); }

MemoryId sink_of(const PlatformSpec& platform, const StreamSpec& stream) { return place_of(platform, stream.sink); }

void check_places(const PlatformSpec& platform, const WorkloadSpec& streams, const Node& workload, Problems& problems) {
  NameTable memories("memory", "the platform");
  Problems ignored;
  for (const MemorySpec& memory : platform.memories) memories.add(memory.name, workload, ignored);
  const auto check = [&](const std::string& name, const Node& node, bool leads_there) {
    if (name.empty()) return;
    const std::size_t before = problems.size();
    const auto place = memories.resolve(name, node, problems);
    if (!place || problems.size() != before) return;
    const Strings missing = without_way(platform, id_of<MemoryId>(*place), leads_there);
    if (!missing.empty())
      problems.add(node.problem("there is no route " + listed(missing, 8) +
                                " on the platform; accelerators use these memories, so give it routes to them, or "
                                "links that say what they join"));
  };
  for (std::size_t s = 0; s < streams.streams.size(); ++s) {
    const Node node = workload.child("streams").child(s);
    check(streams.streams[s].source, node.child("source"), false);
    check(streams.streams[s].sink, node.child("sink"), true);
  }
}

}  // namespace hetsched
