#include "model/platform.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/files.hpp"
#include "base/text.hpp"
#include "model/kind_files.hpp"
#include "model/names.hpp"
#include "model/route_search.hpp"
#include "model/transitions.hpp"

namespace hetsched {
namespace {

template <class T>
std::uint32_t index_of(const std::vector<T>& things, const std::string& name) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].name == name) return static_cast<std::uint32_t>(i);
  throw InternalError("no \"" + name + "\" in a platform that has been checked");
}

void check_batches(const KindSpec& kind, const Node& node, Problems& problems) {
  const Node curve = node.child("batch_curve");
  for (std::size_t i = 1; i < kind.batch_curve.size(); ++i)
    if (kind.batch_curve[i].size <= kind.batch_curve[i - 1].size)
      problems.add(curve.child(i).child("size").problem("must be larger than the one before, " +
                                                        std::to_string(kind.batch_curve[i - 1].size)));
  if (!kind.batch_curve.empty() && kind.batch_fixed_share > 0)
    problems.add(node.child("batch_fixed_share")
                     .problem("is given beside batch_curve, which says what batches take; remove one of them"));
}

/// Fills in what the file leaves out of a kind, and checks it alone.
void complete_kind(KindSpec& kind, const Node& node, Problems& problems) {
  if (kind.profile.empty()) kind.profile = kind.name;
  const Node points = node.child("operating_points");
  if (kind.operating_points.empty() && !node.has("operating_points"))
    kind.operating_points.push_back({.name = "default", .frequency = 1e9});
  else if (kind.operating_points.empty() && points.value().is_array())
    problems.add(points.problem("must have at least one point, or be left out"));
  check_batches(kind, node, problems);
  for (std::size_t i = 0; i < kind.costs.size(); ++i)
    std::visit([&](const auto& cost) { check_costs(cost, node.child("costs").child(i), problems); }, kind.costs[i]);
  const bool modelled = std::any_of(kind.costs.begin(), kind.costs.end(),
                                    [](const CostSpec& cost) { return !std::holds_alternative<ProfileCosts>(cost); });
  if (modelled && kind.task_energy == TaskEnergy::total)
    problems.add(
        node.child("task_energy")
            .problem("is \"total\", but the energy of the kind's cost models comes on top of the active power; "
                     "remove it, or take costs from profiles alone"));
  if (!kind.sharing && kind.slots > 1 && std::any_of(kind.costs.begin(), kind.costs.end(), [](const CostSpec& cost) {
        return std::holds_alternative<RooflineSpec>(cost);
      }))
    kind.sharing = SlotSharing::weighted, kind.sharing_assumed = true;
  if (!kind.fallback.empty() && kind.fallback == kind.name)
    problems.add(node.child("fallback").problem("is the kind itself; name another"));
}

void check_capacity(const MemorySpec& memory, const Node& node, Problems& problems) {
  for (const char* part : {"reserve", "page"})
    if (!memory.capacity && node.has(part))
      problems.add(node.child(part).problem("is part of a capacity, but the memory has none; give its capacity"));
  if (memory.capacity && memory.reserve.value_or(0) >= *memory.capacity)
    problems.add(node.child("reserve").problem("must be less than the memory's capacity, " +
                                               format_number(*memory.capacity) + " B; found " +
                                               format_number(*memory.reserve) + " B"));
}

