/// \file
/// An executor that is built on a library, so called that the library's faults are told as what they are: crashes by
/// crash_report.hpp, exceptions with its name and the run.
#pragma once

#include <memory>

#include "engine/executor.hpp"

namespace hetsched {

/// Makes an executor and calls it. `library` ("SimGrid 3.32") must outlive the result, which throws a std::logic_error
/// for whatever the library throws, but for std::bad_alloc.
std::unique_ptr<Executor> guarded_executor(const char* library, std::unique_ptr<Executor> (*make)(const Fabric& fabric),
                                           const Fabric& fabric);

}  // namespace hetsched
