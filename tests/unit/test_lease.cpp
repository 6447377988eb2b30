#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/json_document.hpp"
#include "base/random.hpp"
#include "study/lease.hpp"
#include "support/folder.hpp"

using namespace hetsched;

namespace {

std::string content(const std::filesystem::path& file) {
  Problems problems;
  return read_file(file, problems).value_or("");
}

/// Why the lock cannot be had; empty if it can.
std::string refusal(const std::filesystem::path& folder) {
  try {
    const Lease lease(folder);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

/// As if the file had been written so many seconds ago.
void make_older(const std::filesystem::path& file, long seconds) {
  timespec present{};
  ::clock_gettime(CLOCK_REALTIME, &present);
  const timespec times[2] = {{present.tv_sec - seconds, 0}, {present.tv_sec - seconds, 0}};
  ::utimensat(AT_FDCWD, file.c_str(), times, 0);
}

/// A lock as a computer of another name would have left it.
void lock_from_elsewhere(const std::filesystem::path& file, long seconds_ago) {
  write_file(file, R"({"host": "node7", "pid": 12, "started": 5, "here": "another boot", "lock": "1"})");
  make_older(file, seconds_ago);
}

}  // namespace

TEST_CASE("a folder is written by one program at a time") {
  const TestFolder folder;
  {
    Lease lease(folder.path());
    CHECK(lease.renew());
    const std::string why = refusal(folder.path());
    CHECK(why.find("is being written by process " + std::to_string(::getpid()) + " on ") != std::string::npos);
    CHECK(why.find("wait until it has ended, or choose another folder with -o DIR") != std::string::npos);
    CHECK(lease.renew());
  }
  CHECK_FALSE(std::filesystem::exists(folder.path() / kLockFile));
  CHECK(refusal(folder.path()).empty());
}

TEST_CASE("a lock whose holder has ended on this computer is broken at once") {
  const TestFolder folder;
  if (const pid_t child = ::fork(); child == 0) {
    new Lease(folder.path());  // and ends without giving it back
    ::_exit(0);
  } else {
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);  // it has, and nobody has taken note
    CHECK(std::filesystem::exists(folder.path() / kLockFile));
    CHECK(refusal(folder.path()).empty());
    ::waitpid(child, nullptr, 0);
  }
  CHECK(refusal(folder.path()).empty());
}

TEST_CASE("a number that another process has got by now holds nothing") {
  const TestFolder folder;
  std::string text;
  {
    const Lease lease(folder.path());
    text = content(folder.path() / kLockFile);
  }
  Json lock = Json::parse(text);
  lock["started"] = 1;
  write_file(folder.path() / kLockFile, lock.dump());
  CHECK(refusal(folder.path()).empty());
}

TEST_CASE("a lock from elsewhere holds as long as it is renewed") {
  const TestFolder folder;
  lock_from_elsewhere(folder.path() / kLockFile, 30);
  CHECK(refusal(folder.path()).find("process 12 on node7 (its lock was renewed 30 s ago)") != std::string::npos);
  lock_from_elsewhere(folder.path() / kLockFile, 61);
  CHECK(refusal(folder.path()).empty());
}

TEST_CASE("an empty lock, whose writer was ended on the way, lapses likewise") {
  const TestFolder folder;
  write_file(folder.path() / kLockFile, "");
  CHECK(refusal(folder.path()).find("another program") != std::string::npos);
  make_older(folder.path() / kLockFile, 100);
  CHECK(refusal(folder.path()).empty());
}

TEST_CASE("one of many programs breaks a stale lock, also after one that died doing so") {
  const TestFolder folder;
  for (int round = 0; round < 40; ++round) {
    lock_from_elsewhere(folder.path() / kLockFile, 100);
    if (round % 2 == 1) {
      char id[17];
      std::snprintf(id, sizeof id, "%016" PRIx64, fnv1a(content(folder.path() / kLockFile)));
      lock_from_elsewhere(folder.path() / (std::string(kLockFile) + "." + id), 100);
    }
    constexpr int kPrograms = 6;
    std::vector<pid_t> programs(kPrograms);
    for (pid_t& program : programs)
      if (program = ::fork(); program == 0) {
        try {
          new Lease(folder.path());
          while (true) ::pause();  // holds it until all have tried
        } catch (const InputError&) {
          ::_exit(0);
        }
      }
    int refused = 0;
    for (int tries = 0; tries < 20000 && refused < kPrograms - 1; ++tries)
      if (::waitpid(-1, nullptr, WNOHANG) > 0) {
        ++refused;
      } else {
        ::usleep(1000);
      }
    int holders = 0;
    for (const pid_t program : programs)
      if (::kill(program, SIGKILL) == 0) {
        ++holders;
        ::waitpid(program, nullptr, 0);
      }
    REQUIRE(holders == 1);
    std::filesystem::remove(folder.path() / kLockFile);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

TEST_CASE("a holder notices that its lock is gone, or another's") {
  const TestFolder folder;
  std::optional<Lease> lease(std::in_place, folder.path());
  std::filesystem::remove(folder.path() / kLockFile);
  CHECK_FALSE(lease->renew());
  lock_from_elsewhere(folder.path() / kLockFile, 0);
  CHECK_FALSE(lease->renew());
  lease.reset();
  CHECK(std::filesystem::exists(folder.path() / kLockFile));  // it is not its own
}

TEST_CASE("renewing shows") {
  const TestFolder folder;
  Lease lease(folder.path(), {.renew = 0, .stale = 60});
  make_older(folder.path() / kLockFile, 100);
  CHECK(lease.renew());
  struct stat status {};
  REQUIRE(::stat((folder.path() / kLockFile).c_str(), &status) == 0);
  CHECK(::time(nullptr) - status.st_mtim.tv_sec < 10);
}
