/// \file
/// A file read piecewise, compressed or not: for input too large for memory and read_file().
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/compression.hpp"
#include "base/errors.hpp"

namespace hetsched {

/// Is read from its begin on. If its name ends in .zst, what is read is what had been compressed.
class FileReader {
 public:
  /// What is wrong, now or later, is added to `problems`; there is nothing more to read then.
  FileReader(std::filesystem::path path, Problems& problems);
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// False if something was wrong.
  [[nodiscard]] bool good() const { return good_; }
  /// Appends about so many bytes to `out`. False if there are none left.
  bool read(std::size_t about, std::string& out);

  /// Can it be read from any byte on? Not if it is compressed.
  [[nodiscard]] bool can_seek() const { return good_ && !decompressor_; }
  /// Bytes it has.
  [[nodiscard]] std::uint64_t size() const;
  /// Reads from that byte on.
  void seek(std::uint64_t offset);

 private:
  void fail(const std::string& why);
  bool read_plain(std::size_t about, std::string& out);
  bool read_compressed(std::size_t about, std::string& out);

  std::filesystem::path path_;
  Problems& problems_;
  std::ifstream file_;
  bool good_ = true;
  std::optional<Decompressor> decompressor_;
  std::string packed_;     ///< the last piece of a compressed file
  std::string_view rest_;  ///< what of it is still to be decompressed
};

}  // namespace hetsched