/// Checks what the kinds say of each other: fallbacks, transitions. `nodes`: where each stands.
void check_relations(const std::vector<KindSpec>& kinds, const NameTable& names, const std::vector<Node>& nodes,
                     Problems& problems) {
  const std::size_t before = problems.size();
  std::map<std::pair<std::string, std::string>, Node> stated;  // by both kinds
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    const KindSpec& kind = kinds[k];
    if (!kind.fallback.empty()) names.resolve(kind.fallback, nodes[k].child("fallback"), problems);
    if (kind.max_loadables && kind.fallback.empty())
      problems.add(nodes[k]
                       .child("max_loadables")
                       .problem("counts what lies between layers that are handed over, but "
                                "the kind has no fallback; remove it, or name one"));
    for (std::size_t i = 0; i < kind.transitions.size(); ++i) {
      const TransitionSpec& spec = kind.transitions[i];
      const Node node = nodes[k].child("transitions").child(i);
      if (spec.to.empty() == spec.from.empty()) {
        problems.add(node.problem(spec.to.empty() ? "gives neither to nor from; give one of them"
                                                  : "gives both to and from; give one of them, the other is the kind"));
        continue;
      }
      const std::string& other = spec.to.empty() ? spec.from : spec.to;
      const Node at = node.child(spec.to.empty() ? "from" : "to");
      if (!names.resolve(other, at, problems)) continue;
      if (other == kind.name) problems.add(at.problem("is the kind itself; name another"));
      if (!spec.on.empty() && spec.on != kind.name && spec.on != other)
        problems.add(node.child("on").problem("must be one of both kinds, " + in_quotes(kind.name) + " or " +
                                              in_quotes(other) + "; found " + in_quotes(spec.on)));
      const auto pair = spec.to.empty() ? std::pair(other, kind.name) : std::pair(kind.name, other);
      if (const auto [earlier, first] = stated.emplace(pair, node); !first)
        problems.add(node.problem("the transition from " + in_quotes(pair.first) + " to " + in_quotes(pair.second) +
                                  " is given at " + earlier->second.where() + " already"));
    }
  }
  if (problems.size() > before) return;
  if (const Strings cycle = waiting_cycle(kinds); !cycle.empty()) {
    const auto first = static_cast<std::size_t>(
        std::find_if(kinds.begin(), kinds.end(), [&](const KindSpec& kind) { return kind.name == cycle.front(); }) -
        kinds.begin());
    std::string text;
    for (const std::string& name : cycle) text += name + " -> ";
    problems.add(nodes[first].problem("kinds wait for each other in a cycle: " + text + cycle.front() +
                                      " (each hands layers over to the next, or waits for it to do a transition); "
                                      "their tasks might wait for ever"));
  }
}

/// Reads a platform in steps that build on one another.
class PlatformReader {
 public:
  PlatformReader(const Node& node, const KindFiles& known, Problems& problems)
      : node_(node), known_files_(known), problems_(problems), platform_(read<PlatformSpec>(node, problems)) {}

  PlatformSpec read_all() {
    complete_kinds();
    complete_memories();
    check_contentions();
    name_components();
    expand_accelerators();
    check_helpers();
    check_slots();
    find_routes();
    return std::move(platform_);
  }

 private:
  /// Kinds written in the platform are all kept; of those in files, only what is used.
  void complete_kinds() {
    const Node list = node_.child("kinds");
    for (std::size_t i = 0; i < platform_.kinds.size(); ++i) take_kind(platform_.kinds[i], list.child(i));
    Strings wanted;
    for (const AcceleratorSpec& accelerator : platform_.accelerators) wanted.push_back(accelerator.kind);
    for (const KindSpec& kind : platform_.kinds) want_others(kind, wanted);
    const std::size_t before = problems_.size();
    for (std::size_t i = 0; i < platform_.kind_files.size(); ++i) {
      const Node node = node_.child("kind_files").child(i);
      platform_.kind_files[i] = node.resolve(platform_.kind_files[i]).string();
      if (const std::string missing = missing_file("kind", platform_.kind_files[i]); !missing.empty())
        problems_.add(node.problem(missing));
      else
        take_file(platform_.kind_files[i], wanted);
    }
    const bool readable = node_.value().is_object() && (!node_.has("kinds") || list.value().is_array());
    if (platform_.kinds.empty() && platform_.kind_files.empty() && readable)
      problems_.add(node_.problem("has no kinds; describe them in kinds, or name files of them in kind_files"));
    else if (platform_.kinds.empty() && readable && problems_.size() == before && !platform_.accelerators.empty())
      problems_.add(
          node_.child("kind_files")
              .problem("have none of the kinds that accelerators name; they have " + listed(kinds_in_files_)));
    check_relations(platform_.kinds, kinds_, kind_nodes_, problems_);
  }

  /// A kind comes with those that it names.
  static void want_others(const KindSpec& kind, Strings& wanted) {
    wanted.push_back(kind.fallback);
    for (const TransitionSpec& spec : kind.transitions) wanted.push_back(spec.to.empty() ? spec.from : spec.to);
  }

  /// Gives the next kind its number, name and points.
  void take_kind(KindSpec& kind, const Node& node) {
    kinds_.add(kind.name, node.child("name"), problems_);
    complete_kind(kind, node, problems_);
    points_.emplace_back("operating point", "kind " + in_quotes(kind.name), kind.operating_points,
                         node.child("operating_points"), problems_);
    kind_nodes_.push_back(node);
  }

