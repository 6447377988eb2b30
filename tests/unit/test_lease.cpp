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
#include "base/text.hpp"
#include "study/lease.hpp"
#include "support/folder.hpp"

using namespace hetsched;

namespace {

std::string content(const std::filesystem::path& file) {
  Problems problems;
  return read_file(file, problems).value_or("");
}

/// What a Lease has told while it waited.
Strings told;

/// Why the lock cannot be had; empty if it can.
std::string refusal(const std::filesystem::path& folder, LeaseTimes times = {}) {
  told.clear();
  try {
    const Lease lease(folder, times, [](const std::string& text) { told.push_back(text); });
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
void lock_from_elsewhere(const std::filesystem::path& file, long seconds_ago, const std::string& host = "node7") {
  write_file(file, R"({"host": ")" + host + R"(", "pid": 12, "started": 5, "here": "another boot", "lock": "1"})");
  make_older(file, seconds_ago);
}

/// s
double now() {
  timespec present{};
  ::clock_gettime(CLOCK_MONOTONIC, &present);
  return static_cast<double>(present.tv_sec) + 1e-9 * static_cast<double>(present.tv_nsec);
}

/// A process that renews a lock as a holder elsewhere would, until it is ended.
class Renewing {
 public:
  explicit Renewing(const std::filesystem::path& file) : process_(::fork()) {
    while (process_ == 0) {
      ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0);
      ::usleep(100'000);
    }
  }
  ~Renewing() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Renewing(const Renewing&) = delete;
  Renewing& operator=(const Renewing&) = delete;

 private:
  pid_t process_;
};

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

TEST_CASE("a lock from elsewhere holds as long as it is renewed, which is looked at for a while") {
  const TestFolder folder;
  const std::filesystem::path lock = folder.path() / kLockFile;
  lock_from_elsewhere(lock, 0);
  {
    const Renewing holder(lock);
    const double began = now();
    CHECK(refusal(folder.path()).find("process 12 on node7 (its lock was renewed 0 s ago)") != std::string::npos);
    CHECK(now() - began < 50);  // not until it lapses
  }
  CHECK(told ==
        Strings{folder.path().string() + ": was being written by process 12 on node7, which cannot be seen from "
                                         "here; waiting to see whether it still is (at most 60 s)"});
  lock_from_elsewhere(lock, 61);
  CHECK(refusal(folder.path()).empty());
  CHECK(told.empty());
}

TEST_CASE("a lock of somebody who cannot be seen is waited for until it lapses") {
  const TestFolder folder;
  const std::filesystem::path lock = folder.path() / kLockFile;
  const LeaseTimes short_times{.renew = 0.2, .stale = 2};
  lock_from_elsewhere(lock, 0);
  double began = now();
  CHECK(refusal(folder.path(), short_times).empty());
  CHECK(now() - began > 0.5);
  CHECK(told.size() == 1);
  // Another part of this computer's processes, as in a container.
  Json text = Json::parse(R"({"host": "box", "pid": 12, "started": 5, "lock": "1"})");
  std::string boot = content("/proc/sys/kernel/random/boot_id");
  boot.resize(boot.find('\n'));
  text["here"] = boot + " pid:[1]";
  write_file(lock, text.dump());
  CHECK(refusal(folder.path(), short_times).empty());
  CHECK(told.size() == 1);
  // It is given back meanwhile.
  lock_from_elsewhere(lock, 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::usleep(300'000);
    ::unlink(lock.c_str());
    ::_exit(0);
  }
  began = now();
  CHECK(refusal(folder.path()).empty());
  CHECK(now() - began < 10);
  ::waitpid(child, nullptr, 0);
  // Nobody waits who must not.
  lock_from_elsewhere(lock, 0);
  began = now();
  CHECK_FALSE(refusal(folder.path(), {.patience = 0}).empty());
  CHECK(now() - began < 5);
}

TEST_CASE("a lock from before this computer was started holds nothing, unless somebody renews it") {
  const TestFolder folder;
  const std::filesystem::path lock = folder.path() / kLockFile;
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  lock_from_elsewhere(lock, 20, host);
  CHECK(refusal(folder.path()).empty());
  CHECK(told.empty());
  lock_from_elsewhere(lock, 0, host);
  const Renewing twin(lock);  // another computer of this name
  CHECK_FALSE(refusal(folder.path()).empty());
}

TEST_CASE("an empty lock, whose writer was ended on the way, lapses likewise") {
  const TestFolder folder;
  write_file(folder.path() / kLockFile, "");
  CHECK(refusal(folder.path(), {.patience = 0}).find("another program") != std::string::npos);
  CHECK(refusal(folder.path(), {.renew = 0.2, .stale = 1}).empty());
  CHECK(told.size() == 1);
  make_older(folder.path() / kLockFile, 100);
  CHECK(refusal(folder.path()).empty());
}

TEST_CASE("a lock that says nothing of use lapses likewise") {
  const TestFolder folder;
  for (const std::string text : {R"({"here": 1})", R"({"host": 3, "pid": "x", "started": -1, "here": []})", "[]", "{",
                                 "3", R"({"pid": 1e300, "started": 2.5})", R"({"host": "\ud800"})"}) {
    CAPTURE(text);
    write_file(folder.path() / kLockFile, text);
    CHECK(refusal(folder.path(), {.patience = 0}).find("is being written by ") != std::string::npos);
    make_older(folder.path() / kLockFile, 100);
    CHECK(refusal(folder.path()).empty());
  }
}

TEST_CASE("a lock is there whole or not at all, whenever its writer is ended") {
  const TestFolder folder;
  for (int round = 0; round < 60; ++round) {
    const pid_t child = ::fork();
    if (child == 0)
      for (;;) const Lease lease(folder.path());
    ::usleep(static_cast<useconds_t>(1000 + 97 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (std::filesystem::exists(folder.path() / kLockFile))
      REQUIRE(content(folder.path() / kLockFile).ends_with("}\n"));
  }
  CHECK(refusal(folder.path()).empty());
  CHECK(std::filesystem::is_empty(folder.path()));  // also of what they had begun
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
