#include <array>

#include "python/bindings.hpp"

namespace hetsched::script {
namespace {

constexpr std::size_t number_of_members() {
  std::size_t number = 0;
  for_each_member<SystemView>([&](const char*, auto) { ++number; });
  return number;
}

/// SystemView. Tuples, which are looked at in every call, are made when first asked for.
class View : public Lent {
 public:
  using Lent::Lent;

  template <class M>
  auto member(std::size_t number, M SystemView::*at) {
    const M& value = view().*at;
    if constexpr (std::is_same_v<decltype(shown(lease(), value)), py::tuple>) {
      if (!tuples_[number]) tuples_[number] = shown(lease(), value);
      return tuples_[number];
    } else {
      return shown(lease(), value);
    }
  }

 private:
  std::array<py::object, number_of_members()> tuples_;
};

class Sink : public Lent {
 public:
  using Lent::Lent;
};

// From here on: the view, after a check that what is asked for exists. C++ policies are trusted with that.

const SystemView& with_task(const View& v, TaskRef t) {
  const SystemView& view = v.view();
  if (!view.requests.contains(t.request) || !view.requests[t.request].tasks.contains(t.task))
    throw py::index_error("there is no such task: TaskRef(request=" + std::to_string(index_of(t.request)) +
                          ", task=" + std::to_string(index_of(t.task)) + ")");
  return view;
}

/// An argument that names an accelerator: its index, or itself.
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

AcceleratorId checked_accelerator(const SystemView& view, py::handle accelerator) {
  const AcceleratorId a = accelerator_of(accelerator);
  if (!view.accelerators.contains(a)) throw py::index_error("there is no accelerator " + std::to_string(index_of(a)));
  return a;
}

void check_weights(const SystemView& view, WeightsId weights, MemoryId memory) {
  if (!view.weights.contains(weights))
    throw py::index_error("there are no weights " + std::to_string(index_of(weights)));
  if (!view.memory_states.contains(memory)) throw py::index_error("there is no such memory");
}

void check_variant(const ModelTask& task, VariantId variant) {
  if (!task.variant_ids().contains(variant))
    throw py::index_error("the task has no variant " + std::to_string(index_of(variant)));
}

void check_point(const SystemView& view, KindId kind, PointId point, std::uint32_t batch) {
  if (!view.kinds.contains(kind)) throw py::index_error("there is no kind " + std::to_string(index_of(kind)));
  if (!view.kinds[kind].points.contains(point))
    throw py::index_error("the kind has no operating point " + std::to_string(index_of(point)));
  if (batch < 1 || batch > view.kinds[kind].max_batch)
    throw py::index_error("the kind has no batches of " + std::to_string(batch));
}

/// `function(view, model task, accelerator)`, all of which exist.
template <class Function>
auto about_model_task(const View& v, const Item<ModelTask>& task, py::handle accelerator, VariantId variant,
                      const Function& function) {
  const SystemView& view = v.view();
  check_variant(task.get(), variant);
  return function(view, task.get(), checked_accelerator(view, accelerator));
}

/// `function(view, task, accelerator)`, all of which exist.
template <class Function>
auto about_task(const View& v, TaskRef task, py::handle accelerator, VariantId variant, const Function& function) {
  const SystemView& view = with_task(v, task);
  check_variant(view.model_task(task), variant);
  return function(view, task, checked_accelerator(view, accelerator));
}

using ViewClass = py::class_<View>;
const auto kTask = py::arg("task");
const auto kAccelerator = py::arg("accelerator");

void bind_members(ViewClass& type) {
  std::size_t number = 0;
  for_each_member<SystemView>([&](const char* name, auto at) {
    if (!is_hidden(name)) type.def_property_readonly(name, [number, at](View& v) { return v.member(number, at); });
    ++number;
  });
}

void bind_of_task(ViewClass& type) {
  type.def(
      "request",
      [](const View& v, TaskRef t) {
        return Item<Request>(v.lease(), with_task(v, t).request(t), index_of(t.request));
      },
      kTask);
  type.def(
      "model",
      [](const View& v, TaskRef t) {
        const SystemView& view = with_task(v, t);
        return Item<Model>(v.lease(), view.model(t), index_of(view.request(t).model));
      },
      kTask);
  type.def(
      "model_task",
      [](const View& v, TaskRef t) {
        return Item<ModelTask>(v.lease(), with_task(v, t).model_task(t), index_of(t.task));
      },
      kTask);
  type.def(
      "state",
      [](const View& v, TaskRef t) { return Item<TaskState>(v.lease(), with_task(v, t).state(t), index_of(t.task)); },
      kTask);
  type.def(
      "alternatives",
      [](const View& v, TaskRef t, VariantId variant) {
        const SystemView& view = with_task(v, t);
        check_variant(view.model_task(t), variant);
        return view.alternatives(t, variant);
      },
      kTask, py::arg("variant"));
  type.def(
      "accuracy_loss",
      [](const View& v, TaskRef t, VariantId variant) {
        const SystemView& view = with_task(v, t);
        check_variant(view.model_task(t), variant);
        return view.accuracy_loss(t, variant);
      },
      kTask, py::arg("variant"));
}

void bind_of_task_on_accelerator(ViewClass& type) {
  type.def(
      "cost",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant, [&](const SystemView& view, TaskRef t, AcceleratorId a) {
          return view.cost_on(t, a, variant);
        });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "use",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant, [&](const SystemView& view, TaskRef t, AcceleratorId a) {
          return view.use(view.model_task(t), view.accelerators[a].kind, view.accelerators[a].point, variant);
        });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "slowdown",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant, [&](const SystemView& view, TaskRef t, AcceleratorId a) {
          return view.slowdown(t, a, variant);
        });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "can_start",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant, [&](const SystemView& view, TaskRef t, AcceleratorId a) {
          return view.can_start(t, a, variant);
        });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "needed",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant, [&](const SystemView& view, TaskRef t, AcceleratorId a) {
          return view.needed(t, a, variant);
        });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "fits",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant,
                          [&](const SystemView& view, TaskRef t, AcceleratorId a) { return view.fits(t, a, variant); });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "residence",
      [](const View& v, WeightsId weights, MemoryId memory) {
        check_weights(v.view(), weights, memory);
        return Item<Residence>(v.lease(), v.view().residence(weights, memory), index_of(weights));
      },
      py::arg("weights"), py::arg("memory"));
  type.def(
      "load_time",
      [](const View& v, WeightsId weights, MemoryId memory) {
        check_weights(v.view(), weights, memory);
        return v.view().load_time(weights, memory);
      },
      py::arg("weights"), py::arg("memory"));
  type.def(
      "run_time",
      [](const View& v, TaskRef task, py::handle accelerator, VariantId variant) {
        return about_task(v, task, accelerator, variant, [&](const SystemView& view, TaskRef t, AcceleratorId a) {
          return view.run_time(t, a, variant);
        });
      },
      kTask, kAccelerator, py::arg("variant") = VariantId::original);
  type.def(
      "transfer_time",
      [](const View& v, TaskRef task, py::handle accelerator) {
        return about_task(v, task, accelerator, VariantId::original,
                          [](const SystemView& view, TaskRef t, AcceleratorId a) { return view.transfer_time(t, a); });
      },
      kTask, kAccelerator);
  type.def(
      "result_time",
      [](const View& v, TaskRef task, py::handle accelerator) {
        return about_task(v, task, accelerator, VariantId::original,
                          [](const SystemView& view, TaskRef t, AcceleratorId a) { return view.result_time(t, a); });
      },
      kTask, kAccelerator);
  type.def(
      "inputs_at",
      [](const View& v, TaskRef task, py::handle accelerator) {
        return about_task(v, task, accelerator, VariantId::original,
                          [](const SystemView& view, TaskRef t, AcceleratorId a) { return view.inputs_at(t, a); });
      },
      kTask, kAccelerator);
  type.def(
      "overhead",
      [](const View& v, TaskRef task, py::handle accelerator) {
        return about_task(v, task, accelerator, VariantId::original,
                          [](const SystemView& view, TaskRef t, AcceleratorId a) { return view.overhead(t, a); });
      },
      kTask, kAccelerator);
  type.def(
      "route_time",
      [](const View& v, MemoryId from, MemoryId to, double bytes) {
        const SystemView& view = v.view();
        if (!view.memory_bandwidths.contains(from) || !view.memory_bandwidths.contains(to))
          throw py::index_error("there is no such memory");
        return view.route_time(from, to, bytes);
      },
      py::arg("from_memory"), py::arg("to_memory"), py::arg("bytes"));
}

