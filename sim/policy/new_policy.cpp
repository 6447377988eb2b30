#include "policy/new_policy.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/version.hpp"
#include "hetsched/members.hpp"
#include "policy/new_policy_files.hpp"

namespace hetsched {

const char* const kNewExperiment = R"({
  "format": 1,
  "name": "example",
  "policy": "@policy@",
  "platform": {
    "format": 1,
    "name": "two",
    "kinds": [{"name": "gpu", "type": "gpu"}, {"name": "dla", "type": "dla"}],
    "accelerators": [{"name": "gpu", "kind": "gpu"}, {"name": "dla", "kind": "dla"}]
  },
  "workload": {
    "format": 1,
    "name": "three",
    "streams": [{"name": "camera", "model": "model.json", "arrival": {"type": "trace", "times": [0, 0, 1]}}]
  }
}
)";

const char* const kNewModel = R"({
  "format": 1,
  "name": "net",
  "layers": [{"name": "body"}, {"name": "head"}],
  "costs": [
    {"layer": "body", "kind": "gpu", "time": 1},
    {"layer": "body", "kind": "dla", "time": 2},
    {"layer": "head", "kind": "gpu", "time": 1},
    {"layer": "head", "kind": "dla", "time": 8}
  ]
}
)";

namespace {

// In all of these @name@, @Class@ and @version@ are replaced.

// A text, not code of this file.
// clang-format off
constexpr const char* kSource = R"CPP(#include <algorithm>
#include <vector>

#include "hetsched/plugin.hpp"

namespace {

using namespace hetsched;

/// @Class@: tasks in order of arrival of their requests, the longest waiting first, each on the free accelerator on
/// which it ends first. Tasks go to no accelerator that takes `patience` times as long as the fastest that is on.
/// Ties: lowest request, task and accelerator. O(ready tasks x accelerators) per call.
class @Class@ final : public Policy {
 public:
  explicit @Class@(Params& p)
      : patience_(p.number("patience", {.fallback = 4, .min = 1, .doc = "how much slower an accelerator may be"})) {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.clear();
    for (const Accelerator& a : view.accelerators) free_.push_back(a.available ? a.free_slots : 0);
    for (const TaskRef task : view.ready) {
      const AcceleratorId accelerator = best(view, task);
      if (accelerator == AcceleratorId::none) continue;  // it stays ready and is offered again
      out.start(task, accelerator);
      --free_[accelerator];
    }
  }

 private:
  [[nodiscard]] AcceleratorId best(const SystemView& view, TaskRef task) const {
    Seconds fastest = kNever, least = kNever;
    AcceleratorId chosen = AcceleratorId::none;
    for (const AcceleratorId a : view.accelerators.ids()) {
      const Seconds time = view.run_time(task, a);
      if (view.accelerators[a].available) fastest = std::min(fastest, time);
      if (free_[a] == 0 || !clearly_less(time, least)) continue;
      least = time;
      chosen = a;
    }
    return !clearly_less(patience_ * fastest, least) ? chosen : AcceleratorId::none;
  }

  double patience_;
  IdVector<AcceleratorId, std::uint32_t> free_;  ///< slots left during a call: the view does not change
};

}  // namespace

HETSCHED_PLUGIN(hetsched::policy<@Class@>("@name@", "first come, first served, but not on slow accelerators", "own"))
)CPP";
// clang-format on

constexpr const char* kCMake = R"(cmake_minimum_required(VERSION 3.25)
project(@name@ LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_package(hetsched @version@ REQUIRED)
hetsched_add_policy(@name@ @name@.cpp)

enable_testing()
# Does it keep the contract on random platforms and workloads?
add_test(NAME contract COMMAND hetsched::hetsched policy test @name@ --plugin $<TARGET_FILE:@name@>)
# Does it finish the small workload in test/, by the times that test/expected.csv says?
add_test(NAME example COMMAND ${CMAKE_COMMAND} -DHETSCHED=$<TARGET_FILE:hetsched::hetsched>
  -DPLUGIN=$<TARGET_FILE:@name@> -P ${CMAKE_CURRENT_SOURCE_DIR}/test/example.cmake)
)";

constexpr const char* kExampleTest =
    R"(# Runs test/experiment.json and compares what became of each task with expected.csv.
cmake_minimum_required(VERSION 3.25)
set(folder ${CMAKE_CURRENT_LIST_DIR})
execute_process(COMMAND ${HETSCHED} run ${folder}/experiment.json --plugin ${PLUGIN} -o example
  RESULT_VARIABLE code OUTPUT_QUIET)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "the run failed")
endif()
# Columns request, task, accelerator and end of tasks.csv.
file(STRINGS example/tasks.csv rows)
set(found "")
list(POP_FRONT rows header)
string(REPLACE "," ";" header "${header}")
foreach(row IN LISTS rows)
  string(REPLACE "," ";" cells "${row}")
  set(line "")
  foreach(column request task accelerator end_at_s)
    list(FIND header ${column} index)
    list(GET cells ${index} cell)
    list(APPEND line ${cell})
  endforeach()
  string(JOIN "," line ${line})
  string(APPEND found "${line}\n")
