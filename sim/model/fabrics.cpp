#include "model/fabrics.hpp"

#include <algorithm>
#include <utility>

#include "model/baseline.hpp"

namespace hetsched {
namespace {

constexpr const char* kHost = "host";

class FabricBuilder {
 public:
  explicit FabricBuilder(const FabricSpec& spec) : spec_(spec) {}

  PlatformSpec build() {
    made_.name = spec_.name;
    made_.kind_files = spec_.kind_files;
    add_accelerators();
    switch (spec_.shape) {
      case FabricShape::pcie_tree: join_as_tree(); break;
      case FabricShape::full_mesh: join_all(); break;
      case FabricShape::ring: join_as_ring(); break;
      case FabricShape::chiplet_mesh: join_as_grid(); break;
    }
    return std::move(made_);
  }

 private:
  void add_accelerators() {
    for (std::uint32_t i = 0; i < spec_.count; ++i) {
      const std::string& kind = spec_.kinds[i % spec_.kinds.size()];
      const std::string name = kind + "_" + std::to_string(i);
      MemorySpec& memory = made_.memories.emplace_back();
      memory.name = name + "_memory";
      memory.bandwidth = spec_.memory_bandwidth;
      made_.accelerators.push_back(
          {.name = name, .kind = kind, .memory = memory.name, .operating_point = "", .fallback = ""});
    }
  }

  [[nodiscard]] const std::string& memory(std::uint32_t accelerator) const { return made_.memories[accelerator].name; }

  void join(const std::string& name, const std::string& a, const std::string& b, double bandwidth) {
    LinkSpec& link = made_.links.emplace_back();
    link.name = name;
    link.bandwidth = bandwidth;
    link.latency = spec_.latency;
    link.energy_per_byte = spec_.energy_per_byte;
    link.between = {a, b};
  }
  void join(std::uint32_t a, std::uint32_t b) {
    join("link_" + std::to_string(a) + "_" + std::to_string(b), memory(a), memory(b), spec_.bandwidth);
  }

  void add_host() {
    made_.host = kHost;
    made_.memories.emplace_back().name = kHost;
  }

  void join_as_tree() {
    std::vector<std::string> level;
    for (std::uint32_t i = 0; i < spec_.count; ++i) level.push_back(memory(i));
    std::size_t switches = 0;
    const auto group = [&](const std::vector<std::string>& below) {
      std::vector<std::string> above;
      for (std::size_t i = 0; i < below.size(); ++i) {
        if (i % spec_.fanout == 0) above.push_back("switch" + std::to_string(switches++));
        join("pcie_" + std::to_string(made_.links.size()), below[i], above.back(), spec_.bandwidth);
      }
      return above;
    };
    while (level.size() > spec_.fanout) level = group(level);
    for (const std::string& each : level)
      join("pcie_" + std::to_string(made_.links.size()), each, kHost, spec_.bandwidth);
    add_host();
  }

  void join_all() {
    for (std::uint32_t a = 0; a < spec_.count; ++a)
      for (std::uint32_t b = a + 1; b < spec_.count; ++b) join(a, b);
    join_to_host(spec_.count);
  }

  void join_as_ring() {
    for (std::uint32_t a = 0; a + 1 < spec_.count; ++a) join(a, a + 1);
    if (spec_.count > 2) join(spec_.count - 1, 0);
    join_to_host(spec_.count);
  }

  void join_as_grid() {
    for (std::uint32_t a = 0; a < spec_.count; ++a) {
      if ((a + 1) % spec_.columns != 0 && a + 1 < spec_.count) join(a, a + 1);
      if (a + spec_.columns < spec_.count) join(a, a + spec_.columns);
    }
    join_to_host(1);
  }

  /// Of the first so many.
  void join_to_host(std::uint32_t number) {
    if (!spec_.host_bandwidth) return;
    for (std::uint32_t a = 0; a < number; ++a)
      join("host_link_" + std::to_string(a), memory(a), kHost, *spec_.host_bandwidth);
    add_host();
  }

  const FabricSpec& spec_;
  PlatformSpec made_;
};

}  // namespace

Json fabric_platform(const FabricSpec& spec) {
  Json json = platform_json(FabricBuilder(spec).build());
  json.erase("kinds");  // those of files
  return json;
}

}  // namespace hetsched
