#include "model/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "model/without_defaults.hpp"

namespace hetsched {
namespace {

constexpr double kMostAccelerators = 100000;
/// A budget of 0.3 buys three of 0.1, though their quotient is a little less in binary.
constexpr double kRounding = 1e-9;

/// Of kinds that accelerators have, in the order of the kinds.
std::vector<KindSpec> kinds_at_work(const PlatformSpec& platform) {
  std::vector<KindSpec> kinds;
  for (const KindSpec& kind : platform.kinds)
    if (std::any_of(platform.accelerators.begin(), platform.accelerators.end(),
                    [&](const AcceleratorSpec& each) { return each.kind == kind.name; }))
      kinds.push_back(kind);
  return kinds;
}

/// There is nobody to fall back to, or to go over to.
void work_alone(KindSpec& kind) {
  kind.fallback.clear();
  kind.fallback_time = 0;
  kind.transitions.clear();
  kind.max_loadables.reset();
}

/// Puts accelerators of one kind into the place of those of a platform.
class Builder {
 public:
  Builder(const PlatformSpec& source, KindSpec kind) : source_(source), kind_(std::move(kind)) {
    work_alone(kind_);
    find_place();
  }

  PlatformSpec build(std::uint32_t count) {
    made_ = {};
    made_.base_power = source_.base_power;
    made_.kinds = {kind_};
    if (own_memory_)
      repeat_memory(count);
    else
      share_memories(count);
    for (MemorySpec& memory : made_.memories) memory.contention = of_kinds(memory.contention, {kind_.name});
    made_.host = source_.host;
    // A home apart from a host is not copied: weights then come from the host.
    const auto is_home = [&](const MemorySpec& memory) { return memory.name == source_.home; };
    if (std::any_of(made_.memories.begin(), made_.memories.end(), is_home)) made_.home = source_.home;
    for (LinkSpec& link : made_.links) link.between.clear();  // all routes are given
    return std::move(made_);
  }

 private:
  [[nodiscard]] MemoryId memory_of(const AcceleratorSpec& accelerator) const {
    return id_of<MemoryId>(index_of_memory(source_, accelerator.memory));
  }

  [[nodiscard]] const AcceleratorSpec& replaced() const {
    for (const AcceleratorSpec& each : source_.accelerators)
      if (each.kind == kind_.name) return each;
    for (const AcceleratorSpec& each : source_.accelerators)
      if (source_.kinds[index_of_kind(source_, each.kind)].type == kind_.type) return each;
    return source_.accelerators.front();
  }

  /// Finds the memories of what is replaced, and whether it shares them.
  void find_place() {
    const AcceleratorSpec& first = replaced();
    is_known_ = first.kind == kind_.name;
    std::set<MemoryId> all;
    bool others = false;
    for (const AcceleratorSpec& each : source_.accelerators) {
      const MemoryId memory = memory_of(each);
      all.insert(memory);
      if (each.kind == first.kind && std::find(places_.begin(), places_.end(), memory) == places_.end())
        places_.push_back(memory);
    }
    if (const auto host = host_memory()) all.insert(*host);
    for (const AcceleratorSpec& each : source_.accelerators) {
      if (memory_of(each) != places_.front()) continue;
      others = others || each.kind != first.kind;
      ++in_one_memory_;
    }
    const Way way = way_out(places_.front());  // a hub, such as a host, has no link that is not another memory's own
    own_memory_ = !others && all.size() > 1 && way.size() > 0;
    if (is_known_ && first.operating_point != kind_.operating_points.front().name) point_ = first.operating_point;
  }