  void take_file(const std::string& path, Strings& wanted) {
    const auto known = known_files_.find(path);
    if (known == known_files_.end()) files_.push_back(std::make_unique<Document>(Document::from_file(path, problems_)));
    const Document& file = known == known_files_.end() ? *files_.back() : known->second;
    if (!file.parsed()) return;
    KindLibrarySpec library = read<KindLibrarySpec>(file.root(), problems_);
    const auto names = [](const Strings& list, const std::string& name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const KindSpec& kind : library.kinds)
      if (names(wanted, kind.name)) want_others(kind, wanted);
    for (std::size_t i = 0; i < library.kinds.size(); ++i) {
      kinds_in_files_.push_back(library.kinds[i].name);
      if (names(wanted, library.kinds[i].name)) {
        take_kind(library.kinds[i], file.root().child("kinds").child(i));
        platform_.kinds.push_back(std::move(library.kinds[i]));
      }
    }
  }

  void complete_memories() {
    if (platform_.memories.empty()) platform_.memories.emplace_back().name = "memory";
    memories_ = NameTable("memory", "", platform_.memories, node_.child("memories"), problems_);
    links_ = NameTable("link", "", platform_.links, node_.child("links"), problems_);
    used_.resize(platform_.memories.size(), false);
    for (std::size_t i = 0; i < platform_.memories.size(); ++i)
      check_capacity(platform_.memories[i], node_.child("memories").child(i), problems_);
    if (!platform_.home.empty())
      if (const auto home = memories_.resolve(platform_.home, node_.child("home"), problems_))
        used_[id_of<MemoryId>(*home)] = true;
    if (platform_.host.empty()) return;
    if (const auto host = memories_.resolve(platform_.host, node_.child("host"), problems_))
      used_[id_of<MemoryId>(*host)] = true;
  }

  /// Kinds that accelerators do not name may be named here all the same, if the files have them: a platform keeps its
  /// models when accelerators are taken out.
  void check_contentions() {
    for (std::size_t m = 0; m < platform_.memories.size(); ++m) {
      const Node memory = node_.child("memories").child(m), node = memory.child("contention");
      const MemorySpec& spec = platform_.memories[m];
      if (spec.contention.empty()) continue;
      if (!spec.bandwidth)
        problems_.add(node.problem("needs the memory's bandwidth, which all models stay within; give it one"));
      check_contention(spec.contention, node, problems_);
      for (const NamedKind& named : kinds_of(spec.contention, node))
        if (std::find(kinds_in_files_.begin(), kinds_in_files_.end(), *named.name) == kinds_in_files_.end())
          kinds_.resolve_listed(*named.name, named.node, problems_);
    }
  }

  /// Memories, links and accelerators are the components of the energy account: no two may share a name.
  void name_components() {
    components_.emplace("base", "the platform's base power");
    for (std::size_t i = 0; i < platform_.memories.size(); ++i)
      add_component(platform_.memories[i].name, "memory", node_.child("memories").child(i).child("name"));
    for (std::size_t i = 0; i < platform_.links.size(); ++i)
      add_component(platform_.links[i].name, "link", node_.child("links").child(i).child("name"));
  }

  /// False if the name is taken, which is reported here unless NameTable has done so.
  bool add_component(const std::string& name, const std::string& noun, const Node& node) {
    if (name.empty()) return true;
    const auto [other, added] = components_.emplace(name, noun);
    if (added) return true;
    if (other->second == noun && noun != "accelerator") return false;
    problems_.add(node.problem(in_quotes(name) + " is the name of " +
                               (other->second == noun ? "another accelerator"
                                : name == "base"      ? other->second
                                                      : with_article(other->second)) +
                               " already; accelerators, memories and links must have different names"));
    return false;
  }

  void expand_accelerators() {
    const std::vector<AcceleratorSpec> given = std::exchange(platform_.accelerators, {});
    for (std::size_t i = 0; i < given.size(); ++i) {
      const Node node = node_.child("accelerators").child(i);
      AcceleratorSpec one = given[i];
      complete(one, node);
      one.count = 1;
      bool named = true;
      for (std::uint32_t k = 0; k < given[i].count; ++k) {
        if (given[i].count > 1) one.name = given[i].name + std::to_string(k);
        named = named && add_component(one.name, "accelerator", node.child("name"));
        platform_.accelerators.push_back(one);
        accelerator_nodes_.push_back(node);
      }
    }
  }

