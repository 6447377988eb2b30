#include "python/interpreter.hpp"

#include <pthread.h>

#include <cstdlib>
#include <map>
#include <regex>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "python/bindings.hpp"

PYBIND11_EMBEDDED_MODULE(_hetsched, module) {
  using namespace hetsched::script;
  bind_structs(module);
  bind_view(module);
  bind_params(module);
}

namespace hetsched::script {
namespace {

namespace fs = std::filesystem;

/// Packages of a virtual environment that is active and of this version of Python are found as in it.
void use_virtual_environment() {
  const char* environment = std::getenv("VIRTUAL_ENV");
  if (!environment) return;
  const std::string version = std::to_string(PY_MAJOR_VERSION) + "." + std::to_string(PY_MINOR_VERSION);
  const fs::path packages = fs::path(environment) / "lib" / ("python" + version) / "site-packages";
  if (fs::is_directory(packages)) py::module_::import("site").attr("addsitedir")(packages.string());
}

void start() {
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  config.parse_argv = 0;
  config.install_signal_handlers = 0;
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  config.buffered_stdio = 0;  // it is never finalized: what is buffered would be lost
  config.write_bytecode = 0;  // folders of experiments are not ours
  py::initialize_interpreter(&config, 0, nullptr, false);
  ::pthread_atfork(PyOS_BeforeFork, PyOS_AfterFork_Parent, PyOS_AfterFork_Child);
  use_virtual_environment();
  py::module_::import("_hetsched");
}

/// The problem with a file that Python cannot read, as "file:line: what".
[[noreturn]] void refuse(const fs::path& file, const py::object& error) {
  std::string where = file.string();
  if (const py::object line = error.attr("lineno"); !line.is_none()) where += ":" + std::string(py::str(line));
  const std::string kind = py::str(py::type::of(error).attr("__name__"));
  throw InputError(where + ": " + kind + ": " + std::string(py::str(error.attr("msg"))));
}

/// `shown` is the file as it was asked for.
py::object compiled(const fs::path& file, const fs::path& shown, const std::string& source) {
  try {
    return py::module_::import("builtins").attr("compile")(py::bytes(source), file.string(), "exec");
  } catch (py::error_already_set& error) {
    if (error.matches(PyExc_SyntaxError)) refuse(shown, error.value());
    if (error.matches(PyExc_ValueError)) throw InputError(shown.string() + ": " + std::string(py::str(error.value())));
    throw;
  }
}

/// As an import of the file would, with its folder in front of where modules are looked for.
py::module_ imported(const fs::path& file, const fs::path& shown, std::size_t number) {
  Problems problems;
  const auto source = read_file(shown, problems);
  problems.throw_if_any();
  const py::object code = compiled(file, shown, *source);
  const std::string name = "hetsched_policy_" + std::to_string(number) + "_" + file.stem().string();
  auto module = py::reinterpret_steal<py::module_>(PyModule_New(name.c_str()));
  module.attr("__file__") = file.string();
  module.attr("__builtins__") = py::module_::import("builtins");
  const py::module_ sys = py::module_::import("sys");
  sys.attr("modules")[name.c_str()] = module;  // classes look for their module there
  const std::string folder = file.parent_path().string();
  if (!sys.attr("path").contains(folder)) sys.attr("path").attr("insert")(0, folder);
  py::module_::import("builtins").attr("exec")(code, module.attr("__dict__"));
  return module;
}

}  // namespace

void start_interpreter() {
  static const bool started = [] {
    start();
    return true;
  }();
  (void)started;
}

py::module_ load_module(const fs::path& file) {
  start_interpreter();
  static auto* const modules = new std::map<fs::path, py::module_>;  // as long as the interpreter: never destroyed
  const fs::path path = fs::canonical(file);
  const auto known = modules->find(path);
  if (known != modules->end()) return known->second;
  return modules->emplace(path, imported(path, file, modules->size())).first->second;
}

std::string without_addresses(const std::string& text) {
  static const std::regex address(" at 0x[0-9a-fA-F]+");
  return std::regex_replace(text, address, "");
}

std::string in_words(py::error_already_set& error) {
  const py::module_ traceback = py::module_::import("traceback");
  std::string text, calls;
  for (const py::handle line : traceback.attr("format_exception_only")(error.type(), error.value()))
    text += py::str(line);
  if (error.trace())
    for (const py::handle line : traceback.attr("format_tb")(error.trace())) calls += py::str(line);
  text += calls;
  while (text.ends_with('\n')) text.pop_back();
  return without_addresses(text);
}

}  // namespace hetsched::script
