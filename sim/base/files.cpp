#include "base/files.hpp"

#include <sha256.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/new_file.hpp"
#include "base/temporary_name.hpp"
#include "base/text.hpp"

namespace hetsched {

namespace {

bool has_nul(const std::filesystem::path& path) { return path.native().find('\0') != std::string::npos; }

}  // namespace

std::string no_file_to_read(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (path.empty()) return "the path of a file is missing";
  if (has_nul(path)) return "has a NUL character in it, as no name of a file has";
  if (status.type() == std::filesystem::file_type::none) return "cannot be read: " + error.message();
  if (!std::filesystem::exists(status)) return "there is no such file";
  if (std::filesystem::is_directory(status)) return "is a directory; give a file";
  if (std::filesystem::is_character_file(status) || std::filesystem::is_block_file(status))
    return "is a device; give a file";
  return "";
}

std::optional<std::string> read_file(const std::filesystem::path& path, Problems& problems) {
  const auto refuse = [&](std::string what) {
    problems.add(path.string(), "", std::move(what));
    return std::nullopt;
  };
  if (std::string why = no_file_to_read(path); !why.empty()) return refuse(std::move(why));
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse(std::string("cannot be read: ") + std::strerror(errno));
  std::ostringstream bytes;
  if (file.peek() != std::ifstream::traits_type::eof()) bytes << file.rdbuf();
  if (file.bad()) return refuse(std::string("cannot be read: ") + std::strerror(errno));
  return std::move(bytes).str();
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  NewFile file(path);
  file.write(bytes);
  file.commit();
  remove_abandoned(path);
}

std::string missing_file(const std::string& noun, const std::filesystem::path& path) {
  std::error_code error;
  if (has_nul(path)) return "the name of the " + noun + " file has a NUL character in it";
  if (std::filesystem::exists(path, error)) return "";
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)  // a loop of links
    return "the " + noun + " file " + in_quotes(path.string(), 120) + " cannot be read: " + error.message();
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  Strings there;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    there.push_back(entry->path().filename().string());
  std::sort(there.begin(), there.end());
  const auto near = nearest(path.filename().string(), there);
  return "there is no " + noun + " file " + in_quotes(path.string(), 120) +
         (near ? "; did you mean " + in_quotes((path.parent_path() / *near).string(), 120) + "?" : "");
}

std::string sha256_hex(std::string_view bytes) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), hex.data());
  return hex.data();
}

}  // namespace hetsched
