#include "base/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/temporary_name.hpp"
#include "base/write_error.hpp"

namespace hetsched {

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), error);
  if (error) fail(error.message());
  do {  // what has that name already, a link above all, is somebody else's
    beside_ = temporary_name(path_);
    descriptor_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && (errno == EEXIST || errno == EINTR));
  if (descriptor_ < 0) fail(std::strerror(errno));
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!committed_) ::unlink(beside_.c_str());
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::commit() {
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(std::strerror(errno));  // NFS tells of a full disk here
  if (::rename(beside_.c_str(), path_.c_str()) != 0) fail(std::strerror(errno));
  committed_ = true;
}

void NewFile::fail(const std::string& why) const {
  throw WriteError(std::vector{Problem{path_.string(), "", "cannot be written: " + why}});
}

}  // namespace hetsched