  /// What an accelerator hands over, one of its kind's fallback computes from the same memory.
  void check_helpers() {
    std::set<std::string> told;  // kind and memory
    for (std::size_t i = 0; i < platform_.accelerators.size(); ++i) {
      const AcceleratorSpec& each = platform_.accelerators[i];
      const auto kind = kinds_.find(each.kind);
      if (!kind) continue;
      const std::string& fallback = platform_.kinds[*kind].fallback;
      const Node& node = accelerator_nodes_[i];
      const auto is_helper = [&](const AcceleratorSpec& other) {
        return other.kind == fallback && other.memory == each.memory;
      };
      const auto all_of_it = [&](const AcceleratorSpec& other) { return other.kind == fallback; };
      const auto& all = platform_.accelerators;
      if (!each.fallback.empty()) check_named_helper(each, fallback, node.child("fallback"));
      if (fallback.empty() || std::none_of(all.begin(), all.end(), all_of_it) ||
          std::any_of(all.begin(), all.end(), is_helper) || !told.insert(each.kind + '\n' + each.memory).second)
        continue;
      problems_.add(node.problem("its kind falls back to " + in_quotes(fallback) +
                                 ", but no accelerator of that kind uses "
                                 "its memory, " +
                                 in_quotes(each.memory) + "; what is handed over is computed from there"));
    }
  }

  void check_named_helper(const AcceleratorSpec& each, const std::string& fallback, const Node& node) {
    const auto named = std::find_if(platform_.accelerators.begin(), platform_.accelerators.end(),
                                    [&](const AcceleratorSpec& other) { return other.name == each.fallback; });
    if (fallback.empty()) {
      problems_.add(node.problem("names an accelerator, but kind " + in_quotes(each.kind) + " has no fallback"));
    } else if (named == platform_.accelerators.end()) {
      Strings names;
      for (const AcceleratorSpec& other : platform_.accelerators)
        if (other.kind == fallback) names.push_back(other.name);
      const std::string near = did_you_mean(each.fallback, names);
      problems_.add(node.problem("there is no accelerator " + in_quotes(each.fallback) + near +
                                 (near.empty() ? ";" : "") + " of kind " + in_quotes(fallback) +
                                 " there are: " + (names.empty() ? "none" : listed(names))));
    } else if (named->kind != fallback || named->memory != each.memory) {
      problems_.add(node.problem("must be an accelerator of kind " + in_quotes(fallback) + " and memory " +
                                 in_quotes(each.memory) + "; " + in_quotes(named->name) + " is of kind " +
                                 in_quotes(named->kind) + " and memory " + in_quotes(named->memory)));
    }
  }

  /// More would fill the memory.
  void check_slots() {
    constexpr std::uint64_t kMost = 200'000;
    std::uint64_t slots = 0;
    for (const AcceleratorSpec& accelerator : platform_.accelerators)
      if (const auto kind = kinds_.find(accelerator.kind)) slots += platform_.kinds[*kind].slots;
    if (slots > kMost)
      problems_.add(node_.child("accelerators")
                        .problem("have " + std::to_string(slots) + " slots in all; at most " + std::to_string(kMost) +
                                 " are possible; lower count, or slots of kinds"));
  }

  /// Resolves the names of an accelerator and fills in those left out.
  void complete(AcceleratorSpec& accelerator, const Node& node) {
    if (accelerator.memory.empty()) accelerator.memory = platform_.memories.front().name;
    if (const auto memory = memories_.resolve(accelerator.memory, node.child("memory"), problems_))
      used_[id_of<MemoryId>(*memory)] = true;
    const auto kind = kinds_.resolve(accelerator.kind, node.child("kind"), problems_);
    if (!kind || platform_.kinds[*kind].operating_points.empty()) return;
    if (accelerator.operating_point.empty())
      accelerator.operating_point = platform_.kinds[*kind].operating_points.front().name;
    else
      points_[*kind].resolve(accelerator.operating_point, node.child("operating_point"), problems_);
  }

