#include <stdexcept>

#include "base/errors.hpp"
#include "python/bindings.hpp"
#include "python/interpreter.hpp"
#include "python/python.hpp"

namespace hetsched {
namespace {

namespace py = pybind11;
using script::Call;
using script::Lease;

constexpr const char* kClass = "Policy";

/// Exceptions of Python become C++ ones, which the engine takes for what they are: errors of the policy.
template <class Do>
auto in_python(const Do& call) {
  try {
    return call();
  } catch (py::error_already_set& error) {
    throw std::runtime_error(script::in_words(error));
  }
}

/// Numbers from Python's own generators repeat: they begin with the policy's seed.
void seed_generators(std::uint64_t seed) {
  py::module_::import("random").attr("seed")(seed);
  const py::object modules = py::module_::import("sys").attr("modules");
  if (!modules.contains("numpy")) return;
  py::module_::import("numpy").attr("random").attr("seed")(seed & 0xffffffffu);
}

class PythonPolicy final : public Policy {
 public:
  PythonPolicy(const py::object& object, std::uint64_t seed)
      : decide_(object.attr("decide")), begin_(py::getattr(object, "begin", py::none())), seed_(seed) {}

  void begin(const SystemView& view) override {
    in_python([&] {
      seed_generators(seed_);  // others may have been made since
      if (begin_.is_none()) return;
      const Call call(*lease_, view, nullptr);
      check(begin_(script::new_view(lease_)), "begin");
    });
  }

  void decide(const SystemView& view, Decisions& out) override {
    in_python([&] {
      const Call call(*lease_, view, &out);
      check(decide_(script::new_view(lease_), script::new_decisions(lease_)), "decide");
    });
  }

 private:
  /// Who returns decisions instead of making them would wonder for long why nothing happens.
  static void check(const py::object& returned, const char* what) {
    if (!returned.is_none())
      throw std::runtime_error(std::string(what) + "() must return nothing; it returned " +
                               script::without_addresses(py::repr(returned)) +
                               (std::string(what) == "decide" ? "; use decisions.start(task, accelerator)" : ""));
  }

  py::object decide_, begin_;
  std::uint64_t seed_;
  std::shared_ptr<Lease> lease_ = std::make_shared<Lease>();
};

void load(const std::filesystem::path& file) {
  in_python([&] {
    const py::module_ module = script::load_module(file);
    if (!py::hasattr(module, kClass))
      throw InputError(file.string() + ": has no class Policy; it is what hetsched makes and calls");
    const py::object type = module.attr(kClass);
    if (!PyCallable_Check(type.ptr()) || !py::hasattr(type, "decide"))
      throw InputError(file.string() + ": its Policy has no method decide(self, view, decisions)");
  });
}

std::string summary(const std::filesystem::path& file) {
  return in_python([&] {
    const py::object doc = script::load_module(file).attr("__dict__").attr("get")("__doc__");
    const std::string text = doc.is_none() ? "" : std::string(py::str(doc.attr("strip")()));
    return text.substr(0, text.find('\n'));
  });
}

std::unique_ptr<Policy> make(const std::filesystem::path& file, Params& params) {
  return in_python([&] {
    const py::object type = script::load_module(file).attr(kClass);
    seed_generators(params.seed());
    const py::object object = script::with_params(params, [&](const py::object& reader) { return type(reader); });
    return std::make_unique<PythonPolicy>(object, params.seed());
  });
}

}  // namespace

ScriptLanguage python() { return {".py", script::start_interpreter, load, summary, make}; }

}  // namespace hetsched
