#include <pybind11/stl.h>

#include "python/bindings.hpp"

namespace hetsched::script {
namespace {

/// Params, which are there until the policy has been made.
class Reader {
 public:
  explicit Reader(std::shared_ptr<Params*> params) : params_(std::move(params)) {}
  [[nodiscard]] Params& get() const {
    if (*params_ == nullptr) throw std::runtime_error("parameters are read in __init__(), and not later");
    return **params_;
  }

 private:
  std::shared_ptr<Params*> params_;
};

py::object number(const Reader& reader, const std::string& name, double fallback, double min, double max, bool integer,
                  const std::string& doc, const std::string& unit, bool required) {
  const double value = reader.get().number(name, {.fallback = fallback,
                                                  .min = min,
                                                  .max = max,
                                                  .integer = integer,
                                                  .doc = doc,
                                                  .unit = unit,
                                                  .required = required});
  if (integer) return py::int_(static_cast<std::int64_t>(value));
  return py::float_(value);
}

std::string choice(const Reader& reader, const std::string& name, const std::string& fallback,
                   const std::vector<std::string>& of, const std::string& doc) {
  return reader.get().choice(name, {.fallback = fallback, .of = {of.begin(), of.end()}, .doc = doc});
}

py::tuple file(const Reader& reader, const std::string& name, bool required, const std::string& doc) {
  const Params::File file = reader.get().file(name, required, doc);
  return py::make_tuple(file.path, py::bytes(file.content).attr("decode")("utf-8"));
}

}  // namespace

void bind_params(py::module_& module) {
  const auto name = py::arg("name"), fallback = py::arg("fallback");
  const auto doc = py::arg("doc") = "";
  py::class_<Reader>(module, "Params")
      .def("number", number, name, py::arg("fallback") = 0.0, py::arg("min") = -kNever, py::arg("max") = kNever,
           py::arg("integer") = false, doc, py::arg("unit") = "", py::arg("required") = false)
      .def(
          "flag",
          [](const Reader& reader, const std::string& which, bool value, const std::string& text) {
            return reader.get().flag(which, value, text);
          },
          name, fallback, doc)
      .def("choice", choice, name, fallback, py::arg("of"), doc)
      .def(
          "text",
          [](const Reader& reader, const std::string& which, const std::string& value, const std::string& text) {
            return reader.get().text(which, value, text);
          },
          name, py::arg("fallback") = "", doc)
      .def("file", file, name, py::arg("required") = false, doc)
      .def(
          "reject",
          [](const Reader& reader, const std::string& which, const std::string& what) {
            reader.get().reject(which, what);
          },
          name, py::arg("what"))
      .def("clairvoyant", [](const Reader& reader) { reader.get().clairvoyant(); })
      .def_property_readonly("seed", [](const Reader& reader) { return reader.get().seed(); });
}

py::object with_params(Params& params, const std::function<py::object(py::object)>& make) {
  const auto lent = std::make_shared<Params*>(&params);
  struct Ending {
    Params*& params;
    ~Ending() { params = nullptr; }
  } ending{*lent};
  return make(py::cast(Reader(lent)));
}

}  // namespace hetsched::script
