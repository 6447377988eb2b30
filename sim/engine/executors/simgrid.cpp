#include "engine/executors/simgrid.hpp"

#include <dlfcn.h>

#include <string>

#include "base/errors.hpp"
#include "engine/crash_report.hpp"
#include "engine/executors/guarded.hpp"
#include "engine/executors/simgrid/library.hpp"

namespace hetsched {
namespace {

constexpr const char* kLibrary = "libhetsched_simgrid.so";

decltype(&hetsched_make_simgrid_executor) library() {
  static const auto make = [] {
    // Found by the program's own run path. It stays: SimGrid cannot be unloaded.
    void* handle = ::dlopen(kLibrary, RTLD_NOW | RTLD_GLOBAL);
    void* symbol = handle ? ::dlsym(handle, "hetsched_make_simgrid_executor") : nullptr;
    if (!symbol)
      throw InputError(std::string("the executor simgrid cannot be loaded (") + ::dlerror() +
                       "); install hetsched with its library " + kLibrary + ", or use --executor fluid");
    return reinterpret_cast<decltype(&hetsched_make_simgrid_executor)>(symbol);
  }();
  return make;
}

}  // namespace

std::unique_ptr<Executor> make_simgrid_executor(const Fabric& fabric) {
  load_simgrid();
  constexpr auto make = +[](const Fabric& of) {
    const std::span<char> buffer = last_message_buffer();
    return std::unique_ptr<Executor>(library()(&of, buffer.data(), buffer.size()));
  };
  return guarded_executor("SimGrid " HETSCHED_SIMGRID_VERSION, make, fabric);
}

void load_simgrid() { (void)library(); }

}  // namespace hetsched
