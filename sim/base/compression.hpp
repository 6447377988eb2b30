/// \file
/// Bytes compressed and decompressed as they come. The only place that knows zstd.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/field_table.hpp"

namespace hetsched {

enum class Compression { none, zstd };
template <>
inline constexpr auto enum_names<Compression> = std::array{"none", "zstd"};

/// What the names of files compressed in this way end with besides: ".zst", or nothing.
std::string_view suffix_of(Compression compression);

/// Makes one zstd frame with a checksum.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  /// Appends to `out` what there is of the frame after these bytes; some are kept back.
  void add(std::string_view bytes, std::string& out);
  /// Appends the rest of the frame.
  void end(std::string& out);

 private:
  struct State;
  void step(std::string_view bytes, bool last, std::string& out);
  std::unique_ptr<State> state_;
};

/// Reads zstd frames, one after the other.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// Takes bytes from the front of `in` and appends what they stand for to `out`, at most `most` bytes. What did not
  /// fit comes with the next call, be there further input or not. Returns what is wrong with them, or an empty text.
  std::string add(std::string_view& in, std::size_t most, std::string& out);
  /// Have all frames so far ended?
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool complete_ = false;
};

}  // namespace hetsched
