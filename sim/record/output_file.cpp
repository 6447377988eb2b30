#include "record/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.hpp"

namespace hetsched {
namespace {

std::string reason() { return errno ? std::strerror(errno) : "output error"; }

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, Compression compression) : path_(std::move(path)) {
  path_ += suffix_of(compression);
  beside_ = path_.string() + ".tmp";
  if (compression == Compression::zstd) compressor_.emplace();
  std::error_code error;
  if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), error);
  if (error) fail(error.message());
  errno = 0;
  file_.open(beside_, std::ios::binary | std::ios::trunc);
  if (!file_) fail(reason());
  buffer_.reserve(kBlock + kBlock / 16);
}

OutputFile::~OutputFile() {
  if (committed_) return;
  file_.close();
  std::error_code ignored;
  std::filesystem::remove(beside_, ignored);
}

void OutputFile::commit() {
  write();
  if (compressor_) {
    compressed_.clear();
    compressor_->end(compressed_);
    write(compressed_);
  }
  errno = 0;
  file_.close();
  if (!file_) fail(reason());
  std::error_code error;
  std::filesystem::rename(beside_, path_, error);
  if (error) fail(error.message());
  committed_ = true;
}

void OutputFile::write() {
  if (compressor_) {
    compressed_.clear();
    compressor_->add(buffer_, compressed_);
  }
  write(compressor_ ? compressed_ : buffer_);
  buffer_.clear();
}

void OutputFile::write(std::string_view bytes) {
  errno = 0;
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file_) fail(reason());
}

void OutputFile::fail(const std::string& why) const {
  throw InputError(std::vector{Problem{path_.string(), "", "cannot be written: " + why}});
}

}  // namespace hetsched