endforeach()
file(READ ${folder}/expected.csv expected)
if(NOT found STREQUAL expected)
  message(FATAL_ERROR "the schedule is\n${found}but expected.csv has\n${expected}")
endif()
)";

constexpr const char* kExpected =
    "0,body,gpu,1\n1,body,dla,2\n0,head,gpu,2\n1,head,gpu,3\n2,body,dla,4\n2,head,gpu,5\n";

constexpr const char* kReadme = R"(# @name@

A scheduling policy for hetsched, in a shared library of its own. `@name@.cpp` is all of it; what a policy sees and may do
is in the header `hetsched/policy.hpp`.

```sh
cmake -B build && cmake --build build     # -DCMAKE_PREFIX_PATH=PREFIX if hetsched is installed to a PREFIX of its own
ctest --test-dir build --output-on-failure
hetsched policies @name@ --plugin build/@name@.so
hetsched run --platform FILE --workload FILE --policy @name@ --plugin build/@name@.so
```

In an experiment: `"plugins": ["build/@name@.so"]`, relative to the experiment's file. Folders in `HETSCHED_PLUGIN_PATH`
(separated by colons) are searched too.

`hetsched policy test @name@ --plugin build/@name@.so` runs it on random platforms and workloads, with outages, variants,
slots and mispredicted times. What it does wrong there comes with the smallest experiment in which it still does.
`test/` holds a small workload whose schedule is known: when you change what the policy does, change `test/expected.csv`.

After an update of hetsched build again: a plugin of another version of `policy.hpp` is refused.
)";

std::span<const NewFile> cpp_policy_files() {
  static const std::array files = {NewFile{"@name@.cpp", kSource},
                                   NewFile{"CMakeLists.txt", kCMake},
                                   NewFile{"README.md", kReadme},
                                   NewFile{"test/example.cmake", kExampleTest},
                                   NewFile{"test/experiment.json", kNewExperiment},
                                   NewFile{"test/model.json", kNewModel},
                                   NewFile{"test/expected.csv", kExpected}};
  return files;
}

void check_name(const std::string& name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (name.empty() || name[0] < 'a' || name[0] > 'z' || !std::all_of(name.begin(), name.end(), allowed))
    throw InputError("NAME must be a lower-case letter, then such letters, digits and underscores; found " +
                     in_quotes(name));
}

/// "least_slack" -> "LeastSlack".
std::string class_name(const std::string& name) {
  std::string text;
  bool capital = true;
  for (const char c : name) {
    if (c != '_') text += capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    capital = c == '_';
  }
  return text;
}

/// Is there a class, or another type, of this name in the public headers?
bool is_type_of_headers(const std::string& type) {
#define HETSCHED_NAME(type, ...) #type,
  static const std::set<std::string> kStructs = {HETSCHED_STRUCTS(HETSCHED_NAME)};
#undef HETSCHED_NAME
  static const std::set<std::string> kOthers = {
      "AcceleratorId", "Bytes",     "CostColumnId", "CostRowId",    "Decision", "Decisions",   "DecoratorEntry",
      "IdRange",       "IdSpan",    "IdVector",     "IsId",         "Joules",   "KindId",      "LayoutFact",
      "Members",       "MemoryId",  "ModelId",      "ParamReaders", "Params",   "PluginTable", "PointId",
      "Policy",        "Presence",  "Progress",     "RequestRef",   "Seconds",  "StreamId",    "TaskId",
      "TensorId",      "VariantId", "Watts",        "WeightsId"};
  return kStructs.contains(type) || kOthers.contains(type);
}

/// The file must not clash with types of the public headers, nor with targets of CMake.
void check_free(const std::string& name) {
  static const std::set<std::string> kTargets = {"all",     "clean",  "edit_cache",    "help", "install",
                                                 "package", "plugin", "rebuild_cache", "test"};
  if (is_type_of_headers(class_name(name)) || kTargets.contains(name))
    throw InputError(in_quotes(name) +
                     " is a name that hetsched's headers or CMake use themselves; give it another, such as " +
                     in_quotes("my_" + name));
}

std::string filled(std::string text, const std::string& name, const std::string& policy) {
  const std::pair<std::string, std::string> values[] = {
      {"@name@", name}, {"@policy@", policy}, {"@Class@", class_name(name)}, {"@version@", std::string(kVersion)}};
  for (const auto& [key, value] : values)
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + value.size()))
      text.replace(at, key.size(), value);
  return text;
}

}  // namespace

Strings write_new_policy(const std::filesystem::path& folder, const std::string& name, PolicyLanguage language) {
  check_name(name);
  if (language == PolicyLanguage::cpp) check_free(name);
  std::error_code error;
  if (std::filesystem::exists(folder, error) &&
      !(std::filesystem::is_directory(folder, error) && std::filesystem::is_empty(folder, error)))
    throw InputError(folder.string() +
                     " is there already; nothing is overwritten: move it away, or give another folder "
                     "with -o");
  Strings written;
  const bool in_python = language == PolicyLanguage::python;
  const std::string policy = in_python ? name + ".py" : name;
  for (const auto& [file, text] : in_python ? python_policy_files() : cpp_policy_files()) {
    written.push_back(filled(file, name, policy));
    write_file(folder / written.back(), filled(text, name, policy));
  }
  return written;
}

}  // namespace hetsched