  /// The same memories, taken in turn.
  void share_memories(std::uint32_t count) {
    std::vector<std::string> names;
    for (const MemoryId memory : places_) {
      made_.memories.push_back(source_.memories[index_of(memory)]);
      names.push_back(made_.memories.back().name);
    }
    std::vector<MemoryId> ends = places_;
    if (const auto host = host_memory(); host && std::find(ends.begin(), ends.end(), *host) == ends.end()) {
      ends.push_back(*host);
      made_.memories.push_back(source_.memories[index_of(*host)]);
    }
    std::set<LinkId> used;
    for (const MemoryId from : ends)
      for (const MemoryId to : ends) {
        if (from == to) continue;
        const auto links = source_.route_table.links(from, to);
        used.insert(links.begin(), links.end());
        add_route(name_of(from), name_of(to), link_names(links, ""), false);
      }
    for (const LinkId link : used) made_.links.push_back(source_.links[index_of(link)]);
    if (names.size() == 1) {
      add_accelerators(count, "");
      return;
    }
    for (std::uint32_t i = 0; i < count; ++i) add_accelerator(std::to_string(i), names[i % names.size()]);
  }

  /// A memory for every accelerator, or for as many as share one in the source.
  void repeat_memory(std::uint32_t count) {
    const MemoryId memory = places_.front();
    const std::uint32_t copies = (count + in_one_memory_ - 1) / in_one_memory_;
    const Way way = way_out(memory);
    for (const std::vector<LinkId>* part : {&way.shared, &way.at_host})
      for (const LinkId link : *part) made_.links.push_back(source_.links[index_of(link)]);
    for (std::uint32_t i = 0; i < copies; ++i) {
      MemorySpec& copy = made_.memories.emplace_back();
      if (is_known_) copy = source_.memories[index_of(memory)];
      copy.name = name_of(memory) + (copies > 1 ? std::to_string(i) : "");
      for (const LinkId link : way.own) {
        made_.links.push_back(source_.links[index_of(link)]);
        if (copies > 1) made_.links.back().name += std::to_string(i);
      }
    }
    if (const auto host = host_memory())
      add_host(*host, copies, way);
    else if (copies == 1)
      made_.links.clear();  // nothing leads anywhere
    for (std::uint32_t i = 0; i < copies; ++i)
      for (std::uint32_t k = i + 1; k < copies; ++k) {
        Strings links = link_names(way.own, std::to_string(i));
        for (const std::string& link : link_names(way.shared, "")) links.push_back(link);
        Strings back = link_names(way.own, std::to_string(k));
        links.insert(links.end(), back.rbegin(), back.rend());
        add_route(made_.memories[i].name, made_.memories[k].name, std::move(links), true);
      }
    if (copies == 1) {
      add_accelerators(count, "");
      return;
    }
    for (std::uint32_t i = 0; i < count; ++i)
      add_accelerator(std::to_string(i), made_.memories[i / in_one_memory_].name);
  }

  /// The host, or else the home of weights.
  [[nodiscard]] std::optional<MemoryId> host_memory() const {
    const std::string& name = source_.host.empty() ? source_.home : source_.host;
    if (name.empty()) return std::nullopt;
    return id_of<MemoryId>(index_of_memory(source_, name));
  }

  /// How bytes leave a memory: over links that no route but its own crosses, then over others that are nobody's own,
  /// then, to the host, over the host's own.
  struct Way {
    std::vector<LinkId> own, shared, at_host;
    [[nodiscard]] std::size_t size() const { return own.size() + shared.size() + at_host.size(); }
  };

  /// The ways of the copies of a memory to the host and back.
  void add_host(MemoryId host, std::uint32_t copies, const Way& way) {
    for (std::uint32_t i = 0; i < copies; ++i) {
      Strings links = link_names(way.own, copies > 1 ? std::to_string(i) : "");
      for (const std::vector<LinkId>* part : {&way.shared, &way.at_host})
        for (const std::string& link : link_names(*part, "")) links.push_back(link);
      add_route(made_.memories[i].name, name_of(host), std::move(links), true);
    }
    made_.memories.push_back(source_.memories[index_of(host)]);
  }

