#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/new_file.hpp"
#include "base/temporary_name.hpp"
#include "base/text.hpp"
#include "study/output_directory.hpp"

namespace {

namespace fs = std::filesystem;
using hetsched::NewFile;
using hetsched::OutputDirectory;
using hetsched::read_file;
using hetsched::repair_output;
using hetsched::temporary_name;
using hetsched::write_file;

struct Scratch {
  fs::path path = fs::temp_directory_path() / "hetsched_test_output";
  Scratch() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Scratch() { fs::remove_all(path); }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path / name; }
  /// Names in the folder, with what is random left out.
  [[nodiscard]] std::string names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      const std::size_t ours = name.find(".hetsched-");
      all.push_back(ours == std::string::npos ? name
                                              : name.substr(0, ours) + "..." + entry.path().extension().string());
    }
    std::sort(all.begin(), all.end());
    return hetsched::join(all, " ");
  }
};

std::string text(const fs::path& path) {
  hetsched::Problems problems;
  return read_file(path, problems).value_or("none");
}

/// Calls `work` in a process that is killed then.
template <class Work>
void killed_after(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);  // without destructors, as by SIGKILL
  }
  ::waitpid(child, nullptr, 0);
}

void fill(const OutputDirectory& output, const std::string& what) {
  write_file(output.path() / "mark", what);
  write_file(output.path() / "data", what);
}

}  // namespace

TEST_CASE("temporary names differ, lie beside and fit") {
  const fs::path one = temporary_name("a/b/file"), two = temporary_name("a/b/file");
  CHECK(one != two);
  CHECK(one.parent_path() == "a/b");
  CHECK(one.filename().string().starts_with(".file.hetsched-"));
  CHECK(one.extension() == ".tmp");
  CHECK(temporary_name("file", "old").parent_path().empty());
  CHECK(temporary_name(std::string(255, 'n')).filename().native().size() <= 255);
}

TEST_CASE("what the killed left is removed, and nothing else") {
  const Scratch scratch;
  killed_after([&] {
    NewFile file(scratch / "f");
    file.write("half");
    ::_exit(0);
  });
  NewFile alive(scratch / "f");
  for (const char* users : {".f.tmp", "f.tmp", ".f.hetsched-1-2-3.tmp", ".f.hetsched-x.tmp", ".f.hetsched--1-.tmp"})
    write_file(scratch / users, "mine");
  REQUIRE(hetsched::abandoned(scratch / "f").size() == 1);
  write_file(scratch / "f", "whole");
  CHECK(hetsched::abandoned(scratch / "f").empty());
  CHECK(text(scratch / "f") == "whole");
  alive.write("later");
  alive.commit();
  CHECK(text(scratch / "f") == "later");
  CHECK(scratch.names() == ".f....tmp .f....tmp .f....tmp .f.tmp f f.tmp");
  const fs::path other = scratch / ".f.hetsched-1-2-3.tmp";  // of another machine
  fs::last_write_time(other, fs::file_time_type::clock::now() - std::chrono::hours(24 * 31));
  CHECK(hetsched::abandoned(scratch / "f") == std::vector{other});
}

TEST_CASE("a planted link is not followed") {
  const Scratch scratch;
  write_file(scratch / "victim", "precious");
  fs::create_symlink(scratch / "victim", scratch / "out");
  fs::create_symlink(scratch / "victim", scratch / "out.tmp");
  write_file(scratch / "out", "new");
  CHECK(text(scratch / "victim") == "precious");
  CHECK(text(scratch / "out") == "new");
}

TEST_CASE("a directory of results replaces another whole; the last of two wins") {
  const Scratch scratch;
  OutputDirectory one(scratch / "r", "mark"), two(scratch / "r", "mark");
  fill(one, "one");
  fill(two, "two");
  write_file(one.path() / "only_one", "x");
  one.commit();
  CHECK(text(scratch / "r/data") == "one");
  two.commit();
  CHECK(text(scratch / "r/data") == "two");
  CHECK(text(scratch / "r/only_one") == "none");
  { OutputDirectory(scratch / "r", "mark"); }
  CHECK(text(scratch / "r/data") == "two");
  CHECK(scratch.names() == "r");
  OutputDirectory late(scratch / "r", "mark");
  fs::remove(scratch / "r/mark");
  CHECK_THROWS_AS(late.commit(), hetsched::InputError);  // it is somebody else's now
  CHECK(text(scratch / "r/data") == "two");
}

TEST_CASE("results that a killed process had taken from their place come back") {
  const Scratch scratch;
  write_file(scratch / "r/mark", "old");
  killed_after([&] {
    OutputDirectory output(scratch / "r", "mark");
    fill(output, "new");
    fs::rename(scratch / "r", temporary_name(scratch / "r", "old"));
    ::_exit(0);
  });
  CHECK(scratch.names() == ".r....old .r....tmp");
  repair_output(scratch / "r", "mark");
  CHECK(text(scratch / "r/mark") == "old");
  CHECK(scratch.names() == "r");
  // Newer results are there: what it was removing is none any more.
  killed_after([&] { fs::create_directory(temporary_name(scratch / "r", "old")); });
  repair_output(scratch / "r/", "mark");
  CHECK(scratch.names() == "r");
  // Nor is it if those have been moved away since.
  killed_after([&] { write_file(temporary_name(scratch / "r", "old") / "data", "half"); });
  fs::rename(scratch / "r", scratch / "kept");
  repair_output(scratch / "r", "mark");
  CHECK(scratch.names() == "kept");
  write_file(temporary_name(scratch / "s", "old") / "mark", "of one that lives");
  repair_output(scratch / "s", "mark");
  CHECK(scratch.names() == ".s....old kept");
}

TEST_CASE("a handler of signals removes what is being written") {
  const Scratch scratch;
  write_file(scratch / "r/mark", "old");
  killed_after([&] {
    OutputDirectory output(scratch / "r", "mark");
    for (int i = 0; i < 500; ++i) write_file(output.path() / ("file" + std::to_string(i)), "x");
    hetsched::remove_unfinished_output();
    ::_exit(0);
  });
  CHECK(scratch.names() == "r");
  CHECK(text(scratch / "r/mark") == "old");
  hetsched::remove_unfinished_output();  // there is none
}
