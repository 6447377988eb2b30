/// \file
/// A folder for the files of one test case.
#pragma once

#include <filesystem>
#include <string>

namespace hetsched {

/// Is new and empty, and deleted with the object.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace hetsched
