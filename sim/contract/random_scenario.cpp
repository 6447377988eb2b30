#include "contract/random_scenario.hpp"

#include <algorithm>
#include <cmath>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/units.hpp"
#include "hetsched/policy.hpp"
#include "model/workload.hpp"

namespace hetsched::contract {
namespace {

constexpr double kMega = 1048576;

/// Draws one number after the other.
class Dice {
 public:
  Dice(std::uint64_t seed, const char* purpose) : random_(seed, "test", purpose) {}
  double uniform(double from, double to) { return from + (to - from) * random_.uniform(next_++); }
  std::uint32_t below(std::uint32_t n) { return std::min(n - 1, static_cast<std::uint32_t>(uniform(0, n))); }
  std::uint32_t between(std::uint32_t least, std::uint32_t most) { return least + below(most - least + 1); }
  bool chance(double p) { return uniform(0, 1) < p; }

 private:
  RandomStream random_;
  std::uint64_t next_ = 0;
};

/// A JSON object or list that grows member by member.
class Json {
 public:
  Json& raw(const std::string& name, const std::string& value) {
    text_ += (text_.empty() ? "" : ", ") + (name.empty() ? "" : "\"" + name + "\": ") + value;
    return *this;
  }
  Json& text(const std::string& name, const std::string& value) { return raw(name, "\"" + value + "\""); }
  Json& number(const std::string& name, double value) { return raw(name, format_number(value)); }
  [[nodiscard]] std::string object() const { return "{" + text_ + "}"; }
  [[nodiscard]] std::string list() const { return "[" + text_ + "]"; }

 private:
  std::string text_;
};

std::string numbered(const char* what, std::size_t n) { return what + std::to_string(n); }

class Generator {
 public:
  Generator(std::uint64_t seed, double scale, bool surprises, bool sparse, bool round)
      : dice_(seed, "scenario"),
        relations_(seed, "relations"),
        places_(seed, "places"),
        shares_(seed, "shares"),
        room_(seed, "room"),
        scale_(scale),
        surprises_(surprises),
        sparse_(sparse),
        round_(round),
        limited_(room_.chance(0.3)) {
    out_.seed = seed;
    out_.scale = scale;
  }

  RandomScenario make() {
    add_platform();
    const std::uint32_t models = dice_.between(1, 3);
    for (std::uint32_t m = 0; m < models; ++m) add_model(numbered("m", m));
    if (limited_) set_capacities();
    add_workload(models);
    add_options();
    return std::move(out_);
  }

 private:
  double number(double from, double to) {
    const double drawn = dice_.uniform(from, to);
    if (!round_) return drawn;
    constexpr double kValues = 3;
    const double part = std::ceil((drawn - from) / (to - from) * kValues) / kValues;
    return std::max(1.0, std::round((from + (to - from) * part) * 10)) / 10;
  }
  double time(double from, double to) { return number(from, to) * scale_; }
  /// What is divided by a time.
  double rate(double from, double to) { return number(from, to) / scale_; }
  /// SimGrid rounds bytes to 1/65536: they have to be many.
  double bytes(double most) { return number(0, most) * kMega; }
  double bandwidth(double from, double to) { return rate(from, to) * kMega; }
  double maybe(double p, double value) { return dice_.chance(p) ? value : 0; }
  double maybe_room(double p, double most) { return room_.chance(p) ? room_.uniform(0, most) : 0; }

  void add_platform();
  std::string kind(std::uint32_t k);
  void add_relations(Json& kind, std::uint32_t k);
  std::string measured_transitions();
  void add_memories(Json& platform);
  std::string contention();
  void limit(Json& memory);
  void set_capacities();
  void add_model(const std::string& name);
  std::string layers(std::uint32_t count);
  void add_costs(Json& costs, const std::string& layer, const std::string& variant);
  void add_workload(std::uint32_t models);
  std::string stream(std::uint32_t s, std::uint32_t models);
  std::string arrival(std::uint32_t s);
  std::string sparse_dates();
  void add_options();

