/// \file
/// Measurements of other tools, made into profiles: which layer of which model takes how long on which kind.
/// A format is one function in one file (list: formats.cpp); what its names mean in a model is found out in
/// layer_match.hpp, the same way for all.
#pragma once

#include <span>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "import/format.hpp"

namespace hetsched {

/// Where the energy of a profile comes from.
enum class EnergySource { counts, file, none };

struct ProfileRequest {
  std::string file;    ///< path of the measurements
  Strings kinds;       ///< "KIND", or "DEVICE=KIND" for formats with devices
  std::string point;   ///< empty: the profile names none
  std::string model;   ///< path of a model whose layers are meant; empty: names stay as they are
  std::string column;  ///< what to take as the duration; empty: the format's default
  EnergySource energy = EnergySource::counts;
  bool absent_free = false;  ///< layers of the model that the file does not name take no time
};

struct ImportedProfile {
  std::string csv;   ///< a profile as models name it: comment, header, rows
  std::string what;  ///< "16 rows for kind gpu"
  Strings notes;     ///< what was matched, what is missing, what is left over; one sentence each
};

struct Measurements;  // measurements.hpp
using ProfileFormat = Format<Measurements(const ProfileRequest&, Problems&)>;

/// All formats, in the order of the help; the list is formats.cpp.
std::span<const ProfileFormat> profile_formats();

/// Reads a measurement file and, if one is named, the model. Everything wrong with them is added to
/// `problems`; the result is meaningful only if nothing was added.
ImportedProfile import_profile(const ProfileFormat& format, const ProfileRequest& request, Problems& problems);

}  // namespace hetsched
