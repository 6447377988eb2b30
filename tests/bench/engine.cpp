/// \file
/// What does the engine cost a task on each executor, beside programs that have nothing of it: SimGrid with the same
/// load in its callbacks, and a plain loop? CPU time, interleaved, the least of several runs; and how that grows with
/// the number of accelerators and of streams. No records.
///
/// usage: bench_engine [--smoke | --growth]
/// --growth looks at the fluid executor alone, and fails where costs grow by a higher power than they may, whatever
/// they are.

#include "engine/engine.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/json_document.hpp"
#include "bench/engine/floors.hpp"
#include "engine/executors/executors.hpp"
#include "support/builtin_entries.hpp"

namespace hetsched::bench {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

namespace {

std::string platform_text(const Load& load) {
  std::string kinds, accelerators, memories;
  const bool linked = load.memory == Memory::linked;
  for (int k = 0; k < 4; ++k) {
    const std::string comma = k > 0 ? "," : "", number = std::to_string(k);
    kinds += comma + R"({"name": "k)" + number + R"(", "type": "npu", "profile": "k", "port_bandwidth": "20 GB/s",
      "operating_points": [{"name": "p", "frequency": )" +
             std::to_string(1e9 * speed(k)) + R"(, "idle_power": 1, "active_power": 5}]})";
    memories += comma + R"({"name": "m)" + number + R"(", "energy_per_byte": "20 pJ/B", "bandwidth": )" +
                std::to_string(bandwidth(load.accelerators) / 4) + "}";
  }
  for (int a = 0; a < load.accelerators; ++a)
    accelerators +=
        (a > 0 ? "," : "") + (R"({"name": "a)" + std::to_string(a) + R"(", "kind": "k)" + std::to_string(a % 4) + "\"" +
                              (linked ? R"(, "memory": "m)" + std::to_string(a % 4) + "\"" : "") + "}");
  std::string parts;
  if (load.memory == Memory::shared)
    parts = R"("memories": [{"name": "dram", "energy_per_byte": "20 pJ/B", "bandwidth": )" +
            std::to_string(bandwidth(load.accelerators)) + "}],";
  if (linked)
    parts = R"("memories": [)" + memories + R"(], "links": [{"name": "bus", "latency": "1 us", "bandwidth": )" +
            std::to_string(4e9 * load.accelerators) + R"(, "energy_per_byte": "10 pJ/B"}],
      "routes": [{"from": "*", "to": "*", "links": ["bus"]}],)";
  return R"({"format": 1, "name": "bench", "kinds": [)" + kinds + "], " + parts + R"( "accelerators": [)" +
         accelerators + "]}";
}

std::shared_ptr<const Network> network(const std::vector<Layer>& layers, const std::string& name, bool linked) {
  std::string rows, list;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::string comma = l > 0 ? "," : "", id = "\"l" + std::to_string(l) + "\"";
    list += comma + R"({"name": )" + id + (linked ? R"(, "output_bytes": 100000})" : "}");
    rows += comma + R"({"layer": )" + id + R"(, "kind": "k", "cycles": )" + std::to_string(layers[l].time * 1e9) +
            R"(, "bytes": )" + std::to_string(layers[l].bytes) + R"(, "energy": "1 uJ"})";
  }
  Problems problems;
  const Document model = Document::from_text(
      R"({"format": 1, "name": ")" + name + R"(", "layers": [)" + list + R"(], "costs": [)" + rows + "]}", name, ".",
      problems);
  auto network = std::make_shared<Network>(read_network(model.root(), problems));
  problems.throw_if_any();
  return network;
}

Scenario scenario(const Load& load) {
  Problems problems;
  Scenario s;
  s.platform = read_platform(Document::from_text(platform_text(load), "platform", ".", problems).root(), problems);
  s.workload.name = "bench";
  const auto models = layers();
  std::vector<std::shared_ptr<const Network>> networks;
  for (std::size_t m = 0; m < models.size(); ++m)
    networks.push_back(network(models[m], "m" + std::to_string(m), load.memory == Memory::linked));
  for (int i = 0; i < load.streams; ++i) {
    s.networks.push_back(networks[static_cast<std::size_t>(i) % networks.size()]);
    StreamSpec stream;
    stream.name = "m" + std::to_string(i);
    stream.arrival = Poisson{.rate = rate(load.accelerators) / load.streams,
                             .phase = 0,
                             .count = load.requests / static_cast<std::uint64_t>(load.streams)};
    s.workload.streams.push_back(stream);
  }
  s.policy.name = "fcfs";
  problems.throw_if_any();
  return s;
}

