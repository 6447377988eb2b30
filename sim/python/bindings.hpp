/// \file
/// The Python classes of what a policy sees and does: module `_hetsched` inside the interpreter. They have
/// the names and the meaning of hetsched/policy.hpp; what differs is said where they are made.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <memory>
#include <string_view>

#include "python/lease.hpp"

/// In Python an id is the number that it holds, and no id is None.
template <class Id>
requires hetsched::IsId<Id> && requires { Id::none; }
class pybind11::detail::type_caster<Id> {
  using Number = make_caster<std::uint32_t>;

 public:
  PYBIND11_TYPE_CASTER(Id, Number::name);

  bool load(handle source, bool convert) {
    Number number;
    if (!number.load(source, convert)) return false;
    value = Id{cast_op<std::uint32_t>(number)};
    return true;
  }
  static handle cast(Id id, return_value_policy, handle) {
    return id == Id::none ? none().release() : handle(PyLong_FromSize_t(hetsched::index_of(id)));
  }
};

namespace hetsched::script {

namespace py = pybind11;

void bind_fixed(py::module_& module);    ///< platform, models, streams
void bind_present(py::module_& module);  ///< accelerators, requests, tasks, events
void bind_view(py::module_& module);     ///< SystemView and Decisions
void bind_params(py::module_& module);

py::object new_view(const std::shared_ptr<const Lease>& lease);
py::object new_decisions(const std::shared_ptr<const Lease>& lease);

/// Calls `make` with a Python object that stands for the parameters until it returns.
py::object with_params(Params& params, const std::function<py::object(py::object)>& make);

/// An argument that names an accelerator: its index, or itself.
AcceleratorId accelerator_of(py::handle accelerator);

/// An element of a list as Python sees it.
template <class T>
py::object element(const std::shared_ptr<const Lease>& lease, const T& item, std::size_t index) {
  if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, TaskRef> || std::is_same_v<T, RequestRef>)
    return py::cast(item);
  else
    return py::cast(Item<T>(lease, item, index));
}

template <class T>
py::tuple all_of(const std::shared_ptr<const Lease>& lease, std::span<const T> items) {
  py::tuple tuple(items.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), element(lease, items[i], i).release().ptr());
  return tuple;
}

template <class T>
using ItemClass = py::class_<Item<T>>;

/// A field under its own name.
template <class T, class M>
void field(ItemClass<T>& type, const char* name, M T::*member) {
  type.def_property_readonly(name, [member](const Item<T>& item) -> M { return item.get().*member; });
}

/// A field that is a short list, as a tuple.
template <class T, class E>
void tuple_field(ItemClass<T>& type, const char* name, std::span<const E> T::*member) {
  type.def_property_readonly(name,
                             [member](const Item<T>& item) { return all_of<E>(item.lease(), item.get().*member); });
}
template <class T, class Id, class E>
void tuple_field(ItemClass<T>& type, const char* name, IdSpan<Id, const E> T::*member) {
  type.def_property_readonly(
      name, [member](const Item<T>& item) { return all_of<E>(item.lease(), (item.get().*member).all()); });
}

/// A field that is a long list.
template <class T, class Id, class E>
void list_field(ItemClass<T>& type, const char* name, IdSpan<Id, const E> T::*member) {
  type.def_property_readonly(
      name, [member](const Item<T>& item) { return List<E>(item.lease(), (item.get().*member).all()); });
}

template <class T>
void bind_list(py::module_& module, const char* name) {
  py::class_<List<T>>(module, name)
      .def("__len__", [](const List<T>& list) { return list.get().size(); })
      .def("__getitem__",
           [](const List<T>& list, py::ssize_t index) {
             const std::span<const T> items = list.get();
             const auto size = static_cast<py::ssize_t>(items.size());
             const py::ssize_t at = index < 0 ? index + size : index;
             if (at < 0 || at >= size) throw py::index_error("there are " + std::to_string(size) + " of these");
             return element(list.lease(), items[static_cast<std::size_t>(at)], static_cast<std::size_t>(at));
           })
      .def("__iter__", [](const List<T>& list) { return py::iter(all_of<T>(list.lease(), list.get())); });
}

}  // namespace hetsched::script
