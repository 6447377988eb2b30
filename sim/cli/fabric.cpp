#include "model/fabrics.hpp"

#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "model/platform.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kMostAccelerators = 1000;

struct Options {
  std::string shape, count, fanout, bandwidth, latency, energy, memory_bandwidth, host_bandwidth, name, output;
  Strings kinds, kind_files;
};

/// A number, or a text with a unit; at least 0, or above it.
double value_of(std::string_view option, const std::string& text, std::string_view unit, bool positive) {
  const auto number = parse_decimal(text);
  const auto value = number ? number : parse_quantity(text, unit).value;
  if (value && (positive ? *value > 0 : *value >= 0)) return *value;
  throw InputError(std::string(option) + " must be " + (positive ? "positive, " : "") + "a " +
                   quantity_description(unit) + ", or a number in SI units; found " + in_quotes(text));
}

/// "8", or "4x2" of a grid.
void read_count(const std::string& text, FabricSpec& spec) {
  const std::size_t x = text.find('x');
  if (spec.shape != FabricShape::chiplet_mesh) {
    spec.count = static_cast<std::uint32_t>(whole_number("--accelerators", text, 1, kMostAccelerators));
    return;
  }
  if (x == std::string::npos)
    throw InputError("--accelerators of a chiplet_mesh must be ROWSxCOLUMNS, such as 4x4; found " + in_quotes(text));
  const auto rows = whole_number("--accelerators (rows)", text.substr(0, x), 1, kMostAccelerators);
  const auto columns = whole_number("--accelerators (columns)", text.substr(x + 1), 1, kMostAccelerators);
  if (rows * columns > kMostAccelerators)
    throw InputError("--accelerators must be at most " + std::to_string(kMostAccelerators) + " in all; found " +
                     in_quotes(text));
  spec.count = static_cast<std::uint32_t>(rows * columns);
  spec.columns = static_cast<std::uint32_t>(columns);
}

FabricSpec spec_of(const Options& options) {
  FabricSpec spec;
  spec.shape = static_cast<FabricShape>(one_of("SHAPE", options.shape, names_of<FabricShape>()));
  read_count(options.count, spec);
  const bool is_tree = spec.shape == FabricShape::pcie_tree;
  if (!options.fanout.empty() && !is_tree) throw InputError("--fanout is for pcie_tree only");
  if (!options.host_bandwidth.empty() && is_tree)
    throw InputError("--host-bandwidth is for other shapes: the host is the root of a pcie_tree");
  if (!options.fanout.empty())
    spec.fanout = static_cast<std::uint32_t>(whole_number("--fanout", options.fanout, 2, kMostAccelerators));
  if (options.kinds.empty()) throw InputError("give at least one --kind; accelerators take them in turn");
  spec.kinds = options.kinds;
  spec.bandwidth = value_of("--bandwidth", options.bandwidth, "B/s", true);
  if (!options.latency.empty()) spec.latency = time_value("--latency", options.latency);
  if (!options.energy.empty()) spec.energy_per_byte = value_of("--energy-per-byte", options.energy, "J/B", false);
  if (!options.memory_bandwidth.empty())
    spec.memory_bandwidth = value_of("--memory-bandwidth", options.memory_bandwidth, "B/s", true);
  if (!options.host_bandwidth.empty())
    spec.host_bandwidth = value_of("--host-bandwidth", options.host_bandwidth, "B/s", true);
  spec.name = options.name.empty() ? options.shape + "_" + options.count : options.name;
  return spec;
}

ExitCode run(const Options& options) {
  FabricSpec spec = spec_of(options);
  const bool to_stdout = options.output.empty() || options.output == "-";
  const fs::path folder = to_stdout ? fs::path(".") : fs::path(options.output).parent_path();
  for (const std::string& file : options.kind_files)
    spec.kind_files.push_back(fs::proximate(file, folder.empty() ? fs::path(".") : folder).generic_string());
  const Json json = fabric_platform(spec);
  // What is written checks, or is not written: kinds that there are not, names that are taken.
  Problems problems;
  const Document document = Document::from_value(json, "the platform", (folder.empty() ? "." : folder.string()));
  const PlatformSpec platform = read_platform(document.root(), problems);
  problems.throw_if_any();
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (to_stdout) {
    print(text);
    return ExitCode::ok;
  }
  write_file(options.output, text);
  print(options.output + ": " + counted(platform.accelerators.size(), "accelerator") + ", " +
        counted(platform.links.size(), "link") + "; routes are found\n");
  return ExitCode::ok;
}

}  // namespace

Command fabric_command() {
  return {
      "fabric",
      "Build a platform of many accelerators on a tree, mesh or ring of links",
      "pcie_tree|full_mesh|ring|chiplet_mesh --accelerators N --kind NAME --kinds FILE --bandwidth B [options]",
      "Each accelerator gets a memory of its own. pcie_tree: switches of --fanout things each, as many levels as that "
      "takes, with the host's memory at the root. full_mesh: a link between every two, as NVLink without switches. "
      "ring: "
      "from each to the next. chiplet_mesh: a grid of ROWSxCOLUMNS with links between neighbours. The platform is JSON "
      "to "
      "be edited; its links say what they join, and routes are found (\"routing\").",
      "hetsched fabric pcie_tree --accelerators 9 --kind t4 --kinds platforms/kinds/nvidia_gpus.json "
      "--bandwidth \"12.6 GB/s\" --latency \"5 us\" -o results/tree.json\n"
      "hetsched fabric chiplet_mesh --accelerators 4x4 --kind WS1024@128 --kinds platforms/kinds/maestro_arrays.json "
      "--bandwidth \"100 GB/s\" --latency \"20 ns\" --host-bandwidth \"32 GB/s\" -o results/mesh.json",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("SHAPE", "pcie_tree, full_mesh, ring or chiplet_mesh", options->shape,
                             Arguments::Need::required);
        arguments.option("--accelerators", "N", "how many, at most 1000; ROWSxCOLUMNS of a chiplet_mesh",
                         options->count, Arguments::Need::required);
        arguments.list("--kind", "NAME", "kind of the accelerators; may be repeated: they take them in turn",
                       options->kinds);
        arguments.list("--kinds", "FILE", "file of kinds; may be repeated", options->kind_files);
        arguments.option("--bandwidth", "B", "of each link, such as \"12.6 GB/s\"", options->bandwidth,
                         Arguments::Need::required);
        arguments.option("--latency", "TIME", "of each link (default: 0)", options->latency);
        arguments.option("--energy-per-byte", "E", "of each link, such as \"4 pJ/bit\" (default: 0)", options->energy);
        arguments.option("--memory-bandwidth", "B", "of each accelerator's memory (default: unlimited)",
                         options->memory_bandwidth);
        arguments.option("--fanout", "N", "pcie_tree: things below a switch, and below the host (default: 4)",
                         options->fanout);
        arguments.option("--host-bandwidth", "B",
                         "other shapes: a link of each accelerator (of a chiplet_mesh: of the first) to a host, where "
                         "inputs come from and results go to (default: no host)",
                         options->host_bandwidth);
        arguments.option("--name", "NAME", "of the platform (default: SHAPE_N)", options->name);
        arguments.option("-o,--output", "FILE", "file to write; -: standard output (default)", options->output);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