  /// Of the route to the host, or else to another memory that is used, with the fewest links.
  [[nodiscard]] Way way_out(MemoryId memory) const {
    std::set<MemoryId> used;
    for (const AcceleratorSpec& each : source_.accelerators) used.insert(memory_of(each));
    const std::optional<MemoryId> host = host_memory();
    if (host) used.insert(*host);
    const auto is_own = [&](LinkId link, MemoryId of) {
      for (const MemoryId from : used)
        for (const MemoryId to : used) {
          const auto links = source_.route_table.links(from, to);
          if (from != of && to != of && std::find(links.begin(), links.end(), link) != links.end()) return false;
        }
      return true;
    };
    std::optional<Way> best;
    for (const MemoryId to : used) {
      if (to == memory || (host && *host != memory && to != *host)) continue;
      Way way;
      for (const LinkId link : source_.route_table.links(memory, to)) {
        if (is_own(link, memory))
          way.own.push_back(link);
        else if (!is_own(link, to))
          way.shared.push_back(link);
        else if (host && to == *host)
          way.at_host.push_back(link);
      }
      if (!best || way.size() < best->size()) best = std::move(way);
    }
    return best.value_or(Way());
  }

  [[nodiscard]] const std::string& name_of(MemoryId memory) const { return source_.memories[index_of(memory)].name; }

  template <class Links>
  [[nodiscard]] Strings link_names(const Links& links, const std::string& suffix) const {
    Strings names;
    for (const LinkId link : links) names.push_back(source_.links[index_of(link)].name + suffix);
    return names;
  }

  void add_route(const std::string& from, const std::string& to, Strings links, bool symmetric) {
    made_.routes.push_back({from, to, std::move(links), symmetric});
  }

  void add_accelerators(std::uint32_t count, const std::string& suffix) {
    add_accelerator(suffix, "");
    made_.accelerators.back().count = count;
  }

  /// Named after its kind, unless a memory or link is called so.
  void add_accelerator(const std::string& suffix, const std::string& memory) {
    const auto taken = [&](const auto& things) {
      return std::any_of(things.begin(), things.end(),
                         [&](const auto& each) { return each.name.starts_with(accelerator_name_); });
    };
    if (accelerator_name_.empty()) {
      accelerator_name_ = kind_.name;
      while (accelerator_name_ == "base" || taken(made_.memories) || taken(made_.links)) accelerator_name_ += "_";
    }
    made_.accelerators.push_back({.name = accelerator_name_ + suffix,
                                  .kind = kind_.name,
                                  .memory = memory,
                                  .operating_point = point_,
                                  .fallback = {}});
  }

  const PlatformSpec& source_;
  KindSpec kind_;
  PlatformSpec made_;
  std::vector<MemoryId> places_;  ///< of the kind that is replaced
  std::uint32_t in_one_memory_ = 0;
  bool own_memory_ = false;
  bool is_known_ = false;  ///< has the source accelerators of the kind
  std::string point_, accelerator_name_;
};

/// The same platform, where accelerators of other kinds get no work.
PlatformSpec same_box(const PlatformSpec& source, const KindSpec& kind, SameBox others) {
  PlatformSpec made = source;
  made.kind_files.clear();
  made.kinds.clear();
  made.kinds.push_back(kind);
  work_alone(made.kinds.back());
  for (AcceleratorSpec& each : made.accelerators) each.fallback.clear();
  if (others == SameBox::removed) {
    std::erase_if(made.accelerators, [&](const AcceleratorSpec& each) { return each.kind != kind.name; });
    return made;
  }
  const std::string state = "-" + std::string(name_of(others));
  for (const KindSpec& each : kinds_at_work(source)) {
    if (each.name == kind.name) continue;
    KindSpec resting = each;
    resting.name += state;
    resting.profile = kNoProfile;
    resting.costs.clear();
    work_alone(resting);
    for (OperatingPointSpec& point : resting.operating_points)
      if (others == SameBox::off) point.idle_power = point.active_power = 0;
    made.kinds.push_back(std::move(resting));
  }
  for (AcceleratorSpec& each : made.accelerators)
    if (each.kind != kind.name) each.kind += state;
  return made;
}

/// Makes what is wanted, kind by kind.
class Maker {
 public:
  Maker(const PlatformSpec& source, const BaselineSpec& wanted, const Problem& at, Problems& problems)
      : source_(source), wanted_(wanted), at_(at), problems_(problems) {}