/// Of tasks of models, which need not be there yet.
void bind_of_model_task(ViewClass& type) {
  const auto variant = py::arg("variant") = VariantId::original;
  const auto batch = py::arg("batch") = 1;
  type.def(
      "weights_of",
      [](const View& v, const Item<ModelTask>& task, VariantId which) {
        check_variant(task.get(), which);
        return v.view().weights_of(task.get(), which);
      },
      kTask, variant);
  type.def(
      "cost_at",
      [](const View& v, const Item<ModelTask>& task, KindId kind, PointId point, VariantId which, std::uint32_t size) {
        const SystemView& view = v.view();
        check_variant(task.get(), which);
        check_point(view, kind, point, size);
        return view.cost(task.get(), kind, point, which, size);
      },
      kTask, py::arg("kind"), py::arg("point"), variant, batch);
  type.def(
      "alone_time",
      [](const View& v, const Item<ModelTask>& task, py::handle accelerator, VariantId which) {
        return about_model_task(
            v, task, accelerator, which,
            [&](const SystemView& view, const ModelTask& t, AcceleratorId a) { return view.alone_time(t, a, which); });
      },
      kTask, kAccelerator, variant);
  type.def(
      "alone_time_at",
      [](const View& v, const Item<ModelTask>& task, py::handle accelerator, PointId point, VariantId which,
         std::uint32_t size) {
        return about_model_task(v, task, accelerator, which,
                                [&](const SystemView& view, const ModelTask& t, AcceleratorId a) {
                                  check_point(view, view.accelerators[a].kind, point, size);
                                  return view.alone_time_at(t, a, point, which, size);
                                });
      },
      kTask, kAccelerator, py::arg("point"), variant, batch);
  type.def(
      "alone_energy_at",
      [](const View& v, const Item<ModelTask>& task, py::handle accelerator, PointId point, VariantId which,
         std::uint32_t size) {
        return about_model_task(v, task, accelerator, which,
                                [&](const SystemView& view, const ModelTask& t, AcceleratorId a) {
                                  check_point(view, view.accelerators[a].kind, point, size);
                                  return view.alone_energy_at(t, a, point, which, size);
                                });
      },
      kTask, kAccelerator, py::arg("point"), variant, batch);
}