Result run_engine(const Load& load, const char* executor_name) {
  const Scenario s = scenario(load);
  Problems problems;
  const Tables tables = Tables::build(s, problems);
  problems.throw_if_any();
  const auto executor = executor_named(executor_name).make(fabric_of(tables));
  Params params;
  const auto policy = testing::builtin_policy("fcfs").make(params);
  struct End : Observer {
    double end = 0;
    void run_ended(const RunTotals& totals) override { end = totals.end; }
  } observer;
  Observer* observers[] = {&observer};
  const double before = cpu_seconds();
  simulate(s, tables, *policy, *executor, observers);
  return {cpu_seconds() - before, load.requests * kLayers, observer.end, 0};
}

/// In a process of its own: SimGrid gets slower with every engine that a process has had.
Result in_child(const std::function<Result()>& f) {
  int channel[2];
  Result result;
  if (pipe(channel) != 0) return result;
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    result = f();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    result.peak = static_cast<double>(usage.ru_maxrss);
    _exit(::write(channel[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  close(channel[1]);
  const bool got = ::read(channel[0], &result, sizeof result) == sizeof result;
  close(channel[0]);
  waitpid(child, nullptr, 0);
  if (!got) std::fprintf(stderr, "a measurement failed\n");
  return got ? result : Result{};
}

/// A program that runs a load.
struct Subject {
  const char* name;
  bool on_simgrid, linked;  ///< linked: can it do that?
  Result (*run)(const Load& load);
};
constexpr Subject kSubjects[] = {
    {"plain loop", false, false, run_plain_loop},
    {"bare SimGrid", true, false, run_bare_simgrid},
    {"simgrid", true, true, [](const Load& load) { return run_engine(load, "simgrid"); }},
    {"fluid", false, true, [](const Load& load) { return run_engine(load, "fluid"); }},
};
enum { kPlain, kBare, kSimGrid, kFluid, kNumber };

/// Microseconds a task; 0: not measured.
struct Row {
  double us[kNumber] = {};
  double end[kNumber] = {};
  double peak[kNumber] = {};
};

Row measure(const Load& load, int repeats, const std::vector<int>& subjects) {
  Row row;
  for (int i = 0; i < repeats; ++i)
    for (const int s : subjects) {
      const Subject& subject = kSubjects[s];
      if (load.memory == Memory::linked && !subject.linked) continue;
      // A run takes long with many accelerators on SimGrid.
      if (i > 0 && subject.on_simgrid && load.accelerators > 32) continue;
      const Result result = in_child([&] { return subject.run(load); });
      if (result.tasks != load.requests * kLayers) {
        std::fprintf(stderr, "%s has done %llu tasks of %llu\n", subject.name,
                     static_cast<unsigned long long>(result.tasks),
                     static_cast<unsigned long long>(load.requests * kLayers));
        std::exit(1);
      }
      const double us = 1e6 * result.cpu / static_cast<double>(result.tasks);
      if (row.us[s] == 0 || us < row.us[s]) row.us[s] = us;
      row.end[s] = result.end;
      row.peak[s] = std::max(row.peak[s], result.peak);
    }
  return row;
}

/// Have all simulated the same, as far as they have the same rules?
bool agree(const Row& row) {
  for (int s = 0; s < kNumber; ++s)
    if (row.us[s] > 0 && std::abs(row.end[s] / row.end[kFluid] - 1) > 0.05) {
      std::fprintf(stderr, "%s ends at %g s, the fluid executor at %g s\n", kSubjects[s].name, row.end[s],
                   row.end[kFluid]);
      return false;
    }
  return true;
}

const char* name_of(Memory memory) {
  return memory == Memory::none ? "unlimited" : memory == Memory::shared ? "one DRAM" : "four, a bus";
}

std::string ratio(double a, double b) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", a / b);
  return a > 0 && b > 0 ? text : "-";
}

void print_head(const char* what) {
  std::printf("%-12s %-13s", what, "memory");
  for (const Subject& subject : kSubjects) std::printf(" %12s", subject.name);
  std::printf(" %14s %15s %11s %9s\n", "simgrid/bare", "simgrid/fluid", "fluid/plain", "fluid MB");
}

void print_row(const std::string& what, Memory memory, const Row& row) {
  std::printf("%-12s %-13s", what.c_str(), name_of(memory));
  for (const double us : row.us) us > 0 ? (void)std::printf(" %12.3f", us) : (void)std::printf(" %12s", "-");
  std::printf(" %14s %15s %11s %9.1f\n", ratio(row.us[kSimGrid], row.us[kBare]).c_str(),
              ratio(row.us[kSimGrid], row.us[kFluid]).c_str(), ratio(row.us[kFluid], row.us[kPlain]).c_str(),
              row.peak[kFluid] / 1024);
  std::fflush(stdout);
}

/// By which power of n a cost has grown.
double power(double before, double after, double n) { return std::log(after / before) / std::log(n); }

void print_powers(const std::string& what, Memory memory, const Row& before, const Row& after, double n) {
  std::printf("%-12s %-13s", what.c_str(), name_of(memory));
  for (int s = 0; s < kNumber; ++s)
    before.us[s] > 0 && after.us[s] > 0 ? (void)std::printf(" %12.2f", power(before.us[s], after.us[s], n))
                                        : (void)std::printf(" %12s", "-");
  std::printf("\n");
}

/// Enough requests for a while of full load.
std::uint64_t requests_for(int accelerators) { return accelerators > 128 ? 3000 : 4000; }

int compare(bool smoke) {
  const std::vector<int> all = {kPlain, kBare, kSimGrid, kFluid};
  std::printf("microseconds of CPU time a task\n");
  print_head("accelerators");
  const auto series = [&](Memory memory, std::vector<int> accelerators) {
    std::vector<Row> rows;
    if (smoke) accelerators.resize(1);
    for (const int a : accelerators) {
      const Load load{.accelerators = a, .memory = memory, .requests = smoke ? 40 : requests_for(a)};
      rows.push_back(measure(load, smoke ? 1 : 3, all));
      print_row(std::to_string(a), memory, rows.back());
      if (!agree(rows.back())) return false;
      const std::size_t n = rows.size();
      if (n > 1 && a >= 32)
        print_powers("  power", memory, rows[n - 2], rows[n - 1], static_cast<double>(a) / accelerators[n - 2]);
    }
    return true;
  };
  if (!series(Memory::shared, {1, 2, 8, 32, 128, 512}) || !series(Memory::none, {1, 8, 32, 128, 512}) ||
      !series(Memory::linked, {4, 8, 32, 128}))
    return 1;
  print_head("streams");
  Row first;
  for (const int streams : {10, 100, 1000, 10000}) {
    if (smoke && streams > 10) break;
    const Load load{.streams = streams, .requests = smoke ? 40u : 20000u};
    const Row row = measure(load, smoke ? 1 : 3, {kFluid});
    print_row(std::to_string(streams), load.memory, row);
    if (streams == 10) first = row;
    if (streams == 10000) print_powers("  power", load.memory, first, row, 1000);
  }
  return 0;
}

/// How a cost may grow from one load to another.
struct Growth {
  const char* what;
  Load from, to;
  double allowed;  ///< power
};
/// Measured: 0.2 to 0.3 (one DRAM), 0.33, 0.32, 0.03 to 0.07. A cost that is looked up among all accelerators or
/// streams grows by the power 0.7 to 1.
const Growth kGrowth[] = {
    {"accelerators, one DRAM", {.accelerators = 8}, {.accelerators = 512}, 0.45},
    {"accelerators, unlimited memory", {8, Memory::none}, {512, Memory::none}, 0.5},
    {"accelerators, four memories, a bus", {8, Memory::linked}, {128, Memory::linked}, 0.6},
    {"streams", {.streams = 10, .requests = 10000}, {.streams = 10000, .requests = 10000}, 0.2},
};

int check_growth() {
  bool good = true;
  std::printf("%-36s %12s %12s %8s %8s\n", "fluid, by", "us a task", "us a task", "power", "allowed");
  for (const auto& [what, from, to, allowed] : kGrowth) {
    const double n = from.accelerators != to.accelerators ? static_cast<double>(to.accelerators) / from.accelerators
                                                          : static_cast<double>(to.streams) / from.streams;
    double before = 0, after = 0;
    for (int i = 0; i < 5; ++i) {  // interleaved, as others may use the machine
      const double b = measure(from, 1, {kFluid}).us[kFluid], a = measure(to, 1, {kFluid}).us[kFluid];
      before = i > 0 ? std::min(before, b) : b;
      after = i > 0 ? std::min(after, a) : a;
    }
    const double grown = power(before, after, n);
    std::printf("%-36s %12.3f %12.3f %8.2f %8.2f%s\n", what, before, after, grown, allowed,
                grown > allowed ? "  too fast" : "");
    std::fflush(stdout);
    good &= grown <= allowed;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace hetsched::bench

int main(int argc, char** argv) {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  return argument == "--growth" ? hetsched::bench::check_growth() : hetsched::bench::compare(argument == "--smoke");
}
