/// \file
/// The list of profile formats. To add one: a file with its function, and here its declaration and its line.

#include <array>

#include "import/profiles/measurements.hpp"

namespace hetsched {

Measurements read_scalesim(const ProfileRequest& request, Problems& problems);
Measurements read_maestro(const ProfileRequest& request, Problems& problems);
Measurements read_tensorrt(const ProfileRequest& request, Problems& problems);
Measurements read_pytorch(const ProfileRequest& request, Problems& problems);

namespace {

constexpr std::array kFormats = {
    ProfileFormat{"scalesim", "COMPUTE_REPORT.csv of v2 or v3", "", read_scalesim},
    ProfileFormat{"maestro", "result CSV", "--energy", read_maestro},
    ProfileFormat{"tensorrt", "JSON of trtexec --exportProfile", "", read_tensorrt},
    ProfileFormat{"pytorch", "CSV with columns for layer, device and a time such as ms; of several runs the median", "",
                  read_pytorch},
};

}  // namespace

std::span<const ProfileFormat> profile_formats() { return kFormats; }

}  // namespace hetsched