  Baselines make(const std::vector<KindSpec>& candidates) {
    const std::vector<KindSpec> own = kinds_at_work(source_);
    const bool given = !candidates.empty();
    const std::vector<KindSpec> kinds = chosen(given ? candidates : own, wanted_.equal.has_value());
    if (wanted_.equal) make_equal(kinds);
    if (!wanted_.same_box.empty())
      for (const KindSpec& kind : given ? chosen(own, !wanted_.equal) : kinds)
        for (const SameBox others : wanted_.same_box) add_same_box(kind, others);
    return std::move(made_);
  }

 private:
  [[nodiscard]] bool one_kind() const { return !wanted_.kind.empty() && wanted_.kind != kEachKind; }

  void report(const std::string& what) { problems_.add(at_.where, at_.pointer, what); }

  /// Those of the kinds that are wanted; `needed`: one that is not there is a problem.
  std::vector<KindSpec> chosen(const std::vector<KindSpec>& kinds, bool needed) {
    if (!one_kind()) return kinds;
    std::vector<KindSpec> found;
    Strings names;
    for (const KindSpec& kind : kinds) {
      names.push_back(kind.name);
      if (kind.name == wanted_.kind) found.push_back(kind);
    }
    if (found.empty() && needed) {
      names.emplace_back(kEachKind);
      report("there is no kind " + in_quotes(wanted_.kind) + did_you_mean(wanted_.kind, names) +
             "; kinds: " + listed(names, 60));
    }
    return found;
  }

  void make_equal(const std::vector<KindSpec>& kinds) {
    const EqualBudget equal = *wanted_.equal;
    const std::optional<double> budget = part_of(total_budget(source_), equal);
    if (!budget || *budget <= 0) {
      Strings silent;
      for (const KindSpec& kind : kinds_at_work(source_))
        if (!part_of(kind.budget, equal)) silent.push_back(kind.name);
      const std::string field = "budget." + std::string(field_of(equal));
      report("the " + std::string(name_of(equal)) + " of platform " + in_quotes(source_.name) + " is " +
             (silent.empty() ? "0: its kinds state a " + field + " of 0"
                             : "not known: no " + field + " is stated for " + listed(silent, 12)) +
             "; state it there, or choose another budget" + known_budgets());
      return;
    }
    for (const KindSpec& kind : kinds) add_equal(kind, equal, *budget);
  }

  /// "; known: pes, peak_ops"
  [[nodiscard]] std::string known_budgets() const {
    Strings known;
    for (std::size_t i = 0; i < enum_names<EqualBudget>.size(); ++i) {
      const auto total = part_of(total_budget(source_), static_cast<EqualBudget>(i));
      if (total && *total > 0) known.emplace_back(name_of(static_cast<EqualBudget>(i)));
    }
    return "; known: " + (known.empty() ? "none" : join(known, ", "));
  }

