#include "python/bindings.hpp"

namespace hetsched::script {
namespace {

/// A struct that Python looks at where it lies; `index` is what it calls the place in the list that it comes from.
template <class T>
void bind_item(py::module_& module, const char* index = nullptr) {
  py::class_<Item<T>> type(module, Members<T>::kName);
  if (index) type.def_property_readonly(index, &Item<T>::index);
  for_each_member<T>([&](const char* name, auto member) {
    if (is_hidden(name)) return;
    type.def_property_readonly(name, [member](const Item<T>& item) { return shown(item.lease(), item.get().*member); });
  });
}

/// A struct that Python has copies of.
template <class T>
py::class_<T> bind_value(py::module_& module) {
  py::class_<T> type(module, Members<T>::kName);
  for_each_member<T>([&](const char* name, auto member) {
    type.def_property_readonly(name, [member](const T& value) { return value.*member; });
  });
  return type;
}

template <class T>
void bind_list(py::module_& module) {
  py::class_<List<T>>(module, (std::string(Members<T>::kName) + "s").c_str())
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

}  // namespace

void bind_structs(py::module_& module) {
  // First, as what returns them has their names in its documentation.
  bind_list<ModelTask>(module);
  bind_list<FutureRequest>(module);
  bind_list<TaskState>(module);
  bind_list<Request>(module);

  bind_value<Cost>(module);
  bind_value<ResourceUse>(module);
  bind_value<Slowdown>(module);
  bind_value<TaskRef>(module)
      .def(py::init<RequestRef, TaskId>(), py::arg("request"), py::arg("task"))
      .def(
          "__eq__", [](const TaskRef& a, const TaskRef& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const TaskRef& t) { return std::uint64_t{index_of(t.request)} << 32 | index_of(t.task); })
      .def("__repr__", [](const TaskRef& t) {
        return "TaskRef(request=" + std::string(py::str(py::cast(t.request))) +
               ", task=" + std::string(py::str(py::cast(t.task))) + ")";
      });

  bind_item<OperatingPoint>(module, "index");
  bind_item<Kind>(module, "index");
  bind_item<Edge>(module);
  bind_item<ModelTask>(module, "index");
  bind_item<AccuracyEntry>(module);
  bind_item<Model>(module, "index");
  bind_item<Stream>(module, "index");
  bind_item<Weights>(module, "index");
  bind_item<FutureRequest>(module);
  bind_item<TaskState>(module);
  bind_item<Replica>(module);
  bind_item<Request>(module, "place");  // its index counts those of its stream
  bind_item<Accelerator>(module, "index");
  bind_item<MemoryState>(module, "index");
  bind_item<Residence>(module);
  bind_item<Event>(module);
}

}  // namespace hetsched::script
