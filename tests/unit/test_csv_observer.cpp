#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "record/csv_observer.hpp"
#include "record/result_files.hpp"

using namespace hetsched;  // NOLINT: tests

namespace {

/// A directory of its own, removed at the end.
struct TemporaryDirectory {
  TemporaryDirectory() : path(std::filesystem::temp_directory_path() / ("hetsched_csv_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::string bytes(const std::filesystem::path& path) {
  Problems problems;
  return read_file(path, problems).value_or("(not there)");
}

std::size_t files_in(const std::filesystem::path& path) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++count;
  return count;
}

RequestRecord a_request() {
  RequestRecord r;
  r.request = 7;
  r.stream = "cam, \"left\"";
  r.model = "net";
  r.arrival = 0.1;
  r.deadline = 0.5;
  r.end = 0.5;
  r.status = RequestStatus::dropped;
  return r;
}

}  // namespace

TEST_CASE("files of the level appear with finish, and read back as they were") {
  TemporaryDirectory dir;
  CsvObserver observer(dir.path, RecordLevel::all);
  CHECK(observer.wants_tasks());
  observer.request_ended(a_request());
  TaskRecord task;
  task.request = 7;
  task.task = "conv1";
  task.end = 1.0 / 3;
  task.status = TaskStatus::aborted;
  observer.task_ended(task);
  observer.power({"gpu", "active", 0, 1, 2.5});
  CHECK_FALSE(std::filesystem::exists(dir.path / kTasksFile));
  observer.finish();
  CHECK(files_in(dir.path) == 5);

  Problems problems;
  const auto requests = read_csv<RequestRow<std::string>>(dir.path / kRequestsFile, problems);
  const auto tasks = read_csv<TaskRow<std::string>>(dir.path / kTasksFile, problems);
  CHECK(problems.empty());
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].stream == "cam, \"left\"");
  CHECK(requests[0].deadline == 0.5);
  CHECK_FALSE(requests[0].finish.has_value());
  CHECK(requests[0].status == RequestStatus::dropped);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].end == 1.0 / 3);
  CHECK(tasks[0].status == TaskStatus::aborted);
  CHECK(bytes(dir.path / kPowerFile) == "component,part,from_at_s,to_at_s,power_w\ngpu,active,0,1,2.5\n");
  CHECK(bytes(dir.path / kTransfersFile) == csv_header<TransferRecord>());
}

TEST_CASE("a run that breaks off leaves no files") {
  TemporaryDirectory dir;
  {
    CsvObserver observer(dir.path, RecordLevel::all);
    for (int i = 0; i < 10000; ++i) observer.request_ended(a_request());
    CHECK(files_in(dir.path) == 5);
  }
  CHECK(files_in(dir.path) == 0);
}

TEST_CASE("the level says which files there are") {
  TemporaryDirectory dir;
  {
    CsvObserver observer(dir.path, RecordLevel::none);
    observer.request_ended(a_request());
    CHECK_FALSE(observer.wants_tasks());
    observer.finish();
  }
  CHECK_FALSE(std::filesystem::exists(dir.path));
  CsvObserver observer(dir.path, RecordLevel::summary);
  CHECK_FALSE(observer.wants_tasks());
  observer.power({"gpu", "active", 0, 1, 2.5});
  observer.finish();
  CHECK(files_in(dir.path) == 2);
  CHECK(std::filesystem::exists(dir.path / kRequestsFile));
  CHECK(std::filesystem::exists(dir.path / kAcceleratorsFile));
}

TEST_CASE("all rows arrive, also of files much larger than the buffer") {
  TemporaryDirectory dir;
  CsvObserver observer(dir.path, RecordLevel::summary);
  RequestRecord r = a_request();
  for (std::uint64_t i = 0; i < 20000; ++i) {
    r.request = i;
    observer.request_ended(r);
  }
  observer.finish();
  Problems problems;
  const auto rows = read_csv<RequestRow<std::string>>(dir.path / kRequestsFile, problems);
  CHECK(problems.empty());
  REQUIRE(rows.size() == 20000);
  CHECK(rows.back().request == 19999);
}

TEST_CASE("a directory that cannot be made is an input error") {
  TemporaryDirectory dir;
  write_file(dir.path, "a file where a directory should be");
  CHECK_THROWS_AS(CsvObserver(dir.path, RecordLevel::summary), InputError);
}