  /// Memories that one end of a route stands for.
  std::vector<MemoryId> memories_at(const std::string& end, const Node& node) {
    std::vector<MemoryId> found;
    if (end != "*") {
      if (const auto memory = memories_.resolve(end, node, problems_)) found.push_back(id_of<MemoryId>(*memory));
      return found;
    }
    for (const MemoryId m : used_.ids()) found.push_back(m);
    return found;
  }

  /// Finds the route of each ordered pair of memories.
  void find_routes() {
    platform_.route_table = RouteTable(used_.size());
    ranks_.assign(used_.size() * used_.size(), kNoRoute);
    for (std::size_t i = 0; i < platform_.routes.size(); ++i)
      add_route(platform_.routes[i], node_.child("routes").child(i));
    if (!search_routes()) return;
    Strings missing;
    for (const MemoryId from : used_.ids())
      for (const MemoryId to : used_.ids())
        if (from != to && used_[from] && used_[to] && !platform_.route_table.has(from, to))
          missing.push_back(pair_text(from, to));
    if (!missing.empty())
      problems_.add(node_.child("routes").problem(
          "there is no route " + listed(missing, 8) + "; accelerators use these memories" +
          (platform_.host.empty() ? "" : ", or they are the host") +
          (platform_.home.empty() ? "" : ", or weights come from there") + ", so give routes between them"));
  }

  /// Adds ways over links that say what they join, where no route is given. False if what they say is wrong.
  bool search_routes() {
    const std::size_t before = problems_.size();
    std::vector<Topology::Join> joins = read_joins();
    if (problems_.size() != before || unreadable_) return false;
    if (joins.empty()) return true;
    const Topology topology(used_.size() + junctions_, std::move(joins));
    for (const MemoryId from : used_.ids()) {
      const auto ways = topology.ways_from(static_cast<std::uint32_t>(from), platform_.routing);
      for (std::size_t i = index_of(from) + 1; i < used_.size(); ++i) {
        const auto to = id_of<MemoryId>(i);
        std::vector<LinkId> links = ways[i];
        if (links.empty()) continue;
        if (!platform_.route_table.has(from, to)) platform_.route_table.set(from, to, platform_.route_table.add(links));
        if (platform_.route_table.has(to, from)) continue;
        std::reverse(links.begin(), links.end());
        platform_.route_table.set(to, from, platform_.route_table.add(std::move(links)));
      }
    }
    return true;
  }

  /// What links join. A junction at which a link ends that no other link does leads nowhere: its name is a mistake.
  std::vector<Topology::Join> read_joins() {
    std::map<std::string, std::uint32_t> junctions;
    std::map<std::string, std::vector<Node>> ends;  // of links at each junction
    std::vector<Topology::Join> joins;
    for (std::size_t l = 0; l < platform_.links.size(); ++l) {
      const LinkSpec& link = platform_.links[l];
      const Node node = node_.child("links").child(l).child("between");
      if (!node_.child("links").child(l).has("between")) continue;
      const bool are_texts =
          std::all_of(node.value().begin(), node.value().end(), [](const auto& end) { return end.is_string(); });
      if (!node.value().is_array() || !are_texts) {  // has been reported
        unreadable_ = true;
        continue;
      }
      if (link.between.size() != 2 || link.between[0] == link.between[1]) {
        problems_.add(
            node.problem("must name the two different things that the link joins, such as [\"host\", \"card\"]"));
        continue;
      }
      std::uint32_t number[2];
      for (std::size_t end = 0; end < 2; ++end) {
        const std::string& name = link.between[end];
        if (const auto memory = memories_.find(name)) {
          number[end] = *memory;
          continue;
        }
        const auto next = static_cast<std::uint32_t>(used_.size() + junctions.size());
        number[end] = junctions.emplace(name, next).first->second;
        ends[name].push_back(node.child(end));
      }
      joins.push_back({number[0], number[1], id_of<LinkId>(l), link.bandwidth, link.latency});
    }
    for (const auto& [name, nodes] : ends)
      if (nodes.size() == 1) problems_.add(nodes.front().problem(dead_end(name)));
    junctions_ = junctions.size();
    return joins;
  }

  [[nodiscard]] std::string dead_end(const std::string& name) const {
    return in_quotes(name) + " is no memory, and no other link ends there, so that this one leads nowhere; " +
           memories_.unknown(name);
  }

