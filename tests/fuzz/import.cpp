/// \file
/// Every model format on arbitrary bytes: the first byte chooses the format, the rest is the file. An input
/// error is the expected end; anything else that is thrown, and every report of a sanitizer, is a failure.
/// Built with -DHETSCHED_FUZZ=ON; clang's libFuzzer drives it, or, with another compiler, the mutations of
/// mutations.cpp.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

#include "base/errors.hpp"
#include "import/models/model_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto formats = hetsched::model_formats();
  const auto& format = formats[data[0] % formats.size()];
  hetsched::ImportOptions options;
  options.allow_unknown = (data[0] & 0x40) != 0;
  options.fuse = (data[0] & 0x80) == 0;
  if (format.name == "onnx") options.dims = {"N=4"};
  const hetsched::ImportFile file{"input", std::string(reinterpret_cast<const char*>(data) + 1, size - 1)};
  try {
    (void)import_model(format, file, options);
  } catch (const hetsched::InputError&) {  // as it should be
  }
  return 0;
}
