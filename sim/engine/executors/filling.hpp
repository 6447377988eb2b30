/// \file
/// Resources that flows use several of at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/indexed_heap.hpp"

namespace hetsched {

/// Max-min sharing of several bandwidths among flows with caps, each of which uses some of the resources: progressive
/// filling (Bertsekas and Gallager, Data Networks, 2nd edition, 6.5.2). What starts or ends changes rates only where
/// flows share resources with it, directly or through others, and nothing where all its resources have room.
class Filling {
 public:
  using Flow = IndexedHeap::Item;
  using Resource = std::uint32_t;

  explicit Filling(std::vector<double> bandwidths);

  /// When a flow ends if none is added or given up before; infinity: there is none.
  [[nodiscard]] double next_end(double now);
  /// A flow of finite cap, or over one resource at least.
  void start(double now, Flow flow, double bytes, double cap, std::span<const Resource> over);
  /// The cap of a flow, or the bandwidth of a resource, is another one from now on.
  void set_cap(double now, Flow flow, double cap);
  void set_bandwidth(Resource resource, double bandwidth);
  /// Gives a flow up; returns the bytes it had left.
  double cancel(double now, Flow flow);
  /// Takes out what ends until `now` + `width`; `ended` gets them, in any order.
  void finish(double now, double width, std::vector<Flow>& ended);

 private:
  struct Use {
    Resource resource;
    std::uint32_t place;  ///< in the users of the resource
  };
  struct FlowState {
    double left = 0, since = 0;  ///< bytes it had left at that date
    double rate = 0, cap = 0;
    double new_rate = 0;  ///< while rates are found: negative is none yet
    std::vector<Use> uses;
    bool seen = false;  ///< among those whose rates are found
  };
  struct ResourceState {
    double bandwidth = 0;
    double used = 0;                                    ///< sum of rates
    std::vector<std::pair<Flow, std::uint32_t>> users;  ///< which of its uses
    double room = 0;                                    ///< while rates are found
    std::uint32_t open = 0;                             ///< users without a rate yet
    bool dirty = false, seen = false;
  };

  void remove(Flow flow);
  void mark(Resource resource);
  void set_rate(double now, Flow flow, double rate);
  void gather();
  void refill(double now);
  void fix(Flow flow, double rate);

  std::vector<ResourceState> resources_;
  std::vector<FlowState> flows_;
  std::vector<Resource> dirty_;
  IndexedHeap ends_;
  // Only while rates are found:
  std::vector<Resource> seen_resources_;
  std::vector<Flow> seen_flows_;
  std::vector<std::pair<double, Flow>> caps_;
  IndexedHeap levels_;
};

}  // namespace hetsched
