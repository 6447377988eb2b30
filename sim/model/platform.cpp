#include "model/platform.hpp"

#include <map>
#include <utility>

#include "model/names.hpp"

namespace hetsched {
namespace {

template <class T>
std::uint32_t index_of(const std::vector<T>& things, const std::string& name) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].name == name) return static_cast<std::uint32_t>(i);
  throw InternalError("no \"" + name + "\" in a platform that has been checked");
}

/// Reads a platform in steps that build on one another.
class PlatformReader {
 public:
  PlatformReader(const Node& node, Problems& problems)
      : node_(node), problems_(problems), platform_(read<PlatformSpec>(node, problems)) {}

  PlatformSpec read_all() {
    complete_kinds();
    complete_memories();
    name_components();
    expand_accelerators();
    check_slots();
    expand_routes();
    return std::move(platform_);
  }

 private:
  /// Two memories by index, and the route between them that fits best.
  using Pair = std::pair<std::uint32_t, std::uint32_t>;
  struct Choice {
    int rank = 0;  ///< lower fits better: fewer wildcards, then as written rather than reversed
    RouteSpec route;
  };

  void complete_kinds() {
    const Node list = node_.child("kinds");
    kinds_ = NameTable("kind", "", platform_.kinds, list, problems_);
    for (std::size_t i = 0; i < platform_.kinds.size(); ++i) {
      KindSpec& kind = platform_.kinds[i];
      if (kind.profile.empty()) kind.profile = kind.name;
      const bool given = list.child(i).has("operating_points");
      if (kind.operating_points.empty() && !given)
        kind.operating_points.push_back({.name = "default", .frequency = 1e9});
      else if (kind.operating_points.empty() && list.child(i).child("operating_points").value().is_array())
        problems_.add(
            list.child(i).child("operating_points").problem("must have at least one point, or be left out"));
      points_.emplace_back("operating point", "kind " + in_quotes(kind.name), kind.operating_points,
                           list.child(i).child("operating_points"), problems_);
    }
  }

  void complete_memories() {
    if (platform_.memories.empty()) platform_.memories.emplace_back().name = "memory";
    memories_ = NameTable("memory", "", platform_.memories, node_.child("memories"), problems_);
    links_ = NameTable("link", "", platform_.links, node_.child("links"), problems_);
    used_.resize(platform_.memories.size(), false);
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
      }
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
      used_[*memory] = true;
    const auto kind = kinds_.resolve(accelerator.kind, node.child("kind"), problems_);
    if (!kind || platform_.kinds[*kind].operating_points.empty()) return;
    if (accelerator.operating_point.empty())
      accelerator.operating_point = platform_.kinds[*kind].operating_points.front().name;
    else
      points_[*kind].resolve(accelerator.operating_point, node.child("operating_point"), problems_);
  }

  /// Memories that one end of a route stands for.
  std::vector<std::uint32_t> memories_at(const std::string& end, const Node& node) {
    std::vector<std::uint32_t> found;
    if (end != "*") {
      if (const auto memory = memories_.resolve(end, node, problems_)) found.push_back(*memory);
      return found;
    }
    for (std::uint32_t i = 0; i < used_.size(); ++i)
      if (used_[i]) found.push_back(i);
    return found;
  }

  /// Replaces the routes by one for each ordered pair of memories that accelerators use.
  void expand_routes() {
    std::map<Pair, Choice> chosen;
    const std::vector<RouteSpec> given = std::exchange(platform_.routes, {});
    for (std::size_t i = 0; i < given.size(); ++i)
      add_route(given[i], node_.child("routes").child(i), chosen);
    Names missing;
    for (std::uint32_t from = 0; from < used_.size(); ++from)
      for (std::uint32_t to = 0; to < used_.size(); ++to) {
        if (from == to || !used_[from] || !used_[to]) continue;
        if (const auto found = chosen.find({from, to}); found != chosen.end())
          platform_.routes.push_back(found->second.route);
        else
          missing.push_back(platform_.memories[from].name + " -> " + platform_.memories[to].name);
      }
    if (!missing.empty())
      problems_.add(
          node_.child("routes").problem("there is no route " + listed(missing, 8) +
                                        "; accelerators use these memories, so give routes between them"));
  }

  void add_route(const RouteSpec& route, const Node& node, std::map<Pair, Choice>& chosen) {
    for (std::size_t i = 0; i < route.links.size(); ++i)
      links_.resolve(route.links[i], node.child("links").child(i), problems_);
    if (links_.empty() && !route.links.empty())
      problems_.add(node.child("links").problem("the platform has no links; describe them in /links"));
    if (route.from == route.to && route.from != "*")
      problems_.add(node.problem("leads from " + in_quotes(route.from) + " to itself, which needs no route"));
    const int wildcards = (route.from == "*") + (route.to == "*");
    for (const std::uint32_t from : memories_at(route.from, node.child("from")))
      for (const std::uint32_t to : memories_at(route.to, node.child("to"))) {
        if (from == to) continue;
        consider({from, to}, 2 * wildcards, route, node, chosen);
        RouteSpec back = route;
        back.links.assign(route.links.rbegin(), route.links.rend());
        if (route.symmetric) consider({to, from}, 2 * wildcards + 1, back, node, chosen);
      }
  }

  void consider(const Pair& pair, int rank, const RouteSpec& route, const Node& node,
                std::map<Pair, Choice>& chosen) {
    const RouteSpec plain{.from = platform_.memories[pair.first].name,
                          .to = platform_.memories[pair.second].name,
                          .links = route.links,
                          .symmetric = false};
    const auto [other, added] = chosen.emplace(pair, Choice{rank, plain});
    if (added) return;
    if (rank == 0 && other->second.rank == 0)
      problems_.add(node.problem("there is another route " + plain.from + " -> " + plain.to + " already"));
    if (rank < other->second.rank) other->second = {rank, plain};
  }

  const Node& node_;
  Problems& problems_;
  PlatformSpec platform_;
  NameTable kinds_{"kind"}, memories_{"memory"}, links_{"link"};
  std::vector<NameTable> points_;  ///< by kind
  std::vector<bool> used_;         ///< by memory: does an accelerator use it
  std::map<std::string, std::string> components_;
};

}  // namespace

std::uint32_t index_of_kind(const PlatformSpec& platform, const std::string& name) {
  return index_of(platform.kinds, name);
}

std::uint32_t index_of_memory(const PlatformSpec& platform, const std::string& name) {
  return index_of(platform.memories, name);
}

PlatformSpec read_platform(const Node& node, Problems& problems) {
  return PlatformReader(node, problems).read_all();
}

}  // namespace hetsched
