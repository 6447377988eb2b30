/// \file
/// A file that appears when it is whole.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hetsched {

/// Written under a temporary name beside its place (base/temporary_name.hpp), from which commit() renames it. Without
/// commit() nothing is left. Of several at once for one place the last to commit wins, whole. Errors (no space, no
/// permission) are thrown as WriteError.
class NewFile {
 public:
  /// Makes the temporary file, and missing folders.
  explicit NewFile(std::filesystem::path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void write(std::string_view bytes);
  /// Gives the file its name.
  void commit();

 private:
  [[noreturn]] void fail(const std::string& why) const;

  std::filesystem::path path_, beside_;
  int descriptor_ = -1;
  bool committed_ = false;
};

}  // namespace hetsched
