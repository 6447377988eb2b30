// What does the engine cost on SimGrid and on the fluid executor, measured against the same SimGrid activities driven
// by a bare loop in the same run?
// Workload: accelerators that share one DRAM, requests as chains of 50 layers, Poisson arrivals at 80% of the
// compute capacity, policy fcfs, no records.
#include "engine/engine.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/json_document.hpp"
#include "base/random.hpp"
#include "engine/executors/executors.hpp"
#include "support/builtin_entries.hpp"

namespace {

using namespace hetsched;

constexpr int kLayers = 50;
constexpr int kModels = 4;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// Compute time on the slowest kind, and bytes, of a layer.
struct Layer {
  double time, bytes;
};

std::vector<std::vector<Layer>> layers() {
  const RandomStream random(12345, "bench", "layers");
  std::vector<std::vector<Layer>> models(kModels, std::vector<Layer>(kLayers));
  std::uint64_t draw = 0;
  for (auto& model : models)
    for (Layer& layer : model) {
      layer.time = 1e-4 * (0.2 + 1.6 * random.uniform(draw++));
      layer.bytes = std::floor(1e5 * (0.2 + 3.0 * random.uniform(draw++)));
    }
  return models;
}

double speed(int accelerator) { return 1 + 0.25 * (accelerator % 4); }

/// The load in requests per second at 80% of the compute capacity.
double rate(int accelerators) {
  double capacity = 0, work = 0;
  for (int a = 0; a < accelerators; ++a) capacity += speed(a);
  for (const auto& model : layers())
    for (const Layer& layer : model) work += layer.time / kModels;
  return 0.8 * capacity / work;
}

Scenario scenario(int accelerators, std::uint64_t requests) {
  std::string kinds, list;
  for (int k = 0; k < 4; ++k)
    kinds += (k > 0 ? "," : "") +
             (R"({"name": "k)" + std::to_string(k) + R"(", "type": "npu", "profile": "k", "port_bandwidth": "20 GB/s",
      "operating_points": [{"name": "p", "frequency": )" +
              std::to_string(1e9 * speed(k)) + R"(, "idle_power": 1, "active_power": 5}]})");
  for (int a = 0; a < accelerators; ++a)
    list += (a > 0 ? "," : "") +
            (R"({"name": "a)" + std::to_string(a) + R"(", "kind": "k)" + std::to_string(a % 4) + R"("})");
  Problems problems;
  Scenario s;
  const Document platform =
      Document::from_text(R"({"format": 1, "name": "bench", "kinds": [)" + kinds +
                              R"(], "memories": [{"name": "dram", "bandwidth": ")" + std::to_string(8 * accelerators) +
                              R"( GB/s", "energy_per_byte": "20 pJ/B"}], "accelerators": [)" + list + "]}",
                          "platform", ".", problems);
  s.platform = read_platform(platform.root(), problems);
  s.workload.name = "bench";
  const auto models = layers();
  for (int m = 0; m < kModels; ++m) {
    const std::string name = "m" + std::to_string(m);
    auto network = std::make_shared<Network>();
    network->name = name;
    std::string rows, list_of_layers;
    for (int l = 0; l < kLayers; ++l) {
      const Layer& layer = models[m][l];
      const std::string comma = l > 0 ? "," : "", id = "\"l" + std::to_string(l) + "\"";
      list_of_layers += comma + R"({"name": )" + id + "}";
      rows += comma + R"({"layer": )" + id + R"(, "kind": "k", "cycles": )" + std::to_string(layer.time * 1e9) +
              R"(, "bytes": )" + std::to_string(layer.bytes) + R"(, "energy": "1 uJ"})";
    }
    const Document model = Document::from_text(
        R"({"format": 1, "name": ")" + name + R"(", "layers": [)" + list_of_layers + R"(], "costs": [)" + rows + "]}",
        name, ".", problems);
    s.networks.push_back(std::make_shared<Network>(read_network(model.root(), problems)));
    StreamSpec stream;
    stream.name = name;
    stream.arrival = Poisson{.rate = rate(accelerators) / kModels, .phase = 0, .count = requests / kModels};
    s.workload.streams.push_back(stream);
  }
  s.policy.name = "fcfs";
  problems.throw_if_any();
  return s;
}

struct Result {
  double cpu = 0;
  std::uint64_t tasks = 0;
  double end = 0;
  long peak = 0;
};

