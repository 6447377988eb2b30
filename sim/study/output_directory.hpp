/// \file
/// A directory of results that is there whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace hetsched {

/// Results are written into "PATH.tmp", which commit() renames to PATH. Without commit() nothing is left.
class OutputDirectory {
 public:
  /// Makes the temporary directory. `mark` is the file by which results of this kind are recognised: an existing
  /// directory at PATH must contain it or be empty, so that only results are ever replaced. Throws InputError if it
  /// does not, or if PATH is not writable.
  OutputDirectory(const std::filesystem::path& path, std::string_view mark);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Where to write.
  [[nodiscard]] const std::filesystem::path& path() const { return beside_; }
  /// Gives the directory its name, in place of what was there.
  void commit();

 private:
  std::filesystem::path path_, beside_;
  bool committed_ = false;
};

}  // namespace hetsched
