/// \file
/// The list of model formats. To add one: a file with its function, and here its declaration and its line.

#include <array>

#include "import/models/model_import.hpp"

namespace hetsched {

Imported import_onnx(const ImportFile& file, const ImportOptions& options);
Imported import_scalesim(const ImportFile& file, const ImportOptions& options);
Imported import_maestro(const ImportFile& file, const ImportOptions& options);
Imported import_wfcommons(const ImportFile& file, const ImportOptions& options);
Imported import_dot(const ImportFile& file, const ImportOptions& options);
Imported import_stg(const ImportFile& file, const ImportOptions& options);
Imported import_tgff(const ImportFile& file, const ImportOptions& options);

namespace {

constexpr std::array kFormats = {
    ModelFormat{"onnx", "ONNX models: layers with dimensions from the shapes, true edges; weights are not read",
                "--dim --no-fuse --allow-unknown", import_onnx},
    ModelFormat{"scalesim", "SCALE-Sim topologies (CSV), convolutions or GEMM: a chain of layers", "--precision",
                import_scalesim},
    ModelFormat{"maestro", "MAESTRO networks (.m): a chain of layers; dataflows are passed over", "--precision",
                import_maestro},
    ModelFormat{"wfcommons", "WfCommons workflows (WfFormat JSON 1.3 to 1.6): tasks, runtimes, bytes of files",
                "--kind", import_wfcommons},
    ModelFormat{"dot",
                "DOT digraphs: node attribute time or cost (\"14,16,9\": one per kind), edge attribute bytes or size",
                "--kind --time-unit --bytes-unit", import_dot},
    ModelFormat{"stg", "Standard Task Graphs, with or without costs of communication",
                "--kind --time-unit --bytes-unit", import_stg},
    ModelFormat{"tgff", "TGFF task graphs with times per type of task and processor, quantities per type of arc",
                "--graph --kind --time-unit --bytes-unit", import_tgff},
};

}  // namespace

std::span<const ModelFormat> model_formats() { return kFormats; }

}  // namespace hetsched
