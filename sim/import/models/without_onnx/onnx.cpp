/// \file
/// Stands for the importer of ONNX in builds without the ONNX library.

#include "base/errors.hpp"
#include "import/models/model_import.hpp"

namespace hetsched {

Imported import_onnx(const ImportFile& /*file*/, const ImportOptions& /*options*/) {
  throw InputError(
      "this build reads no ONNX; install the library (sudo apt-get install libonnx-dev libprotobuf-dev), "
      "configure "
      "anew (rm build/CMakeCache.txt) and build again (./scripts/run)");
}

}  // namespace hetsched
