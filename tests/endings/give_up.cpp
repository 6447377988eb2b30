// Preloaded (LD_PRELOAD), this makes SimGrid give up as it does where it finds itself in a state it did not expect: in
// the GIVE_UP_AT-th call of its main loop, from 1, in the way GIVE_UP_HOW: "abort" (with a message; as without it),
// "segfault", "throw". With GIVE_UP_COUNT set, the number of calls is said at the end instead.
#include <dlfcn.h>
#include <xbt/asserts.h>

#include <simgrid/s4u/Engine.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

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

}  // namespace

void simgrid::s4u::Engine::run() const {
  if (std::to_string(++calls) == setting("GIVE_UP_AT")) {
    const std::string how = setting("GIVE_UP_HOW");
    if (how == "segfault") *static_cast<volatile int*>(nullptr) = 1;
    if (how == "throw") throw std::runtime_error("out of models");
    xbt_die("Nobody expected call %d", calls);
  }
  using Run = void (*)(const Engine*);
  static const auto original = reinterpret_cast<Run>(dlsym(RTLD_NEXT, "_ZNK7simgrid3s4u6Engine3runEv"));
  original(this);
}
