/// \file
/// A directory of results that is there whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hetsched {

/// Results are written into a directory with a temporary name beside PATH (base/temporary_name.hpp), which commit()
/// renames to PATH. Without commit() nothing is left. Of several at once for one PATH the last to commit wins, whole.
class OutputDirectory {
 public:
  /// Makes the temporary directory. `mark` is the file by which results of this kind are recognised: an existing
  /// directory at PATH must contain it or be empty, so that only results are ever replaced. Throws WriteError if it
  /// does not, or if PATH is not writable.
  OutputDirectory(const std::filesystem::path& path, std::string_view mark);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Where to write.
  [[nodiscard]] const std::filesystem::path& path() const { return beside_; }
  /// Gives the directory its name, in place of what was there: that gets a temporary name first. If the process is
  /// killed between the two, repair_output() finds what was there.
  void commit();

 private:
  /// Makes room at PATH; returns where that is which was there, if anything was.
  std::filesystem::path set_aside() const;

  std::filesystem::path path_, beside_;
  std::string mark_;
  bool committed_ = false;
};

/// Puts right what processes that were killed left beside PATH: the results that one had just taken from there come
/// back, if there are no newer ones; what is incomplete is removed. Reads the folder that PATH is in.
void repair_output(const std::filesystem::path& path, std::string_view mark);

/// Removes the directory that this process is writing, if it is, with the files in it. May be called in a handler of a
/// signal, after which the process must end.
void remove_unfinished_output();

}  // namespace hetsched
