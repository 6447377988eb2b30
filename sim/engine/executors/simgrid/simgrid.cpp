#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>

#include "engine/executors/simgrid/compat.hpp"
#include "engine/executors/simgrid/library.hpp"
#include "engine/instant.hpp"

namespace hetsched {
namespace {

namespace compat = simgrid_compat;
namespace s4u = simgrid::s4u;
using simgrid::kernel::timer::Timer;

class SimGridExecutor;

/// Nothing else of ours is linked here.
void require(bool condition, const char* why) {
  if (!condition) throw std::logic_error(why);
}

/// SimGrid counts the bytes of a Comm in whole numbers up to 2^64; ours need not be whole (a task interrupted halfway).
/// Links and Comms are therefore scaled by the power of two that makes the largest flow fit, and bytes rounded to its
/// inverse.
double units_per_byte(const Fabric& fabric) {
  if (!(fabric.most_bytes > 0)) return 65536;
  return std::ldexp(1, std::min(128, 62 - std::ilogb(fabric.most_bytes)));
}
/// B/s that hold nothing back.
constexpr double kAnyBandwidth = 1e200;

/// As SimGrid's callbacks see it.
struct Flow {
  SimGridExecutor* owner = nullptr;
  FlowId id = {};
  s4u::ActivityPtr activity;
  s4u::ActivityPtr previous;  ///< 3.32 crashes if the last reference goes away inside the callback
  double bytes = 0;           ///< in all
  double units = 0;           ///< as SimGrid counts them
  double cap = 0;             ///< of its own, B/s
  MemoryId from{}, to{};      ///< whose memories it uses; the same for traffic
  bool active = false;

  /// All of them, to the last digit, if it has not begun.
  [[nodiscard]] double bytes_left() const {
    const double left = activity->get_remaining();
    return left == units ? bytes : left * (bytes / units);
  }
};

class SimGridExecutor final : public Executor {
 public:
  SimGridExecutor(const Fabric& fabric, char* last_message, std::size_t size);
  ~SimGridExecutor() override;

  double now() const override { return now_; }
  void start_traffic(SlotId slot, double bytes, double max_rate) override;
  void start_transfer(FlowId id, MemoryId from, MemoryId to, double bytes) override;
  void set_max_rate(SlotId slot, double rate) override;
  void set_bandwidth(MemoryId memory, double bandwidth) override;
  double cancel(FlowId id) override;
  void wait(double until, std::vector<FlowId>& finished) override;

  void completed(const s4u::Activity& activity, const Flow& flow);

 private:
  void build();
  void take_apart();
  Flow& flow(FlowId id);
  void keep(Flow& flow, s4u::ActivityPtr activity, double bytes, double units, double cap, MemoryId from, MemoryId to);
  void start_comm(FlowId id, s4u::Host* host, MemoryId from, MemoryId to, double bytes, double cap);
  void set_slot_link(SlotId slot, const Flow& flow);
  void set_memory_link(MemoryId memory, double bandwidth);
  /// Bytes per second it can have at most.
  [[nodiscard]] double most_rate(const Flow& flow) const {
    return std::min({flow.cap, fabric_.memory_bandwidth[flow.from], fabric_.memory_bandwidth[flow.to]});
  }
  /// Ends the flows that would end at this very instant but for rounding.
  void finish_together();
  void arm(double until);
  /// Makes Engine::run() return once everything of this instant has been handled.
  void stop(const void* reason);

