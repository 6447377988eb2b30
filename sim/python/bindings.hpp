/// \file
/// The Python classes of what a policy sees and does: module `_hetsched` inside the interpreter. They have
/// the names and the meaning of hetsched/policy.hpp; what differs is said where they are made.
#pragma once

#include <pybind11/pybind11.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>

#include "hetsched/members.hpp"
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

void bind_structs(py::module_& module);  ///< what a view holds
void bind_view(py::module_& module);     ///< SystemView and Decisions
void bind_params(py::module_& module);

py::object new_view(const std::shared_ptr<const Lease>& lease);
py::object new_decisions(const std::shared_ptr<const Lease>& lease);

/// Calls `make` with a Python object that stands for the parameters until it returns.
py::object with_params(Params& params, const std::function<py::object(py::object)>& make);

// Python sees the members that hetsched/members.hpp names, under the same names. What differs is said here:

/// Not seen: where costs, uses, routes, transitions and what is said of weights lie, and who knows of slowdowns.
/// Methods of the view are there to ask.
constexpr bool is_hidden(std::string_view member) {
  constexpr std::string_view kHidden[] = {"first_column", "first_row", "costs",       "uses",
                                          "columns",      "rows",      "programs",    "routes",
                                          "transitions",  "co_run",    "room_by_row", "residences"};
  return std::find(std::begin(kHidden), std::end(kHidden), member) != std::end(kHidden);
}

/// Lists of these are long, and most of them nobody looks at: they are looked up when asked. Others are tuples.
template <class T>
constexpr bool kManyOf = std::is_same_v<T, ModelTask> || std::is_same_v<T, FutureRequest> ||
                         std::is_same_v<T, TaskState> || std::is_same_v<T, Request>;

/// An element of a list as Python sees it.
template <class T>
py::object element(const std::shared_ptr<const Lease>& lease, const T& item, std::size_t index) {
  if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, TaskRef> || IsId<T>)
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
auto shown(const std::shared_ptr<const Lease>& lease, std::span<const T> items) {
  if constexpr (kManyOf<T>)
    return List<T>(lease, items);
  else
    return all_of<T>(lease, items);
}
template <class Id, class T>
auto shown(const std::shared_ptr<const Lease>& lease, IdSpan<Id, const T> items) {
  return shown(lease, items.all());
}
inline py::object shown(const std::shared_ptr<const Lease>&, const CoRunModel*) { return py::none(); }
/// A member as Python sees it: a case as its name, one string object per word, as they are compared all the time.
template <class M>
auto shown(const std::shared_ptr<const Lease>&, M member) {
  if constexpr (requires { name_of(member); })
    return py::reinterpret_steal<py::object>(PyUnicode_InternFromString(name_of(member)));
  else
    return member;
}

}  // namespace hetsched::script
