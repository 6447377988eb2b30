#include "python/bindings.hpp"

namespace hetsched::script {

void bind_fixed(py::module_& module) {
  py::class_<Cost>(module, "Cost")
      .def_readonly("time", &Cost::time)
      .def_readonly("energy", &Cost::energy)
      .def_readonly("traffic", &Cost::traffic);

  ItemClass<OperatingPoint> point(module, "OperatingPoint");
  point.def_property_readonly("index", &Item<OperatingPoint>::index);
  field(point, "name", &OperatingPoint::name);
  field(point, "frequency", &OperatingPoint::frequency);
  field(point, "idle_power", &OperatingPoint::idle_power);
  field(point, "active_power", &OperatingPoint::active_power);

  ItemClass<Kind> kind(module, "Kind");
  kind.def_property_readonly("index", &Item<Kind>::index);
  field(kind, "name", &Kind::name);
  field(kind, "type", &Kind::type);
  tuple_field(kind, "points", &Kind::points);
  field(kind, "dispatch_time", &Kind::dispatch_time);
  field(kind, "switch_time", &Kind::switch_time);
  field(kind, "switch_energy", &Kind::switch_energy);
  field(kind, "energy_is_total", &Kind::energy_is_total);
  field(kind, "max_batch", &Kind::max_batch);

  ItemClass<Edge> edge(module, "Edge");
  field(edge, "task", &Edge::task);
  field(edge, "tensor", &Edge::tensor);
  field(edge, "bytes", &Edge::bytes);

  ItemClass<ModelTask> task(module, "ModelTask");
  task.def_property_readonly("index", &Item<ModelTask>::index);
  field(task, "name", &ModelTask::name);
  field(task, "op", &ModelTask::op);
  tuple_field(task, "inputs", &ModelTask::inputs);
  tuple_field(task, "outputs", &ModelTask::outputs);
  field(task, "variants", &ModelTask::variants);
  field(task, "first_alternative", &ModelTask::first_alternative);
  field(task, "best_time", &ModelTask::best_time);
  field(task, "mean_time", &ModelTask::mean_time);

  ItemClass<AccuracyEntry> accuracy(module, "AccuracyEntry");
  field(accuracy, "alternatives", &AccuracyEntry::alternatives);
  field(accuracy, "loss", &AccuracyEntry::loss);

  bind_list<ModelTask>(module, "ModelTasks");
  ItemClass<Model> model(module, "Model");
  model.def_property_readonly("index", &Item<Model>::index);
  field(model, "name", &Model::name);
  list_field(model, "tasks", &Model::tasks);
  tuple_field(model, "accuracy", &Model::accuracy);
  tuple_field(model, "losses", &Model::losses);
  field(model, "best_time", &Model::best_time);
  field(model, "mean_time", &Model::mean_time);

  ItemClass<Stream> stream(module, "Stream");
  stream.def_property_readonly("index", &Item<Stream>::index);
  field(stream, "name", &Stream::name);
  field(stream, "model", &Stream::model);
  field(stream, "priority", &Stream::priority);
  field(stream, "period", &Stream::period);
  field(stream, "relative_deadline", &Stream::relative_deadline);

  ItemClass<FutureRequest> future(module, "FutureRequest");
  field(future, "index", &FutureRequest::index);
  field(future, "stream", &FutureRequest::stream);
  field(future, "model", &FutureRequest::model);
  field(future, "arrival", &FutureRequest::arrival);
  field(future, "deadline", &FutureRequest::deadline);
  field(future, "priority", &FutureRequest::priority);
  bind_list<FutureRequest>(module, "FutureRequests");
}

}  // namespace hetsched::script
