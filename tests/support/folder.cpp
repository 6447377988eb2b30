#include "support/folder.hpp"

#include <cstdlib>
#include <stdexcept>

namespace hetsched {

TestFolder::TestFolder() {
  std::string name = std::filesystem::temp_directory_path() / "hetsched_test_XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
  path_ = name;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hetsched
