#include <string>
#include <utility>
#include <vector>

#include "bench/engine/floors.hpp"
#include "engine/executors/simgrid/compat.hpp"

namespace hetsched::bench {
namespace {

namespace compat = simgrid_compat;
namespace s4u = simgrid::s4u;
using simgrid::kernel::timer::Timer;

class BareSimGrid {
 public:
  explicit BareSimGrid(const Load& load)
      : load_(load), arrivals_(load), dispatch_(load.accelerators), running_(lanes()), previous_(lanes()) {
    s4u::Engine::set_config(std::string(compat::timing_precision_key()) + ":1e-12");
    s4u::NetZone* const zone = compat::add_zone(engine_, "platform");
    // Bytes are flops of one host that all share, or of one for each accelerator.
    const bool shared = load.memory == Memory::shared;
    for (int h = 0; h < (shared ? 1 : load.accelerators); ++h)
      hosts_.push_back(
          compat::add_host(zone, "host" + std::to_string(h), shared ? bandwidth(load.accelerators) : kPort)->seal());
    zone->seal();
    for (int a = 0; a < load.accelerators; ++a) numbers_.push_back(a);
    compat::on_completion([this](const s4u::Activity& activity) {
      dispatch_.finish(*const_cast<s4u::Activity&>(activity).get_data<int>());
      start();
    });
  }

  Result run() {
    const double before = cpu_seconds();
    for (int m = 0; m < kModels; ++m) await(m);
    engine_.run();
    return {cpu_seconds() - before, dispatch_.done(), s4u::Engine::get_clock(), 0};
  }

 private:
  static s4u::Engine make_engine() {
    static char name[] = "bare", quiet[] = "--log=root.thres:critical";
    static char* arguments[] = {name, quiet, nullptr};
    static int count = 2;
    return s4u::Engine(&count, arguments);
  }
  [[nodiscard]] std::size_t lanes() const { return static_cast<std::size_t>(load_.accelerators); }

  void await(int model) {
    Timer::set(arrivals_.next(model), [this, model] {
      dispatch_.arrive(model);
      start();
      if (arrivals_.pass(model)) await(model);
    });
  }
  void start() {
    dispatch_.start([this](int a, const Layer& layer) {
      const s4u::ExecPtr exec = s4u::Exec::init();
      exec->set_flops_amount(layer.bytes)
          ->set_bound(own_rate(layer, a))
          ->set_host(hosts_.size() > 1 ? hosts_[static_cast<std::size_t>(a)] : hosts_.front());
      exec->set_data(&numbers_[static_cast<std::size_t>(a)]);
      previous_[static_cast<std::size_t>(a)] = std::exchange(running_[static_cast<std::size_t>(a)], exec);
      compat::launch(*exec);
    });
  }

  const Load& load_;
  s4u::Engine engine_ = make_engine();
  Arrivals arrivals_;
  Dispatch dispatch_;
  std::vector<s4u::Host*> hosts_;
  std::vector<int> numbers_;
  std::vector<s4u::ExecPtr> running_, previous_;  // 3.32 crashes if the last reference goes away in the callback
};

}  // namespace

Result run_bare_simgrid(const Load& load) { return BareSimGrid(load).run(); }

}  // namespace hetsched::bench
