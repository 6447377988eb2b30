/// \file
/// A file that is written piecewise but appears only when it is complete: for output too large for memory and
/// write_file().
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/compression.hpp"

namespace hetsched {

/// Writes to "PATH.tmp", which commit() renames to PATH. Without commit() nothing is left. Errors (no space,
/// no permission) are thrown as InputError. A compressed one is called PATH.zst.
class OutputFile {
 public:
  /// Opens the temporary file; makes missing folders.
  explicit OutputFile(std::filesystem::path path, Compression compression = Compression::none);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

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
  void write(std::string_view bytes);
  [[noreturn]] void fail(const std::string& why) const;

  std::filesystem::path path_, beside_;
  std::ofstream file_;
  std::string buffer_;
  std::optional<Compressor> compressor_;
  std::string compressed_;  ///< what comes of the buffer
  bool committed_ = false;
};

}  // namespace hetsched
