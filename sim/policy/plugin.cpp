#include "policy/plugin.hpp"

#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <system_error>

#include "base/files.hpp"
#include "base/text.hpp"
#include "hetsched/plugin.hpp"
#include "policy/members_check.hpp"

namespace hetsched {
namespace {

#define HETSCHED_OFFSET(type, member) offsetof(type, member),
#define HETSCHED_CHECK(type, ...)                                                           \
  static_assert(are_all_members<type>({HETSCHED_EACH(HETSCHED_OFFSET, type, __VA_ARGS__)}), \
                "hetsched/members.hpp must name all members of " #type ", in order");       \
  static_assert(leads_to_named_members<type>(),                                             \
                "hetsched/members.hpp must name the members of what the members of " #type " hold");
HETSCHED_STRUCTS(HETSCHED_CHECK)
#undef HETSCHED_OFFSET
#undef HETSCHED_CHECK

namespace fs = std::filesystem;
using EntryPoint = const PluginTable* (*)();

bool is_shared_library(std::string_view bytes) {
  if (bytes.size() < sizeof(Elf64_Ehdr) || bytes.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG)) return false;
  Elf64_Half type = 0;  // at the same place in files of 32 bits
  std::memcpy(&type, bytes.data() + offsetof(Elf64_Ehdr, e_type), sizeof type);
  return type == ET_DYN;
}

/// Is all there that the loader will map? It does not look itself: a file cut short ends the process. Other than 64-bit
/// files are the loader's to refuse.
bool is_whole(std::string_view bytes) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return true;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const std::uint64_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    if (at > bytes.size() || bytes.size() - at < sizeof(Elf64_Phdr)) return false;
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes.data() + at, sizeof segment);
    if (segment.p_offset > bytes.size() || bytes.size() - segment.p_offset < segment.p_filesz) return false;
  }
  return true;
}

/// The file that is meant: the path itself, or with ".so" behind it, in the first folder that has it.
std::optional<fs::path> find(const PluginRequest& request) {
  const fs::path file = request.file;
  std::vector<fs::path> bases = request.folders;
  if (file.is_absolute()) bases = {""};
  std::error_code error;
  std::optional<fs::path> folder;  // a plugin is often built beside a folder of its name
  for (const fs::path& base : bases)
    for (const char* suffix : {"", ".so"}) {
      const fs::path candidate = fs::path((base / file).string() + suffix);
      if (!fs::exists(candidate, error)) continue;
      if (!fs::is_directory(candidate, error)) return candidate;
      if (!folder) folder = candidate;
    }
  return folder;
}

std::string not_found(const PluginRequest& request) {
  Strings looked;
  for (const fs::path& folder : request.folders) looked.push_back(folder.empty() ? "." : folder.string());
  return "there is no such file" + (fs::path(request.file).is_absolute() ? "" : "; looked in " + join(looked, ", "));
}

/// Why the layout of policy.hpp is another one in the plugin; empty if it is not.
std::string other_layout(const PluginTable& table) {
  const std::string advice = "; build it again with this program's headers";
  for (std::size_t i = 0; i < std::min<std::size_t>(table.facts, std::size(kPluginLayout)); ++i) {
    const LayoutFact &there = table.layout[i], &here = kPluginLayout[i];
    if (std::strcmp(there.what, here.what) != 0)
      return "was built with another hetsched/policy.hpp: it has " + std::string(there.what) +
             " where this program has " + here.what + advice;
    if (there.value != here.value)
      return "was built with another hetsched/policy.hpp: " + std::string(here.what) + " is " +
             std::to_string(there.value) + " there and " + std::to_string(here.value) + " in this program" + advice;
  }
  if (table.facts == std::size(kPluginLayout)) return "";
  return "was built with another hetsched/policy.hpp, of " + std::to_string(table.facts) + " sizes and offsets, not " +
         std::to_string(std::size(kPluginLayout)) + advice;
}

/// What is wrong with the policies it has; empty if nothing is.
std::string wrong_policies(const PluginTable& table) {
  if (table.policy_count == 0 || !table.policies) return "has no policies";
  for (std::uint64_t i = 0; i < table.policy_count; ++i)
    if (table.policies[i].name.empty() || !table.policies[i].make)
      return "has a policy without a name or without a way to make it";
  return "";
}

/// What is wrong with what a plugin tells of itself; empty if nothing is.
std::string refusal(const PluginTable* table) {
  if (!table) return "tells nothing of itself (hetsched_plugin() returns null)";
  if (table->api != kPluginApi)
    return "was built for plugin API " + std::to_string(table->api) + "; this program has API " +
           std::to_string(kPluginApi) + "; build it again with this program's headers";
  if (std::strcmp(table->abi, kPluginAbi) != 0)
    return "was built with other conventions (" + std::string(table->abi) + ") than this program (" + kPluginAbi +
           "); use its compiler and standard library";
  if (const std::string layout = other_layout(*table); !layout.empty()) return layout;
  return wrong_policies(*table);
}

/// The linker's message without the path in front, which has been said.
std::string linker_message(const std::string& file) {
  const char* error = ::dlerror();
  std::string text = error ? error : "unknown error";
  if (text.starts_with(file + ": ")) text.erase(0, file.size() + 2);
  return text;
}

/// Nothing, and a problem, if it is no plugin for this program.
std::optional<Plugin> load(const fs::path& file, const std::string& origin, ForeignCode code, Problems& problems) {
  const auto refuse = [&](const std::string& why) {
    problems.add(origin, "", "plugin " + file.string() + " " + why);
    return std::nullopt;
  };
  if (fs::is_directory(file)) return refuse("is a directory; give the file of a shared library");
  if (!fs::is_regular_file(file)) return refuse("is no file");
  Problems unread;
  const auto bytes = read_file(file, unread);
  if (!bytes) return refuse(unread.all().front().what);
  if (!is_shared_library(*bytes)) return refuse("is no shared library");
  if (!is_whole(*bytes)) return refuse("is cut short");
  if (code == ForeignCode::rests) return Plugin{file, sha256_hex(*bytes), {}};
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return refuse("cannot be loaded: " + linker_message(file.string()));
  const auto entry = reinterpret_cast<EntryPoint>(::dlsym(library, "hetsched_plugin"));
  if (!entry)
    return refuse(
        "is no plugin of hetsched: it has no entry point hetsched_plugin; see HETSCHED_PLUGIN in "
        "hetsched/plugin.hpp");
  const PluginTable* table = entry();
  if (const std::string why = refusal(table); !why.empty()) return refuse(why);
  return Plugin{file, sha256_hex(*bytes), {table->policies, table->policy_count}};
}

}  // namespace

std::vector<fs::path> search_path(std::string_view text) {
  std::vector<fs::path> folders;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > 0) folders.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return folders;
}

std::vector<Plugin> load_plugins(std::span<const PluginRequest> requests, Problems& problems, ForeignCode code) {
  std::vector<Plugin> plugins;
  for (const PluginRequest& request : requests) {
    const auto found = find(request);
    if (!found) {
      problems.add(request.origin, "", "plugin " + in_quotes(request.file, 120) + ": " + not_found(request));
      continue;
    }
    std::error_code error;
    const fs::path file = fs::canonical(*found, error);
    const auto same = [&](const Plugin& plugin) { return plugin.file == file; };
    if (std::any_of(plugins.begin(), plugins.end(), same)) continue;
    if (auto plugin = load(error ? *found : file, request.origin, code, problems))
      plugins.push_back(std::move(*plugin));
  }
  return plugins;
}

}  // namespace hetsched