  void add_equal(const KindSpec& kind, EqualBudget equal, double budget) {
    const std::string what(name_of(equal));
    const std::optional<double> one = part_of(kind.budget, equal);
    if (!one || *one <= 0) return none(kind, "states no budget." + std::string(field_of(equal)));
    const double quotient = std::floor(budget / *one * (1 + kRounding));
    const std::string shares =
        number_of(*one, equal) + " each, of " + number_of(budget, equal) + " of " + in_quotes(source_.name);
    if (quotient < 1) return none(kind, "is more than the " + what + " buys: " + shares);
    if (quotient > kMostAccelerators) return none(kind, "would be more than 100000 accelerators: " + shares);
    const auto count = static_cast<std::uint32_t>(quotient);
    BaselinePlatform made{Builder(source_, kind).build(count), kind.name, count, std::nullopt, budget, *one};
    made.platform.name = source_.name + "=" + std::to_string(count) + "x" + kind.name;
    const double rest = made.unspent();
    made.platform.description = "As many " + kind.name + " as the " + what + " of " + source_.name +
                                " buys, rounded down: " + std::to_string(count) + " at " + shares + "; " +
                                number_of(rest, equal) + " (" + percent(rest / budget) + ") are not spent.";
    add(std::move(made));
  }

  void add_same_box(const KindSpec& kind, SameBox others) {
    const auto count =
        static_cast<std::uint32_t>(std::count_if(source_.accelerators.begin(), source_.accelerators.end(),
                                                 [&](const AcceleratorSpec& each) { return each.kind == kind.name; }));
    BaselinePlatform made{same_box(source_, kind, others), kind.name, count, others};
    const std::string state(name_of(others));
    made.platform.name = source_.name + "=" + std::to_string(count) + "x" + kind.name + "-others-" + state;
    made.platform.description = source_.name + " where only " + kind.name + " works; the others are " + state + ".";
    add(std::move(made));
  }

  void add(BaselinePlatform made) {
    made.platform.source = source_.source;
    made_.platforms.push_back(std::move(made));
  }

  void none(const KindSpec& kind, const std::string& why) {
    if (one_kind()) report("kind " + in_quotes(kind.name) + " " + why);
    made_.without.push_back({kind.name, why});
  }

  [[nodiscard]] static std::string number_of(double value, EqualBudget equal) {
    const std::string_view unit = unit_of(equal);
    return format_number(value) + " " + std::string(unit.empty() ? field_of(equal) : unit);
  }

  [[nodiscard]] static std::string percent(double share) { return format_number(std::round(share * 1000) / 10) + " %"; }

  const PlatformSpec& source_;
  const BaselineSpec& wanted_;
  const Problem& at_;
  Problems& problems_;
  Baselines made_;
};

template <class S>
Json list_without_defaults(const std::vector<S>& things) {
  Json list = Json::array();
  for (const S& each : things) list.push_back(without_defaults(each));
  return list;
}

}  // namespace

double BaselinePlatform::unspent() const {
  const double rest = budget - one * count;
  return rest < budget * kRounding ? 0 : rest;  // what binary leaves of a budget that is spent
}

Baselines make_baselines(const PlatformSpec& platform, const BaselineSpec& wanted,
                         const std::vector<KindSpec>& candidates, const Problem& at, Problems& problems) {
  return Maker(platform, wanted, at, problems).make(candidates);
}

bool is_heterogeneous(const PlatformSpec& platform) {
  return std::any_of(platform.accelerators.begin(), platform.accelerators.end(),
                     [&](const AcceleratorSpec& each) { return each.kind != platform.accelerators.front().kind; });
}

Json platform_json(const PlatformSpec& platform) {
  Json json = {{"format", platform.format}};
  json.update(without_defaults(platform));
  json["kinds"] = Json::array();
  for (const KindSpec& kind : platform.kinds) {
    Json each = without_defaults(kind);
    if (kind.profile == kind.name) each.erase("profile");
    each["operating_points"] = list_without_defaults(kind.operating_points);
    json["kinds"].push_back(std::move(each));
  }
  if (!platform.memories.empty()) json["memories"] = list_without_defaults(platform.memories);
  if (!platform.links.empty()) json["links"] = list_without_defaults(platform.links);
  if (!platform.routes.empty()) json["routes"] = list_without_defaults(platform.routes);
  json["accelerators"] = list_without_defaults(platform.accelerators);
  return json;
}

}  // namespace hetsched