  Dice dice_;
  Dice relations_;  ///< between kinds, apart from the rest: other scenarios stay what they are
  Dice places_;     ///< of where inputs come from and results go
  Dice shares_;     ///< of what those who run at once share
  Dice room_;       ///< of its own: what else is drawn does not depend on whether memories are limited
  double scale_;
  bool surprises_, sparse_, round_;
  bool limited_;       ///< memories have a capacity
  bool home_ = false;  ///< weights have a home
  RandomScenario out_;
  std::uint32_t kinds_ = 1, accelerators_ = 1, memories_ = 1;
  std::vector<bool> hands_over_;      ///< by kind
  std::vector<bool> has_variant_;     ///< by layer of the model being written
  double tensors_ = 0, weights_ = 0;  ///< bytes, of the model that has most
  double all_weights_ = 0;            ///< of all models
  bool periodic_ = false;             ///< the workload has a periodic stream
  bool closed_loop_ = false;
};

std::string Generator::kind(std::uint32_t k) {
  Json points;
  const std::uint32_t count = dice_.between(1, 3);
  for (std::uint32_t p = 0; p < count; ++p)
    points.raw("", Json()
                       .text("name", numbered("p", p))
                       .number("frequency", rate(0.5, 2))
                       .number("idle_power", rate(0, 2))
                       .number("active_power", rate(2, 9))
                       .object());
  Json out;
  out.text("name", numbered("k", k)).text("type", "npu").raw("operating_points", points.list());
  out.text("task_energy", dice_.chance(0.5) ? "dynamic" : "total");
  out.number("dispatch_time", maybe(0.5, time(0, 0.1)));
  // Energy spent in no time is in no piece of power.csv, and conservation would miss it.
  if (dice_.chance(0.5)) out.number("switch_time", time(0.01, 0.5)).number("switch_energy", maybe(0.5, number(0, 1)));
  out.number("slots", dice_.chance(0.3) ? dice_.between(2, 3) : 1);
  if (dice_.chance(0.3)) {
    out.number("max_batch", dice_.between(2, 5));
    if (dice_.chance(0.7)) out.number("batch_fixed_share", dice_.between(0, 10) / 10.0);
  }
  if (dice_.chance(0.3)) out.number("port_bandwidth", bandwidth(20, 100));
  if (shares_.chance(0.3)) out.text("sharing", "weighted").number("occupancy", shares_.uniform(0.2, 1));
  if (shares_.chance(0.2)) out.number("bus_factor", shares_.uniform(1, 5));
  add_relations(out, k);
  return out.object();
}

/// The capacity is that of which as many are there as memories, when the models are known.
void Generator::limit(Json& memory) {
  if (limited_) memory.raw("capacity", "@capacity@").number("reserve", maybe_room(0.5, 1000));
  if (limited_ && room_.chance(0.3)) memory.number("page", room_.between(1, 1000));
}

/// What one request and the weights of one task take at most, or half as much again, or twice; where weights have no
/// home all of them, at each granularity.
void Generator::set_capacities() {
  const double weights = home_ ? weights_ : 3 * all_weights_;
  std::string& platform = out_.inputs.platform;
  const std::string mark = "@capacity@";
  for (std::size_t at = platform.find(mark); at != std::string::npos; at = platform.find(mark))
    platform.replace(at, mark.size(), format_number(std::ceil(tensors_ * room_.between(2, 4) / 2 + weights) + 200000));
}

/// The first kind runs everything: others hand over to it what they cannot, and it does transitions.
void Generator::add_relations(Json& kind, std::uint32_t k) {
  std::swap(dice_, relations_);
  hands_over_.push_back(k > 0 && dice_.chance(0.4));
  if (hands_over_.back()) {
    kind.text("fallback", "k0").number("fallback_time", maybe(0.7, time(0.05, 0.3)));
    if (dice_.chance(0.2)) kind.number("max_loadables", dice_.between(1, 2));
  }
  if (k > 0 && dice_.chance(0.3)) {
    const auto transition = [&](const char* direction) {
      Json out;
      out.text(direction, "k0").number("time", time(0.05, 0.3)).number("energy", maybe(0.5, number(0, 1)));
      if (dice_.chance(0.5)) out.number("bandwidth", bandwidth(20, 200));
      return out;
    };
    Json from = transition("from");
    if (dice_.chance(0.5)) from.text("on", numbered("k", k));
    kind.raw("transitions", Json().raw("", transition("to").object()).raw("", from.object()).list());
  }
  std::swap(dice_, relations_);
}

std::string Generator::measured_transitions() {
  std::swap(dice_, relations_);
  Json rows;
  if (kinds_ > 1 && dice_.chance(0.2))
    rows.raw("",
             Json().text("after", "l0").text("from", "k1").text("to", "k0").number("time", time(0.05, 0.3)).object());
  std::swap(dice_, relations_);
  return rows.list();
}

std::string Generator::contention() {
  Json models;
  const auto some = [&](double from, double to) { return shares_.uniform(from, to) / scale_ * kMega; };
  const double shape = shares_.uniform(0, 1);
  if (shape > 0.3) return models.list();
  Json model;
  if (shares_.chance(0.2)) model.raw("kinds", R"(["k0"])");
  if (shape < 0.1) {
    model.text("type", "proportional");
  } else if (shape < 0.2) {
    const double normal = some(5, 30);
    model.text("type", "piecewise").number("normal", normal).number("total", normal + some(0, 60));
    model.number("balance", some(10, 60)).number("slope", shares_.uniform(0, 10) * scale_);
  } else {
    Json pairs;
    for (std::uint32_t k = 0; k < kinds_; ++k)
      for (std::uint32_t other = 0; other < kinds_; ++other)
        pairs.raw("", Json()
                          .text("kind", numbered("k", k))
                          .text("beside", numbered("k", other))
                          .number("slowdown", std::max(1.0, shares_.uniform(0.5, 2)))
                          .object());
    model.text("type", "matrix").raw("slowdowns", pairs.list());
  }
  return models.raw("", model.object()).list();
}

void Generator::add_memories(Json& platform) {
  const double shape = dice_.uniform(0, 1);
  home_ = limited_ && shape >= 0.25 && room_.chance(0.7);
  if (shape < 0.25) {  // one memory without limits of bandwidth
    Json memory;
    limit(memory.text("name", "mem0"));
    if (limited_) platform.raw("memories", Json().raw("", memory.object()).list());
    return;
  }
  Json memories;
  memories_ = shape < 0.5 ? 1 : dice_.between(2, 3);
  for (std::uint32_t m = 0; m < memories_; ++m) {
    Json memory;
    memory.text("name", numbered("mem", m)).number("energy_per_byte", maybe(0.5, dice_.uniform(0, 0.01) / kMega));
    if (memories_ == 1 || dice_.chance(0.5))
      memory.number("bandwidth", bandwidth(30, 100)).raw("contention", contention());
    limit(memory);
    memories.raw("", memory.object());
  }
  const double load_rate = home_ ? room_.uniform(10, 60) / scale_ * kMega : 0;
  const std::string pcie = Json().text("name", "pcie").number("bandwidth", load_rate).object();
  const char* const from_home = R"({"from": "host", "to": "*", "links": ["pcie"]})";
  if (home_) platform.text("home", "host");
  if (home_) memories.raw("", Json().text("name", "host").number("energy_per_byte", 1e-9).object());
  platform.raw("memories", memories.list());
  if (memories_ == 1) {
    if (!home_) return;
    platform.raw("links", Json().raw("", pcie).list()).raw("routes", Json().raw("", from_home).list());
    return;
  }
  const auto link = [&](const char* name) {
    return Json()
        .text("name", name)
        .number("bandwidth", bandwidth(10, 60))
        .number("latency", maybe(0.6, time(0, 0.2)))
        .number("energy_per_byte", maybe(0.5, dice_.uniform(0, 0.01) / kMega))
        .text("sharing", dice_.chance(0.7) ? "shared" : "uncontended")
        .object();
  };
  Json links, routes;
  links.raw("", link("bus")).raw("", link("far"));
  if (home_) links.raw("", pcie);
  platform.raw("links", links.list());
  if (places_.chance(0.3)) platform.text("host", numbered("mem", places_.below(memories_)));
  if (home_) routes.raw("", from_home);
  routes.raw("", R"({"from": "*", "to": "*", "links": ["bus"]})");
  if (dice_.chance(0.5)) routes.raw("", R"({"from": "mem0", "to": "mem1", "links": ["bus", "far"]})");
  platform.raw("routes", routes.list());
}

void Generator::add_platform() {
  Json platform, kinds, accelerators;
  platform.number("format", 1).text("name", "p").number("base_power", maybe(0.5, rate(0, 3)));
  accelerators_ = dice_.between(1, 6);
  kinds_ = std::min(accelerators_, dice_.between(1, 3));
  for (std::uint32_t k = 0; k < kinds_; ++k) kinds.raw("", kind(k));
  platform.raw("kinds", kinds.list());
  add_memories(platform);
  Strings memory;
  for (std::uint32_t a = 0; a < accelerators_; ++a) {
    Json accelerator;
    const std::uint32_t drawn = a < kinds_ ? a : dice_.below(kinds_);
    accelerator.text("name", numbered("a", a)).text("kind", numbered("k", drawn));
    if (memories_ > 1) memory.push_back(numbered("mem", dice_.below(memories_)));
    // What is handed over is computed from the same memory.
    if (memories_ > 1) accelerator.text("memory", memory[hands_over_[drawn] ? 0 : a]);
    accelerators.raw("", accelerator.object());
  }
  out_.inputs.platform = platform.raw("accelerators", accelerators.list()).object();
}

/// Layers l0, l1, ...: a chain, or each reading from any of those before it.
std::string Generator::layers(std::uint32_t count) {
  Json list;
  has_variant_.clear();
  const bool branches = dice_.chance(0.7);
  double tensors = 0, all = 0;
  for (std::uint32_t l = 0; l < count; ++l) {
    Json layer, inputs;
    const double output = maybe(0.8, bytes(20));
    layer.text("name", numbered("l", l)).number("output_bytes", output);
    const double read = places_.chance(0.6) ? places_.below(21) * kMega : 0;
    if (read > 0) layer.number("input_bytes", read);
    if (limited_) {
      const double weights = maybe_room(0.7, 20 * kMega), workspace = maybe_room(0.3, 5 * kMega);
      layer.number("weight_bytes", weights).number("workspace_bytes", workspace);
      tensors += std::ceil(output) + std::ceil(workspace) + read;
      all += std::ceil(weights);
    }
    for (std::uint32_t i = 0; branches && i < l; ++i) {
      if (!dice_.chance(1.5 / l)) continue;
      Json input;
      input.text("from", numbered("l", i));
      if (dice_.chance(0.2)) {
        const double own = bytes(10);
        input.number("bytes", own);
        tensors += std::ceil(own);
      }
      inputs.raw("", input.object());
    }
    if (branches) layer.raw("inputs", inputs.list());
    has_variant_.push_back(dice_.chance(0.3));
    if (has_variant_.back())
      layer.raw(
          "variants",
          Json().raw("", Json().text("name", "v").number("accuracy_loss", dice_.uniform(0, 0.1)).object()).list());
    list.raw("", layer.object());
  }
  tensors_ = std::max(tensors_, tensors);
  weights_ = std::max(weights_, all);
  all_weights_ += all;
  return list.list();
}

/// Rows of a layer for the kinds that support it; always for kind 0, which therefore supports whole models,
/// and for the first layer.
void Generator::add_costs(Json& costs, const std::string& layer, const std::string& variant) {
  for (std::uint32_t k = 0; k < kinds_; ++k) {
    if (k > 0 && layer != "l0" && dice_.chance(0.25)) continue;
    Json row;
    row.text("layer", layer).text("kind", numbered("k", k));
    if (!variant.empty()) row.text("variant", variant);
    if (dice_.chance(0.05)) {
      row.number("time", 0);
    } else {
      row.number("time", time(0.1, 2)).number("energy", number(0, 5));
      row.number("bytes", maybe(0.6, bytes(60)));
    }
    costs.raw("", row.object());
  }
}

void Generator::add_model(const std::string& name) {
  const std::uint32_t count = dice_.between(1, 7);
  const std::string list = layers(count);
  Json model, costs;
  for (std::uint32_t l = 0; l < count; ++l) {
    add_costs(costs, numbered("l", l), "");
    if (has_variant_[l]) add_costs(costs, numbered("l", l), "v");
  }
  if (dice_.chance(0.3)) add_costs(costs, "*", "");
  model.number("format", 1).text("name", name).raw("layers", list);
  if (count > 2) model.raw("groups", R"([{"name": "g", "layers": ["l0", "l1"]}])");
  if (const std::string rows = measured_transitions(); rows != "[]") model.raw("transitions", rows);
  out_.inputs.models[name] = model.raw("costs", costs.list()).object();
}

std::string Generator::sparse_dates() {
  Json dates;
  const std::uint32_t count = dice_.between(1, 5);
  double date = time(0.2, 4);
  for (std::uint32_t i = 0; i < count; ++i, date *= dice_.uniform(1, 9)) dates.number("", date);
  return dates.list();
}

static_assert(std::variant_size_v<Arrival> == 6, "a new arrival process is to be drawn here");

std::string Generator::arrival(std::uint32_t s) {
  Json out;
  if (sparse_) return out.text("type", "trace").raw("times", sparse_dates()).object();
  const std::uint32_t type = dice_.below(s > 0 ? 5 : 4);
  if (type == 0) {
    periodic_ = true;
    out.text("type", "periodic").number("period", time(1, 6)).number("phase", maybe(0.5, time(0, 2)));
    out.number("jitter", maybe(0.5, time(0, 1)));
  } else if (type == 1) {
    out.text("type", "poisson").number("rate", rate(0.2, 1)).number("count", dice_.between(1, 12));
  } else if (type == 2) {
    out.text("type", "burst").number("count", dice_.between(1, 6)).number("at", maybe(0.5, time(0, 5)));
  } else if (type == 3) {
    closed_loop_ = true;
    out.text("type", "closed_loop").number("outstanding", dice_.between(1, 3)).number("count", dice_.between(3, 8));
    out.number("think_time", maybe(0.5, time(0, 1)));
  } else {
    out.text("type", "triggered").text("by", numbered("s", dice_.below(s))).number("delay", maybe(0.5, time(0, 1)));
  }
  return out.object();
}

std::string Generator::stream(std::uint32_t s, std::uint32_t models) {
  Json out;
  const std::string arrivals = arrival(s);
  out.text("name", numbered("s", s)).text("model", numbered("m", dice_.below(models))).raw("arrival", arrivals);
  if (dice_.chance(0.2) && s > 0 && arrivals.find("closed_loop") == std::string::npos)
    out.number("probability", dice_.uniform(0.3, 1));
  if (dice_.chance(0.25) && s > 0) out.text("after", numbered("s", dice_.below(s)));
  const char* granularities[] = {"layer", "layer", "group", "model"};
  out.text("granularity", granularities[dice_.below(4)]).number("priority", dice_.below(3));
  if (dice_.chance(0.6)) {
    const char* rules[] = {"never", "late", "unstarted"};  // the last within a tolerance, which does not scale
    out.number("deadline", time(0.5, 12)).text("drop", rules[dice_.below(surprises_ ? 3 : 2)]);
    if (dice_.chance(0.3)) out.text("deadline_from", "nominal");
  }
  for (const char* end : {"source", "sink"})
    if (memories_ > 1 && places_.chance(0.2)) out.text(end, numbered("mem", places_.below(memories_)));
  return out.object();
}

void Generator::add_workload(std::uint32_t models) {
  Json workload, streams;
  const std::uint32_t count = dice_.between(1, 4);
  for (std::uint32_t s = 0; s < count; ++s) streams.raw("", stream(s, models));
  // In round numbers, at none of those at which something is released.
  workload.number("format", 1).text("name", "w").number("duration", time(8, 25) + (round_ ? 0.05 * scale_ : 0));
  const double rules = dice_.uniform(0, 1);
  if (surprises_ && rules < 0.15) workload.text("end", "at_duration");
  if (surprises_ && rules > 0.9) workload.text("end", "last_release");
  if (surprises_ && periodic_ && !closed_loop_ && rules > 0.6) {
    workload.text("release", "polled");
    if (dice_.chance(0.5)) workload.number("completion_tolerance", 1e-6);
  }
  out_.inputs.workload = workload.raw("streams", streams.list()).object();
}

void Generator::add_options() {
  RunOptions& options = out_.options;
  options.seed = out_.seed;
  if (!surprises_) return;
  if (dice_.chance(0.3))
    for (std::uint32_t i = dice_.between(1, 3); i > 0; --i) {
      const double off = time(0, 15);
      options.outages.push_back({numbered("a", dice_.below(accelerators_)), off, off + time(0, 4)});
    }
  if (dice_.chance(0.3))
    options.execution_jitter = {static_cast<JitterDistribution>(dice_.between(1, 3)), dice_.uniform(0, 0.9)};
  if (dice_.chance(0.3)) options.decision_latency = {maybe(0.7, time(0, 0.1)), maybe(0.7, time(0, 0.1))};
}

}  // namespace

std::string RandomScenario::text() const {
  std::string out = "scenario of seed " + std::to_string(seed) + ", scale " + format_number(scale) + "\nplatform " +
                    inputs.platform + "\nworkload " + inputs.workload;
  if (end) out += "\nend " + std::string(name_of(*end));
  for (const auto& [name, model] : inputs.models) out += "\nmodel " + name + " " + model;
  for (const Outage& o : options.outages)
    out += "\noutage of " + o.accelerator + " from " + format_number(o.off) + " to " +
           format_number(o.on.value_or(kNever));
  out += "\njitter " + std::string(name_of(options.execution_jitter.distribution)) + " " +
         format_number(options.execution_jitter.spread);
  return out + "\ndecision latency " + format_number(options.decision_latency.per_call) + ", " +
         format_number(options.decision_latency.per_start);
}

std::shared_ptr<Scenario> RandomScenario::make() const {
  std::shared_ptr<Scenario> scenario = make_scenario(inputs);
  scenario->options = options;
  if (end) scenario->workload.end = *end;
  return scenario;
}

RandomScenario random_scenario(std::uint64_t seed, double scale, bool surprises, bool sparse, bool round) {
  return Generator(seed, scale, surprises, sparse, round).make();
}

}  // namespace hetsched::contract
