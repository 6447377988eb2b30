#include "engine/executors/guarded.hpp"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "engine/crash_report.hpp"

namespace hetsched {
namespace {

class GuardedExecutor final : public Executor {
  template <class Call>
  auto guarded(const Call& call) const {
    const InsideExecutor inside(library_);
    try {
      return call();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      throw std::logic_error(std::string(library_) + ": " + error.what() + "; simulated was: " + named_run());
    }
  }

 public:
  GuardedExecutor(const char* library, std::unique_ptr<Executor> (*make)(const Fabric& fabric), const Fabric& fabric)
      : library_(library) {
    guarded([&] { inner_ = make(fabric); });
  }
  ~GuardedExecutor() override {
    const InsideExecutor inside(library_);
    inner_.reset();
  }

  double now() const override { return inner_->now(); }
  void start_traffic(SlotId slot, double bytes, double max_rate) override {
    guarded([&] { inner_->start_traffic(slot, bytes, max_rate); });
  }
  void start_transfer(FlowId flow, MemoryId from, MemoryId to, double bytes) override {
    guarded([&] { inner_->start_transfer(flow, from, to, bytes); });
  }
  void set_max_rate(SlotId slot, double rate) override {
    guarded([&] { inner_->set_max_rate(slot, rate); });
  }
  void set_bandwidth(MemoryId memory, double bandwidth) override {
    guarded([&] { inner_->set_bandwidth(memory, bandwidth); });
  }
  double cancel(FlowId flow) override {
    return guarded([&] { return inner_->cancel(flow); });
  }
  void wait(double until, std::vector<FlowId>& finished) override {
    guarded([&] { inner_->wait(until, finished); });
  }

 private:
  const char* library_;
  std::unique_ptr<Executor> inner_;
};

}  // namespace

std::unique_ptr<Executor> guarded_executor(const char* library, std::unique_ptr<Executor> (*make)(const Fabric& fabric),
                                           const Fabric& fabric) {
  return std::make_unique<GuardedExecutor>(library, make, fabric);
}

}  // namespace hetsched
