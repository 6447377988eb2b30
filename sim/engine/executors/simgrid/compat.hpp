/// \file
/// The differences between SimGrid 3.32 (Debian 12) and 4.x, and nothing else: what SimGrid is to us. Included by
/// simgrid.cpp, and by tests that look at SimGrid itself.
#pragma once

#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

#include <simgrid/version.h>  // needs what those include

#include <string>
#include <vector>

namespace hetsched::simgrid_compat {

namespace s4u = simgrid::s4u;

inline constexpr bool kSimGrid4 = SIMGRID_VERSION >= 40000;

inline s4u::NetZone* add_zone(s4u::Engine& engine, const std::string& name) {
#if SIMGRID_VERSION >= 40000
  return engine.get_netzone_root()->add_netzone_full(name);
#else
  (void)engine;
  return s4u::create_full_zone(name);
#endif
}

inline s4u::Host* add_host(s4u::NetZone* zone, const std::string& name, double speed) {
#if SIMGRID_VERSION >= 40000
  return zone->add_host(name, speed);
#else
  return zone->create_host(name, speed);
#endif
}

inline s4u::Link* add_link(s4u::NetZone* zone, const std::string& name, double bandwidth) {
#if SIMGRID_VERSION >= 40000
  return zone->add_link(name, bandwidth);
#else
  return zone->create_link(name, bandwidth);
#endif
}

inline void add_route(s4u::NetZone* zone, s4u::Host* from, s4u::Host* to, const std::vector<s4u::LinkInRoute>& links) {
#if SIMGRID_VERSION >= 40000
  zone->add_route(from, to, links, false);
#else
  zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr, links, false);
#endif
}

/// Starts activities of maestro's, so that their ends are told and nothing of them is kept: an Exec must be detached
/// from 3.36 on, or maestro lists it for ever; a Comm between hosts may not be, since its end is then told to nobody
/// (it was never listed).
inline void launch(s4u::Exec& exec) {
#if SIMGRID_VERSION >= 33600
  exec.detach();
#else
  exec.start();
#endif
}
inline void launch(s4u::Comm& comm) { comm.start(); }

/// Calls `f(const s4u::Activity&)` at every completion of an Exec or a Comm, for the rest of the process.
template <class F>
void on_completion(F f) {
#if SIMGRID_VERSION >= 33400
  s4u::Exec::on_completion_cb([f](const s4u::Exec& a) { f(a); });
  s4u::Comm::on_completion_cb([f](const s4u::Comm& a) { f(a); });
#else
  s4u::Activity::on_completion_cb([f](const s4u::Activity& a) { f(a); });
#endif
}

inline const char* timing_precision_key() { return kSimGrid4 ? "precision/timing" : "surf/precision"; }

}  // namespace hetsched::simgrid_compat
