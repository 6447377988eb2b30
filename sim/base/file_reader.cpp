#include "base/file_reader.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/files.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kPacked = 128 * 1024;

}  // namespace

FileReader::FileReader(std::filesystem::path path, Problems& problems) : path_(std::move(path)), problems_(problems) {
  std::string why = no_file_to_read(path_);
  if (why.empty()) {
    file_.open(path_, std::ios::binary);
    if (!file_) why = std::string("cannot be read: ") + std::strerror(errno);
  }
  if (!why.empty()) fail(why);
  if (path_.native().ends_with(suffix_of(Compression::zstd))) decompressor_.emplace();
}

void FileReader::fail(const std::string& why) {
  problems_.add(path_.string(), "", why);
  good_ = false;
}

bool FileReader::read(std::size_t about, std::string& out) {
  if (!good_) return false;
  return decompressor_ ? read_compressed(about, out) : read_plain(about, out);
}

bool FileReader::read_plain(std::size_t about, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + about);
  errno = 0;
  file_.read(out.data() + before, static_cast<std::streamsize>(about));
  const auto got = static_cast<std::size_t>(file_.gcount());
  out.resize(before + got);
  if (file_.bad()) fail(std::string("cannot be read: ") + std::strerror(errno));
  return got > 0;
}

bool FileReader::read_compressed(std::size_t about, std::string& out) {
  const std::size_t before = out.size();
  while (good_ && out.size() - before < about) {
    if (rest_.empty()) {
      packed_.clear();
      (void)read_plain(kPacked, packed_);
      rest_ = packed_;
    }
    const std::size_t wanted = about - (out.size() - before), so_far = out.size();
    const bool at_end = rest_.empty();
    const std::string wrong = decompressor_->add(rest_, wanted, out);
    if (!wrong.empty()) {
      fail("is damaged: " + wrong);
    } else if (at_end && out.size() == so_far) {
      if (good_ && !decompressor_->complete()) fail("is not complete: its end is missing");
      break;
    }
  }
  return out.size() > before;
}

std::uint64_t FileReader::size() const {
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  return error ? 0 : size;
}

void FileReader::seek(std::uint64_t offset) {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset));
}

}  // namespace hetsched