  void add_route(const RouteSpec& route, const Node& node) {
    std::vector<LinkId> links;
    for (std::size_t i = 0; i < route.links.size(); ++i)
      if (const auto link = links_.resolve_listed(route.links[i], node.child("links").child(i), problems_))
        links.push_back(id_of<LinkId>(*link));
    if (links_.empty() && !route.links.empty())
      problems_.add(node.child("links").problem("the platform has no links; describe them in /links"));
    if (route.from == route.to && route.from != "*")
      problems_.add(node.problem("leads from " + in_quotes(route.from) + " to itself, which needs no route"));
    const int wildcards = (route.from == "*") + (route.to == "*");
    const std::uint32_t there = platform_.route_table.add(links);
    std::reverse(links.begin(), links.end());
    const std::uint32_t back = platform_.route_table.add(std::move(links));
    const std::vector<MemoryId> begins = memories_at(route.from, node.child("from")),
                                ends = memories_at(route.to, node.child("to"));
    for (const MemoryId from : begins)
      for (const MemoryId to : ends) {
        if (from == to) continue;
        consider(from, to, 2 * wildcards, there, node);
        if (route.symmetric) consider(to, from, 2 * wildcards + 1, back, node);
      }
  }

  void consider(MemoryId from, MemoryId to, int rank, std::uint32_t route, const Node& node) {
    int& best = ranks_[index_of(from) * used_.size() + index_of(to)];
    if (rank == 0 && best == 0)
      problems_.add(node.problem("there is another route " + pair_text(from, to) + " already"));
    if (rank >= best) return;
    best = rank;
    platform_.route_table.set(from, to, route);
  }

  [[nodiscard]] std::string pair_text(MemoryId from, MemoryId to) const {
    return platform_.memories[index_of(from)].name + " -> " + platform_.memories[index_of(to)].name;
  }

  /// Of a pair of memories; lower fits better: fewer wildcards, then as written rather than reversed.
  static constexpr int kNoRoute = 100;
  const Node& node_;
  const KindFiles& known_files_;
  Problems& problems_;
  PlatformSpec platform_;
  std::vector<std::unique_ptr<Document>> files_;  ///< of kinds; kind_nodes_ point into them
  std::vector<Node> kind_nodes_, accelerator_nodes_;
  Strings kinds_in_files_;
  NameTable kinds_{"kind"}, memories_{"memory"}, links_{"link"};
  std::vector<NameTable> points_;          ///< by kind
  IdVector<MemoryId, std::uint8_t> used_;  ///< does an accelerator use it, or is it the host
  std::size_t junctions_ = 0;              ///< what links join besides memories
  bool unreadable_ = false;                ///< what a link joins
  std::vector<int> ranks_;                 ///< of the routes of pairs of memories, from-major
  std::map<std::string, std::string> components_;
};

}  // namespace

std::uint32_t index_of_kind(const PlatformSpec& platform, const std::string& name) {
  return index_of(platform.kinds, name);
}

std::uint32_t index_of_memory(const PlatformSpec& platform, const std::string& name) {
  return index_of(platform.memories, name);
}

KindLibrarySpec read_kinds(const Node& node, Problems& problems) {
  KindLibrarySpec library = read<KindLibrarySpec>(node, problems);
  const NameTable names("kind", "", library.kinds, node.child("kinds"), problems);
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < library.kinds.size(); ++i) {
    const Node kind = node.child("kinds").child(i);
    complete_kind(library.kinds[i], kind, problems);
    NameTable("operating point", "kind " + in_quotes(library.kinds[i].name), library.kinds[i].operating_points,
              kind.child("operating_points"), problems);
    nodes.push_back(kind);
  }
  check_relations(library.kinds, names, nodes, problems);
  return library;
}

Strings kind_file_paths(const Node& platform) {
  Strings paths;
  const Node list = platform.child("kind_files");
  const std::size_t size = list.value().is_array() ? list.value().size() : 0;
  for (std::size_t i = 0; i < size; ++i)
    if (list.child(i).value().is_string())
      paths.push_back(list.child(i).resolve(list.child(i).value().get<std::string>()).string());
  return paths;
}

PlatformSpec read_platform(const Node& node, const KindFiles& files, Problems& problems) {
  return PlatformReader(node, files, problems).read_all();
}

PlatformSpec read_platform(const Node& node, Problems& problems) { return read_platform(node, {}, problems); }

}  // namespace hetsched