  std::unique_ptr<s4u::Engine> engine_;
  Fabric fabric_;
  const double units_per_byte_;
  const bool as_links_;  ///< memories are links too, and traffic goes over them
  IdVector<MemoryId, s4u::Host*> memory_hosts_;
  IdVector<MemoryId, s4u::Link*> memory_links_;  // if as links; null: unlimited
  IdVector<SlotId, s4u::Host*> slot_hosts_;      // if as links
  IdVector<SlotId, s4u::Link*> slot_links_;      // if as links: the cap on the rate of a slot's traffic
  IdVector<FlowId, std::unique_ptr<Flow>> flows_;
  std::uint32_t active_ = 0;
  std::vector<s4u::ActivityPtr> cancelled_;  ///< SimGrid touches them once more, in its next step
  double origin_ = 0;
  double now_ = 0;
  Timer* timer_ = nullptr;
  double timer_until_ = 0;  ///< what it was armed for, in our time
  std::set<s4u::Activity*> veto_;
  std::vector<FlowId> finished_;
};

/// Signals of activities are static in SimGrid: connect once, and find the executor through the flow.
void connect_once() {
  static const bool connected = [] {
    compat::on_completion([](const s4u::Activity& activity) {
      if (activity.get_state() != s4u::Activity::State::FINISHED) return;
      auto* flow = const_cast<s4u::Activity&>(activity).get_data<Flow>();
      if (flow != nullptr) flow->owner->completed(activity, *flow);
    });
    return true;
  }();
  (void)connected;
}

/// SimGrid's configuration belongs to the process and may not be changed once an engine has been used.
void configure_once() {
  static const bool configured = [] {
    s4u::Engine::set_config("network/model:CM02");
    s4u::Engine::set_config("network/crosstraffic:no");
    s4u::Engine::set_config("network/TCP-gamma:0");
    s4u::Engine::set_config("network/optim:Full");
    s4u::Engine::set_config("cpu/optim:Full");  // one memory couples everything: cheaper than Lazy
    s4u::Engine::set_config(std::string(compat::timing_precision_key()) + ":1e-12");
    return true;
  }();
  (void)configured;
}

/// Whoever handles a signal, or std::terminate, goes on doing so once this has gone: SimGrid takes SIGINT (to print its
/// actors), SIGSEGV and SIGBUS (3.32: if nobody has them, 4.0: always) with their stack, and how the program
/// terminates.
class HandlersKept {
 public:
  HandlersKept() {
    for (std::size_t i = 0; i < kTaken.size(); ++i) sigaction(kTaken[i], nullptr, &before_[i]);
    ::sigaltstack(nullptr, &stack_);
  }
  ~HandlersKept() {
    for (std::size_t i = 0; i < kTaken.size(); ++i) sigaction(kTaken[i], &before_[i], nullptr);
    ::sigaltstack(&stack_, nullptr);
    std::set_terminate(terminate_);
  }
  HandlersKept(const HandlersKept&) = delete;
  HandlersKept& operator=(const HandlersKept&) = delete;

