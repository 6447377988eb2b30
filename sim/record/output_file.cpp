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

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)), beside_(path_.string() + ".tmp") {
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
  errno = 0;
  file_.close();
  if (!file_) fail(reason());
  std::error_code error;
  std::filesystem::rename(beside_, path_, error);
  if (error) fail(error.message());
  committed_ = true;
}

void OutputFile::write() {
  errno = 0;
  file_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (!file_) fail(reason());
  buffer_.clear();
}

void OutputFile::fail(const std::string& why) const {
  throw InputError(std::vector{Problem{path_.string(), "", "cannot be written: " + why}});
}

}  // namespace hetsched
