#include "base/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "base/files.hpp"

namespace hetsched {
namespace {

/// The note of that kind in a segment of notes; empty if it has none.
std::string build_note(const char* at, std::size_t size) {
  const auto padded = [](std::size_t bytes) { return (bytes + 3) / 4 * 4; };
  for (ElfW(Nhdr) note; size >= sizeof note;) {
    std::memcpy(&note, at, sizeof note);
    const std::size_t whole = sizeof note + padded(note.n_namesz) + padded(note.n_descsz);
    if (whole > size) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(at + sizeof note, "GNU", 4) == 0)
      return {at + sizeof note + 4, note.n_descsz};
    at += whole;
    size -= whole;
  }
  return "";
}

/// Called for each loaded object, the program first: it has no name.
int gather(dl_phdr_info* object, std::size_t, void* found) {
  const std::string name = std::filesystem::path(object->dlpi_name).filename();
  if (!name.empty() && !name.starts_with("libhetsched_")) return 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    if (const std::string note = build_note(notes, segment.p_memsz); !note.empty())
      static_cast<std::set<std::string>*>(found)->insert(name + "\n" + note);
  }
  return 0;
}

}  // namespace

std::string build_id() {
  std::set<std::string> found;
  ::dl_iterate_phdr(gather, &found);
  std::string all;
  for (const std::string& note : found) all += note;
  const bool has_program = !found.empty() && found.begin()->front() == '\n';
  if (!has_program) {
    Problems problems;
    all += read_file("/proc/self/exe", problems).value_or("");
    problems.throw_if_any();
  }
  return sha256_hex(all);
}

}  // namespace hetsched