 private:
  static constexpr std::array kTaken = {SIGINT, SIGSEGV, SIGBUS};
  std::array<struct sigaction, kTaken.size()> before_{};
  stack_t stack_{};
  std::terminate_handler terminate_ = std::get_terminate();
};

/// What SimGrid logs goes where crash reports look for it: all that it logs is why it ends the process. Without them,
/// and if that fails, it goes to standard error.
void log_once(char* last_message, std::size_t size) {
  static const bool logging = [&] {
    if (size == 0) return false;
    std::FILE* stream = ::fmemopen(last_message, size - 1, "w");  // the last zero stays
    if (stream == nullptr) return false;
    std::setvbuf(stream, nullptr, _IONBF, 0);
    xbt_log_appender_set(&_XBT_LOGV(XBT_LOG_ROOT_CAT), xbt_log_appender_stream(stream));
    return true;
  }();
  (void)logging;
}

std::unique_ptr<s4u::Engine> make_engine(char* last_message, std::size_t size) {
  const HandlersKept kept;
  std::array<std::string, 4> words = {"hetsched", "--log=root.thres:critical", "--log=root.fmt:%m", "--log=no_loc"};
  std::array<char*, words.size() + 1> argv{};
  std::transform(words.begin(), words.end(), argv.begin(), [](std::string& word) { return word.data(); });
  int argc = static_cast<int>(words.size());
  auto engine = std::make_unique<s4u::Engine>(&argc, argv.data());
  log_once(last_message, size);
  configure_once();
  return engine;
}

SimGridExecutor::SimGridExecutor(const Fabric& fabric, char* last_message, std::size_t size)
    : fabric_(fabric), units_per_byte_(units_per_byte(fabric)), as_links_(fabric.multi_hop() || fabric.rates_change) {
  engine_ = make_engine(last_message, size);
  connect_once();
  build();
  engine_->track_vetoed_activities(&veto_);
  origin_ = s4u::Engine::get_clock();
}

void SimGridExecutor::build() {
  s4u::NetZone* zone = compat::add_zone(*engine_, "platform");
  memory_links_.assign(fabric_.memory_bandwidth.size(), nullptr);
  for (const MemoryId m : memory_links_.ids()) {
    const double bandwidth = fabric_.memory_bandwidth[m];
    const std::string name = "memory" + std::to_string(index_of(m));
    memory_hosts_.push_back(compat::add_host(zone, name, fabric_.limited(m) ? bandwidth : 1));
    if (as_links_ && fabric_.limited(m)) memory_links_[m] = compat::add_link(zone, name, bandwidth * units_per_byte_);
  }
  if (as_links_) {
    IdVector<LinkId, s4u::Link*> links;
    for (const LinkId l : fabric_.links.ids()) {
      links.push_back(
          compat::add_link(zone, "link" + std::to_string(index_of(l)), fabric_.links[l].bandwidth * units_per_byte_));
      if (!fabric_.links[l].shared) links.back()->set_sharing_policy(s4u::Link::SharingPolicy::FATPIPE);
    }
    for (const MemoryId from : memory_links_.ids())
      for (const MemoryId to : memory_links_.ids()) {
        const std::span<const LinkId> route = fabric_.routes.links(from, to);
        if (from == to || route.empty()) continue;
        std::vector<s4u::LinkInRoute> path;
        if (memory_links_[from] != nullptr) path.emplace_back(memory_links_[from]);
        for (const LinkId link : route) path.emplace_back(links[link]);
        if (memory_links_[to] != nullptr) path.emplace_back(memory_links_[to]);
        compat::add_route(zone, memory_hosts_[from], memory_hosts_[to], path);
      }
    for (const SlotId slot : fabric_.slot_memory.ids()) {
      const MemoryId memory = fabric_.slot_memory[slot];
      const std::string name = "slot" + std::to_string(index_of(slot));
      slot_hosts_.push_back(compat::add_host(zone, name, 1));
      slot_links_.push_back(compat::add_link(zone, name, 1));
      if (memory_links_[memory] != nullptr)
        compat::add_route(zone, slot_hosts_[slot], memory_hosts_[memory],
                          {s4u::LinkInRoute(slot_links_[slot]), s4u::LinkInRoute(memory_links_[memory])});
    }
  }
  zone->seal();
}

SimGridExecutor::~SimGridExecutor() {
  try {
    take_apart();
  } catch (const std::exception&) {
    (void)engine_.release();  // it has said before what is wrong, and is left as it is
  }
}

void SimGridExecutor::take_apart() {
  for (const FlowId id : flows_.ids())
    if (flows_[id]->active) cancel(id);
  if (timer_ != nullptr) timer_->remove();
  timer_ = nullptr;
  // What was cancelled at the last instant goes away with SimGrid's next step, and must go before SimGrid itself does.
  std::vector<FlowId> none;
  if (!flows_.empty()) wait(now_, none);
  engine_->track_vetoed_activities(nullptr);
  flows_.clear();
  engine_.reset();
}

Flow& SimGridExecutor::flow(FlowId id) {
  while (!flows_.contains(id)) {
    const FlowId next = flows_.push_back(std::make_unique<Flow>());
    flows_[next]->owner = this;
    flows_[next]->id = next;
  }
  return *flows_[id];
}

void SimGridExecutor::keep(Flow& flow, s4u::ActivityPtr activity, double bytes, double units, double cap, MemoryId from,
                           MemoryId to) {
  flow.previous = std::move(flow.activity);
  flow.activity = std::move(activity);
  flow.bytes = bytes;
  flow.units = units;
  flow.cap = cap;
  flow.from = from;
  flow.to = to;
  flow.active = true;
  ++active_;
}

void SimGridExecutor::start_traffic(SlotId slot, double bytes, double max_rate) {
  const MemoryId memory = fabric_.slot_memory[slot];
  if (as_links_) {
    start_comm(flow_of(slot), slot_hosts_[slot], memory, memory, bytes, max_rate);
  } else {
    Flow& f = flow(flow_of(slot));
    s4u::ExecPtr exec = s4u::Exec::init();
    exec->set_flops_amount(bytes);
    if (std::isfinite(max_rate)) exec->set_bound(max_rate);
    exec->set_host(memory_hosts_[memory]);
    exec->set_data(&f);
    keep(f, exec, bytes, bytes, max_rate, memory, memory);
    compat::launch(*exec);
  }
}

void SimGridExecutor::start_transfer(FlowId id, MemoryId from, MemoryId to, double bytes) {
  double cap = std::numeric_limits<double>::infinity();
  for (const LinkId link : fabric_.routes.links(from, to)) cap = std::min(cap, fabric_.links[link].bandwidth);
  start_comm(id, memory_hosts_[from], from, to, bytes, cap);
}

void SimGridExecutor::start_comm(FlowId id, s4u::Host* host, MemoryId from, MemoryId to, double bytes, double cap) {
  require(bytes * units_per_byte_ < 0x1p64, "a flow of more bytes than the largest of the fabric");
  Flow& f = flow(id);
  const double units = std::max(1.0, std::round(bytes * units_per_byte_));  // one of none would never end
  s4u::CommPtr comm = s4u::Comm::sendto_init(host, memory_hosts_[to]);
  comm->set_payload_size(static_cast<std::uint64_t>(units));
  comm->set_data(&f);
  keep(f, comm, bytes, units, cap, from, to);
  const bool traffic = index_of(id) < slot_links_.size();
  const SlotId slot = id_of<SlotId>(index_of(id));
  if (!fabric_.rates_change) {
    if (traffic) set_slot_link(slot, f);
    compat::launch(*comm);
    return;
  }
  // A Comm never gets more than the least bandwidth that a link of its had when it started.
  if (traffic) slot_links_[slot]->set_bandwidth(kAnyBandwidth);
  for (const MemoryId memory : {from, to}) set_memory_link(memory, kAnyBandwidth);
  compat::launch(*comm);
  if (traffic) set_slot_link(slot, f);
  for (const MemoryId memory : {from, to}) set_memory_link(memory, fabric_.memory_bandwidth[memory] * units_per_byte_);
}

void SimGridExecutor::set_slot_link(SlotId slot, const Flow& flow) {
  // Bytes are rounded to units: a rate rounded alike keeps the time exact.
  slot_links_[slot]->set_bandwidth(std::min(flow.cap, kAnyBandwidth) * (flow.units / flow.bytes));
}

void SimGridExecutor::set_memory_link(MemoryId memory, double bandwidth) {
  if (memory_links_[memory] != nullptr) memory_links_[memory]->set_bandwidth(bandwidth);
}

void SimGridExecutor::set_max_rate(SlotId slot, double rate) {
  require(fabric_.rates_change, "the fabric does not say that rates change");
  Flow& f = flow(flow_of(slot));
  f.cap = rate;
  set_slot_link(slot, f);
}

void SimGridExecutor::set_bandwidth(MemoryId memory, double bandwidth) {
  require(fabric_.rates_change, "the fabric does not say that rates change");
  fabric_.memory_bandwidth[memory] = bandwidth;
  set_memory_link(memory, bandwidth * units_per_byte_);
}

double SimGridExecutor::cancel(FlowId id) {
  Flow& f = flow(id);
  require(f.active, "only a running flow can be cancelled");
  const double left = f.bytes_left();
  f.active = false;
  --active_;
  cancelled_.push_back(f.activity);
  f.activity->suspend();  // a cancelled Comm keeps its share of the links until SimGrid's next step
  f.activity->cancel();
  return left;
}

void SimGridExecutor::completed(const s4u::Activity& activity, const Flow& flow) {
  if (flow.activity.get() != &activity || !flow.active) return;
  finished_.push_back(flow.id);
  stop(&flow);
}

void SimGridExecutor::stop(const void* reason) { veto_.insert(static_cast<s4u::Activity*>(const_cast<void*>(reason))); }

void SimGridExecutor::arm(double until) {
  if (timer_ != nullptr) {
    if (timer_until_ <= until) return;  // an early return is harmless
    timer_->remove();
  }
  timer_until_ = until;
  // SimGrid goes to a date by adding what is missing to its clock, which may round to one unit above the date, and it
  // ends the process if asked for a date below its clock. Our dates stay as they were asked for; its own never lie in
  // its past.
  timer_ = Timer::set(std::max(until + origin_, s4u::Engine::get_clock()), [this] {
    timer_ = nullptr;
    now_ = std::max(now_, timer_until_);
    stop(this);
  });
}

void SimGridExecutor::finish_together() {
  const double instant = instant_width(s4u::Engine::get_clock());
  for (const FlowId id : flows_.ids()) {
    const Flow& f = *flows_[id];
    if (!f.active || f.bytes_left() > most_rate(f) * instant) continue;
    cancel(id);
    finished_.push_back(id);
  }
}

void SimGridExecutor::wait(double until, std::vector<FlowId>& finished) {
  finished_.clear();
  veto_.clear();
  if (std::isfinite(until)) arm(until);
  require(timer_ != nullptr || active_ > 0, "waiting for nothing");
  engine_->run();
  require(!veto_.empty(), "SimGrid has nothing left to do, but flows are under way");
  cancelled_.clear();
  for (const FlowId id : finished_) {
    flows_[id]->active = false;
    --active_;
  }
  if (!finished_.empty()) now_ = std::max(now_, s4u::Engine::get_clock() - origin_);
  if (active_ > 0) finish_together();
  std::sort(finished_.begin(), finished_.end());
  finished = finished_;
}

}  // namespace
}  // namespace hetsched

hetsched::Executor* hetsched_make_simgrid_executor(const hetsched::Fabric* fabric, char* last_message,
                                                   std::size_t size) {
  return new hetsched::SimGridExecutor(*fabric, last_message, size);
}
