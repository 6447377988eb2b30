/// \file
/// Files read and written as a whole.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/errors.hpp"

namespace hetsched {

/// Why there is no file to be read at `path`; empty if there is one.
std::string no_file_to_read(const std::filesystem::path& path);

/// The bytes of a file. Nothing, and a problem, if it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path, Problems& problems);

/// Writes a file so that it is there whole or not at all (NewFile), and removes what a killed process left of it. Makes
/// missing folders. Throws an InputError if that fails (no space, no permission).
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// If there is no file at `path`: a clause that says so and names the nearest in its folder. Else empty.
std::string missing_file(const std::string& noun, const std::filesystem::path& path);

/// SHA-256 in hexadecimal.
std::string sha256_hex(std::string_view bytes);

}  // namespace hetsched