/// In a process of its own: SimGrid gets slower with every engine that a process has had.
template <class F>
Result in_child(F f) {
  int channel[2];
  Result result;
  if (pipe(channel) != 0) return result;
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    result = f();
    result.peak = peak_kib();
    _exit(write(channel[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  close(channel[1]);
  const bool got = read(channel[0], &result, sizeof result) == sizeof result;
  close(channel[0]);
  waitpid(child, nullptr, 0);
  if (!got) std::fprintf(stderr, "a measurement failed\n");
  return got ? result : Result{};
}

Result run_engine(int accelerators, std::uint64_t requests, const char* name) {
  const Scenario s = scenario(accelerators, requests);
  Problems problems;
  const Tables tables = Tables::build(s, problems);
  problems.throw_if_any();
  const auto executor = executor_named(name).make(fabric_of(tables));
  Params params;
  const auto policy = testing::builtin_policy("fcfs").make(params);
  struct End : Observer {
    double end = 0;
    void run_ended(const RunTotals& totals) override { end = totals.end; }
  } observer;
  Observer* observers[] = {&observer};
  const double before = cpu_seconds();
  simulate(s, tables, *policy, *executor, observers);
  return {cpu_seconds() - before, requests / kModels * kModels * kLayers, observer.end, 0};
}

/// The floor: the same flows on the same executor, with nothing around them but a queue of chains, the idle list
/// and a fixed rule (head of the queue on the fastest idle accelerator).
Result run_bare(int accelerators, std::uint64_t requests) {
  Fabric fabric;
  fabric.memory_bandwidth = {8e9 * accelerators};
  fabric.routes.assign(1, IdVector<MemoryId, std::vector<LinkId>>(1));
  fabric.slot_memory.assign(static_cast<std::size_t>(accelerators), MemoryId{});
  const auto executor = executor_named("simgrid").make(fabric);
  const auto models = layers();
  struct Chain {
    int model = 0, next = 0;
  };
  std::deque<Chain> queue;
  std::vector<Chain> running(static_cast<std::size_t>(accelerators));
  std::vector<bool> busy(static_cast<std::size_t>(accelerators), false);
  std::vector<RandomStream> random;
  std::vector<double> next_arrival;
  std::vector<std::uint64_t> arrived(kModels, 0);
  const std::uint64_t each = requests / kModels;
  const double per_model = rate(accelerators) / kModels;
  for (int m = 0; m < kModels; ++m) {
    random.emplace_back(1, "arrival", "m" + std::to_string(m));
    next_arrival.push_back(random.back().exponential(0) / per_model);
  }
  std::vector<FlowId> finished;
  std::uint64_t done = 0;
  int in_use = 0;
  const double before = cpu_seconds();
  while (done < each * kModels * kLayers) {
    const auto first = std::min_element(next_arrival.begin(), next_arrival.end());
    executor->wait(*first, finished);
    for (const FlowId flow : finished) {
      const std::size_t a = index_of(flow);
      busy[a] = false;
      --in_use;
      ++done;
      if (++running[a].next < kLayers) queue.push_front(running[a]);
    }
    if (*first <= executor->now()) {
      const auto m = static_cast<std::size_t>(first - next_arrival.begin());
      queue.push_back({static_cast<int>(m), 0});
      *first = ++arrived[m] < each ? *first + random[m].exponential(arrived[m]) / per_model : kNever;
    }
    while (!queue.empty() && in_use < accelerators) {
      int best = -1;
      for (int a = 0; a < accelerators; ++a)
        if (!busy[a] && (best < 0 || speed(a) > speed(best))) best = a;
      running[best] = queue.front();
      queue.pop_front();
      busy[best] = true;
      ++in_use;
      const Layer& layer = models[running[best].model][running[best].next];
      executor->start_traffic(id_of<SlotId>(static_cast<std::size_t>(best)), layer.bytes,
                              std::min(20e9, layer.bytes * speed(best) / layer.time));
    }
  }
  return {cpu_seconds() - before, done, executor->now(), 0};
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  const std::uint64_t requests = smoke ? 40 : argc > 1 ? std::stoull(argv[1]) : 4000;
  const int repeats = smoke ? 1 : 3;
  std::printf("%-14s %10s %12s %12s %8s %14s %10s %10s %16s\n", "accelerators", "tasks", "engine us", "bare us",
              "ratio", "engine tasks/s", "peak MB", "fluid us", "simgrid / fluid");
  for (const int accelerators : {2, 8, 32}) {
    Result engine{1e300}, bare{1e300}, fluid{1e300};
    for (int i = 0; i < repeats; ++i) {  // interleaved; the least of each counts
      const Result e = in_child([&] { return run_engine(accelerators, requests, "simgrid"); });
      const Result f = in_child([&] { return run_engine(accelerators, requests, "fluid"); });
      const Result b = in_child([&] { return run_bare(accelerators, requests); });
      if (e.tasks == 0 || b.tasks != e.tasks || f.tasks != e.tasks) return 1;
      if (e.cpu < engine.cpu) engine = e;
      if (b.cpu < bare.cpu) bare = b;
      if (f.cpu < fluid.cpu) fluid = f;
    }
    const double n = static_cast<double>(engine.tasks);
    std::printf("%-14d %10.0f %12.3f %12.3f %8.2f %14.0f %10.1f %10.3f %16.2f\n", accelerators, n, 1e6 * engine.cpu / n,
                1e6 * bare.cpu / n, engine.cpu / bare.cpu, n / engine.cpu, static_cast<double>(engine.peak) / 1024,
                1e6 * fluid.cpu / n, engine.cpu / fluid.cpu);
    if (std::abs(engine.end / bare.end - 1) > 0.05) {
      std::fprintf(stderr, "the two do not simulate the same: %g s against %g s\n", engine.end, bare.end);
      return 1;
    }
  }
  return 0;
}
