#include "python/python.hpp"

#include "base/errors.hpp"

namespace hetsched {
namespace {

void refuse(const std::filesystem::path& file) {
  throw InputError("policies in Python (" + file.string() +
                   ") are not part of this hetsched: install pybind11-dev and python3-dev and build it again");
}

}  // namespace

ScriptLanguage python() { return {".py", nullptr, refuse, nullptr, nullptr}; }

}  // namespace hetsched
