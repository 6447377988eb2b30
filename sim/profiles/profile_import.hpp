/// \file
/// Measurements of other tools, made into profiles: which layer of which model takes how long on which kind.
/// A format is one function in one file (list: profile_formats()); what its names mean in a model is found
/// out in layer_match.hpp, the same way for all.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched {

/// Where the energy of a profile comes from.
enum class EnergySource { counts, file, none };

struct ProfileRequest {
  std::string format;  ///< a name of profile_formats()
  std::string file;
  Names kinds;         ///< "KIND", or "DEVICE=KIND" for formats with devices
  std::string point;   ///< empty: the profile names none
  std::string model;   ///< path of a model whose layers are meant; empty: names stay as they are
  std::string column;  ///< what to take as the duration; empty: the format's default
  EnergySource energy = EnergySource::counts;
  bool absent_free = false;  ///< layers of the model that the file does not name take no time
};

struct ImportedProfile {
  std::string csv;   ///< a profile as models name it: comment, header, rows
  std::string what;  ///< "16 rows for kind gpu"
  Names notes;       ///< what was matched, what is missing, what is left over; one sentence each
};

/// What a format is called, and what is known of it, for the help.
struct FormatSummary {
  std::string_view name, summary;
};
std::span<const FormatSummary> profile_formats();

/// Reads a measurement file and, if one is named, the model. Everything wrong with them is added to
/// `problems`; the result is meaningful only if nothing was added.
ImportedProfile import_profile(const ProfileRequest& request, Problems& problems);

}  // namespace hetsched
