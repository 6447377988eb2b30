#include "python/bindings.hpp"

namespace hetsched::script {
namespace {

constexpr const char* kProgress[] = {"waiting", "ready", "running", "finished"};
constexpr const char* kEvents[] = {
    "run_started",     "task_finished", "task_failed",         "request_finished", "request_dropped",
    "request_arrived", "task_ready",    "accelerator_changed", "tensor_arrived",   "woken"};
static_assert(std::size(kProgress) == static_cast<std::size_t>(Progress::finished) + 1);
static_assert(std::size(kEvents) == static_cast<std::size_t>(Event::Type::woken) + 1);

/// One string object per word: they are compared all the time.
py::object word(const char* text) { return py::reinterpret_steal<py::object>(PyUnicode_InternFromString(text)); }

void bind_tasks(py::module_& module) {
  py::class_<TaskRef>(module, "TaskRef")
      .def(py::init<RequestRef, TaskId>(), py::arg("request"), py::arg("task"))
      .def_property_readonly("request", [](const TaskRef& t) { return t.request; })
      .def_property_readonly("task", [](const TaskRef& t) { return t.task; })
      .def(
          "__eq__", [](const TaskRef& a, const TaskRef& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const TaskRef& t) { return std::uint64_t{index_of(t.request)} << 32 | index_of(t.task); })
      .def("__repr__", [](const TaskRef& t) {
        return "TaskRef(request=" + std::string(py::str(py::cast(t.request))) +
               ", task=" + std::string(py::str(py::cast(t.task))) + ")";
      });

  ItemClass<TaskState> state(module, "TaskState");
  field(state, "ready", &TaskState::ready);
  field(state, "start", &TaskState::start);
  field(state, "compute", &TaskState::compute);
  field(state, "finish", &TaskState::finish);
  field(state, "predicted", &TaskState::predicted);
  field(state, "accelerator", &TaskState::accelerator);
  field(state, "missing", &TaskState::missing);
  field(state, "variant", &TaskState::variant);
  field(state, "attempts", &TaskState::attempts);
  state.def_property_readonly(
      "progress", [](const Item<TaskState>& s) { return word(kProgress[static_cast<std::size_t>(s.get().progress)]); });
  bind_list<TaskState>(module, "TaskStates");
}

void bind_requests(py::module_& module) {
  ItemClass<Replica> replica(module, "Replica");
  field(replica, "tensor", &Replica::tensor);
  field(replica, "memory", &Replica::memory);
  field(replica, "arrived", &Replica::arrived);

  ItemClass<Request> request(module, "Request");
  request.def_property_readonly("place", &Item<Request>::index);
  field(request, "id", &Request::id);
  field(request, "index", &Request::index);
  field(request, "stream", &Request::stream);
  field(request, "model", &Request::model);
  field(request, "arrival", &Request::arrival);
  field(request, "deadline", &Request::deadline);
  field(request, "priority", &Request::priority);
  field(request, "unfinished", &Request::unfinished);
  field(request, "remaining_best", &Request::remaining_best);
  field(request, "remaining_mean", &Request::remaining_mean);
  list_field(request, "tasks", &Request::tasks);
  tuple_field(request, "replicas", &Request::replicas);
  field(request, "alternatives", &Request::alternatives);
  field(request, "accuracy_loss", &Request::accuracy_loss);
  field(request, "live", &Request::live);
  bind_list<Request>(module, "Requests");
}

}  // namespace

void bind_present(py::module_& module) {
  bind_tasks(module);
  bind_requests(module);

  ItemClass<Accelerator> accelerator(module, "Accelerator");
  accelerator.def_property_readonly("index", &Item<Accelerator>::index);
  field(accelerator, "name", &Accelerator::name);
  field(accelerator, "kind", &Accelerator::kind);
  field(accelerator, "memory", &Accelerator::memory);
  field(accelerator, "point", &Accelerator::point);
  field(accelerator, "slots", &Accelerator::slots);
  field(accelerator, "free_slots", &Accelerator::free_slots);
  field(accelerator, "free_at", &Accelerator::free_at);
  field(accelerator, "bandwidth", &Accelerator::bandwidth);
  field(accelerator, "last_model", &Accelerator::last_model);
  field(accelerator, "available", &Accelerator::available);

  ItemClass<Event> event(module, "Event");
  event.def_property_readonly(
      "type", [](const Item<Event>& e) { return word(kEvents[static_cast<std::size_t>(e.get().type)]); });
  field(event, "task", &Event::task);
  field(event, "accelerator", &Event::accelerator);
}

AcceleratorId accelerator_of(py::handle accelerator) {
  if (PyIndex_Check(accelerator.ptr())) {
    const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(accelerator.ptr()));
    if (!number) throw py::error_already_set();
    const unsigned long index = PyLong_AsUnsignedLong(number.ptr());
    if (PyErr_Occurred() || index >= index_of(AcceleratorId::none)) {
      PyErr_Clear();
      throw py::index_error("there is no accelerator " + std::string(py::str(number)));
    }
    return id_of<AcceleratorId>(index);
  }
  if (!py::isinstance<Item<Accelerator>>(accelerator))
    throw py::type_error("an accelerator is given by its index or by itself; found " +
                         std::string(py::str(py::type::of(accelerator).attr("__name__"))));
  return id_of<AcceleratorId>(accelerator.cast<const Item<Accelerator>&>().index());
}

}  // namespace hetsched::script
