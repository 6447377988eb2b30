// Preloaded (LD_PRELOAD), this makes SimGrid give up as it does where it finds itself in a state it did not expect: in
// the GIVE_UP_AT-th call, from 1, of its main loop, or at the first Comm if GIVE_UP_AT is "comm". GIVE_UP_HOW: "abort"
// (with a message; as without it), "segfault", "throw" (from there on at every call), "memory". With GIVE_UP_COUNT set,
// the number of calls of the main loop is said at the end.
#include <dlfcn.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

#include "engine/executors/simgrid/compat.hpp"

XBT_LOG_EXTERNAL_CATEGORY(root);

namespace {

int calls = 0;

[[maybe_unused]] const bool counting = [] {
  if (std::getenv("GIVE_UP_COUNT")) std::atexit([] { std::fprintf(stderr, "calls: %d\n", calls); });
  return true;
}();

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The library's own function of this name.
template <class F>
F original(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void simgrid::s4u::Engine::run() const {
  ++calls;
  const std::string at = setting("GIVE_UP_AT"), how = setting("GIVE_UP_HOW");
  const bool now = std::to_string(calls) == at;
  if (now && how == "segfault") std::raise(SIGSEGV);
  if (now && how == "memory") throw std::bad_alloc();
  if (how == "throw" && at != "comm" && calls >= std::stoi(at)) throw std::runtime_error("out of models");
  if (now) xbt_die("Nobody expected call %d", calls);
  static const auto run = original<void (*)(const Engine*)>("_ZNK7simgrid3s4u6Engine3runEv");
  run(this);
}

simgrid::s4u::CommPtr simgrid::s4u::Comm::sendto_init(Host* from, Host* to) {
  if (setting("GIVE_UP_AT") == "comm") xbt_die("Nobody expected a Comm");
  static const auto init = original<CommPtr (*)(Host*, Host*)>("_ZN7simgrid3s4u4Comm11sendto_initEPNS0_4HostES3_");
  return init(from, to);
}
