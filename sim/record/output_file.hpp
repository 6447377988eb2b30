/// \file
/// A file that is written piecewise but appears only when it is complete: for output too large for memory and
/// write_file().
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/compression.hpp"
#include "base/new_file.hpp"

namespace hetsched {

/// A NewFile with a buffer. A compressed one is called PATH.zst.
class OutputFile {
 public:
  /// Makes the temporary file, and missing folders.
  explicit OutputFile(const std::filesystem::path& path, Compression compression = Compression::none);

  /// What is still to be written: append here, then call appended().
  [[nodiscard]] std::string& buffer() { return buffer_; }
  /// To be called after appending; writes once enough is buffered.
  void appended() {
    if (buffer_.size() >= kBlock) write();
  }
  /// Writes the rest and gives the file its name.
  void commit();

 private:
  static constexpr std::size_t kBlock = 64 * 1024;

  void write();

  NewFile file_;
  std::string buffer_;
  std::optional<Compressor> compressor_;
  std::string compressed_;  ///< what comes of the buffer
};

}  // namespace hetsched
