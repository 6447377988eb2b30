#include "study/output_directory.hpp"

#include <fstream>
#include <system_error>

#include "base/errors.hpp"

namespace hetsched {
namespace {

/// Marks a temporary directory as ours: one left by a crash may be removed, a user's may not.
constexpr std::string_view kUnfinishedMark = ".unfinished";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw InputError(std::vector{Problem{path.string(), "", what}});
}

/// Throws unless there is nothing at `path`, or an empty directory, or one that holds `mark`. `shown` is how the user
/// wrote it.
void check_replaceable(const std::filesystem::path& path, const std::filesystem::path& shown, std::string_view mark) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::exists(status)) return;
  if (!std::filesystem::is_directory(status)) refuse(shown, "is there already and is no directory; choose another");
  if (std::filesystem::is_empty(path, error) || std::filesystem::exists(path / mark, error)) return;
  refuse(shown, "holds other files (and no " + std::string(mark) + "), which would be lost; choose another directory");
}

}  // namespace

OutputDirectory::OutputDirectory(const std::filesystem::path& path, std::string_view mark) {
  if (path.empty()) throw InputError("the directory for results has no name");
  path_ = std::filesystem::absolute(path).lexically_normal();
  if (!path_.has_filename()) path_ = path_.parent_path();
  if (!path_.has_filename()) refuse(path, "is no directory for results; choose another");
  beside_ = path_.string() + ".tmp";
  check_replaceable(path_, path, mark);
  check_replaceable(beside_, path.string() + ".tmp", kUnfinishedMark);
  std::error_code error;
  std::filesystem::remove_all(beside_, error);
  if (!error) std::filesystem::create_directories(beside_, error);
  if (error) refuse(path, "cannot be made: " + error.message());
  if (!std::ofstream(beside_ / kUnfinishedMark)) refuse(path, "cannot be written to");
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!committed_) std::filesystem::remove_all(beside_, ignored);
}

void OutputDirectory::commit() {
  std::error_code error;
  std::filesystem::remove(beside_ / kUnfinishedMark, error);
  if (!error) std::filesystem::remove_all(path_, error);
  if (!error) std::filesystem::rename(beside_, path_, error);
  if (error) refuse(path_, "cannot be replaced: " + error.message());
  committed_ = true;
}

}  // namespace hetsched
