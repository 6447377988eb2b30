#include "import/profiles/profile_import.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/fields_csv.hpp"
#include "import/profiles/layer_match.hpp"
#include "model/network.hpp"

namespace hetsched {
namespace {

/// The measurements of one device, and the kind they are for.
struct Device {
  std::string name, kind;
  std::vector<Measurement> rows;
};

std::vector<Device> devices_of(Measurements& file) {
  std::vector<Device> devices;
  for (Measurement& row : file.rows) {
    auto found = std::find_if(devices.begin(), devices.end(), [&](const Device& d) { return d.name == row.device; });
    if (found == devices.end()) found = devices.insert(found, Device{row.device, "", {}});
    found->rows.push_back(std::move(row));
  }
  return devices;
}

/// Gives the devices their kinds; those that no --kind is about have none.
void assign_kinds(std::vector<Device>& devices, const ProfileRequest& request, Problems& problems) {
  Strings names;
  for (const Device& device : devices) names.push_back(device.name);
  const bool known = devices.size() > 1 || !devices.front().name.empty();
  for (const std::string& each : request.kinds) {
    const auto equals = each.find('=');
    if (!known && (equals != std::string::npos || request.kinds.size() > 1)) {
      problems.add("", "", "--kind " + each + ": the file has no devices, so --kind NAME is given once, without =");
      return;
    }
    if (equals == std::string::npos) {
      if (request.kinds.size() > 1 || devices.size() > 1) {
        problems.add("", "",
                     "--kind " + each + " does not say of which device; give --kind DEVICE=KIND, where DEVICE is " +
                         "one of " + listed(names));
        return;
      }
      devices.front().kind = each;
      continue;
    }
    const std::string device = each.substr(0, equals), kind = each.substr(equals + 1);
    const auto found = std::find(names.begin(), names.end(), device);
    if (found == names.end() || kind.empty() ||
        !devices[static_cast<std::size_t>(found - names.begin())].kind.empty()) {
      problems.add("", "",
                   found == names.end()
                       ? "--kind " + each + ": there is no device " + in_quotes(device) + " in the file" +
                             did_you_mean(device, names) + "; it has: " + listed(names)
                   : kind.empty() ? "--kind " + each + " names no kind after the ="
                                  : "--kind gives device " + in_quotes(device) + " two kinds");
      continue;
    }
    devices[static_cast<std::size_t>(found - names.begin())].kind = kind;
  }
}

void append_row(std::string& csv, const LayerTime& row, const std::string& kind, const ProfileRequest& request,
                bool energy) {
  detail::append_csv_text(csv, row.layer);
  csv += ',';
  detail::append_csv_text(csv, kind);
  if (!request.point.empty()) {
    csv += ',';
    detail::append_csv_text(csv, request.point);
  }
  csv += ',';
  append_number(csv, row.duration);
  if (energy) {
    csv += ',';
    if (row.energy_nj) append_number(csv, *row.energy_nj);
  }
  csv += '\n';
}

std::string heading(const Measurements& file, const ProfileRequest& request, bool energy) {
  std::string name = std::filesystem::path(request.file).filename().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return "# " + file.said + "; from " + name + "\nlayer,kind," + (request.point.empty() ? "" : "point,") + file.column +
         (energy ? ",energy_nj" : "") + "\n";
}

ImportedProfile assemble(std::vector<Device>& devices, const Measurements& file, const Network* network,
                         const ProfileRequest& request, Problems& problems) {
  ImportedProfile out;
  out.notes = file.notes;
  const bool energy =
      std::any_of(devices.begin(), devices.end(), [](const Device& d) { return d.rows.front().energy_nj.has_value(); });
  std::string rows;
  std::size_t count = 0;
  Strings kinds, unused;
  std::map<std::string, std::string> owner;
  for (const Device& device : devices) {
    if (device.kind.empty()) {
      unused.push_back(device.name);
      continue;
    }
    if (const auto [place, is_new] = owner.emplace(device.kind, device.name); !is_new)
      problems.add("", "",
                   "--kind gives devices " + in_quotes(place->second) + " and " + in_quotes(device.name) +
                       " the same kind " + in_quotes(device.kind));
    const LayerTimes times = network != nullptr ? match_layers(device.rows, file, *network, request, problems)
                                                : keep_names(device.rows, file, problems);
    for (const std::string& note : times.notes)
      out.notes.push_back((devices.size() > 1 ? device.name + ": " : "") + note);
    for (const LayerTime& row : times.rows) {
      if (!std::isfinite(row.duration) || !std::isfinite(row.energy_nj.value_or(0)))
        problems.add(request.file, "", "adds up to no finite number for layer " + in_quotes(row.layer));
      append_row(rows, row, device.kind, request, energy);
    }
    count += times.rows.size();
    kinds.push_back(device.kind);
  }
  if (!unused.empty()) out.notes.push_back("left out, as no --kind names them: devices " + listed(unused));
  out.csv = heading(file, request, energy) + rows;
  out.what = many(count, "row") + " for " + (kinds.size() == 1 ? "kind " : "kinds ") + listed(kinds);
  return out;
}

/// The model without its profile file, which may be the one that is to be written.
std::optional<Network> read_model(const std::string& path, Problems& problems) {
  Document document = Document::from_file(path, problems);
  if (!document.parsed()) return std::nullopt;
  if (!document.root().has("layers")) {
    problems.add(document.root().problem("is no model: it has no layers"));
    return std::nullopt;
  }
  if (document.root().has("profile")) document.set("profile", "", path, problems);
  return read_network(document.root(), problems);
}

}  // namespace

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string many(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

ImportedProfile import_profile(const ProfileFormat& format, const ProfileRequest& request, Problems& problems) {
  if (request.energy != EnergySource::counts && !format.takes("--energy"))
    problems.add("", "", "--energy is for format " + formats_with("--energy", profile_formats()) + " only");
  Measurements file = format.read(request, problems);
  std::optional<Network> network;
  if (!request.model.empty())
    network = read_model(request.model, problems);
  else if (request.absent_free)
    problems.add("", "", "--absent-free is about the layers of a model; give --model FILE too");
  if (!problems.empty() || file.rows.empty()) return {};
  std::vector<Device> devices = devices_of(file);
  assign_kinds(devices, request, problems);
  if (!problems.empty()) return {};
  return assemble(devices, file, network ? &*network : nullptr, request, problems);
}

}  // namespace hetsched
