/// \file
/// A file that is written piecewise but appears only when it is complete: for output too large for memory and
/// write_file().
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

namespace hetsched {

/// Writes to "PATH.tmp", which commit() renames to PATH. Without commit() nothing is left. Errors (no space,
/// no permission) are thrown as InputError.
class OutputFile {
 public:
  /// Opens the temporary file; makes missing folders.
  explicit OutputFile(std::filesystem::path path);
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
  [[noreturn]] void fail(const std::string& why) const;

  std::filesystem::path path_, beside_;
  std::ofstream file_;
  std::string buffer_;
  bool committed_ = false;
};

}  // namespace hetsched