void bind_decisions(py::module_& module) {
  const auto variant = py::arg("variant") = VariantId::original;
  py::class_<Sink>(module, "Decisions")
      .def(
          "start",
          [](const Sink& out, TaskRef task, py::handle accelerator, VariantId which) {
            out.decisions().start(task, accelerator_of(accelerator), which);
          },
          kTask, kAccelerator, variant)
      .def(
          "start_batch",
          [](const Sink& out, const py::iterable& tasks, py::handle accelerator, VariantId which) {
            std::vector<TaskRef> batch;
            for (const py::handle task : tasks) batch.push_back(task.cast<TaskRef>());
            if (batch.empty()) throw py::value_error("a batch has at least one task");
            out.decisions().start_batch(batch, accelerator_of(accelerator), which);
          },
          py::arg("tasks"), kAccelerator, variant)
      .def(
          "prefetch",
          [](const Sink& out, TaskRef task, py::handle accelerator) {
            out.decisions().prefetch(task, accelerator_of(accelerator));
          },
          kTask, kAccelerator)
      .def(
          "set_operating_point",
          [](const Sink& out, py::handle accelerator, PointId point) {
            out.decisions().set_operating_point(accelerator_of(accelerator), point);
          },
          kAccelerator, py::arg("point"))
      .def(
          "drop", [](const Sink& out, RequestRef request) { out.decisions().drop(request); }, py::arg("request"))
      .def(
          "wake_at", [](const Sink& out, double time) { out.decisions().wake_at(time); }, py::arg("time"))
      .def(
          "forecast",
          [](const Sink& out, RequestRef request, double finish) { out.decisions().forecast(request, finish); },
          py::arg("request"), py::arg("finish"))
      .def(
          "load", [](const Sink& out, WeightsId weights, MemoryId memory) { out.decisions().load(weights, memory); },
          py::arg("weights"), py::arg("memory"))
      .def(
          "evict", [](const Sink& out, WeightsId weights, MemoryId memory) { out.decisions().evict(weights, memory); },
          py::arg("weights"), py::arg("memory"))
      .def(
          "give_up",
          [](const Sink& out, TaskRef task, MemoryId memory, const py::object& to) {
            out.decisions().give_up(task, memory, to.is_none() ? MemoryId::none : to.cast<MemoryId>());
          },
          py::arg("task"), py::arg("memory"), py::arg("to") = py::none());
}

}  // namespace

void bind_view(py::module_& module) {
  ViewClass type(module, Members<SystemView>::kName);
  bind_members(type);
  bind_of_task(type);
  bind_of_task_on_accelerator(type);
  bind_of_model_task(type);
  bind_decisions(module);
}

py::object new_view(const std::shared_ptr<const Lease>& lease) { return py::cast(View(lease)); }
py::object new_decisions(const std::shared_ptr<const Lease>& lease) { return py::cast(Sink(lease)); }

}  // namespace hetsched::script
