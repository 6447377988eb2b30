#include "record/output_file.hpp"

namespace hetsched {
namespace {

std::filesystem::path with_suffix(std::filesystem::path path, Compression compression) {
  path += suffix_of(compression);
  return path;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path, Compression compression)
    : file_(with_suffix(path, compression)) {
  if (compression == Compression::zstd) compressor_.emplace();
  buffer_.reserve(kBlock + kBlock / 16);
}

void OutputFile::commit() {
  write();
  if (compressor_) {
    compressed_.clear();
    compressor_->end(compressed_);
    file_.write(compressed_);
  }
  file_.commit();
}

void OutputFile::write() {
  if (compressor_) {
    compressed_.clear();
    compressor_->add(buffer_, compressed_);
  }
  file_.write(compressor_ ? compressed_ : buffer_);
  buffer_.clear();
}

}  // namespace hetsched
