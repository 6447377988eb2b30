#include <doctest/doctest.h>

#include <filesystem>

#include "base/files.hpp"
#include "base/processors.hpp"

namespace {

namespace fs = std::filesystem;
using hetsched::available_processors;
using hetsched::ProcessorLimits;
using hetsched::write_file;

/// A system with control groups, as files in a folder of its own.
struct System {
  fs::path root = fs::temp_directory_path() / "hetsched_test_processors";
  ProcessorLimits limits{64, root / "self", root / "mountinfo", std::nullopt};

  System() { fs::remove_all(root); }
  ~System() { fs::remove_all(root); }
  void v2(const std::string& group, const std::string& shown_from = "/") const {
    write_file(root / "self", "0::" + group + "\n");
    write_file(root / "mountinfo", "24 1 0:5 / /proc rw - proc proc rw\n36 25 0:31 " + shown_from + " " +
                                       (root / "tree").string() + " rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
  }
  void v1(const std::string& group) const {
    write_file(root / "self", "5:memory:/elsewhere\n4:cpu,cpuacct:" + group + "\n1:name=systemd:/\n");
    write_file(root / "mountinfo", "36 25 0:31 / " + (root / "memory").string() +
                                       " rw - cgroup cgroup rw,memory\n37 25 0:32 / " + (root / "tree").string() +
                                       " rw - cgroup cgroup rw,cpu,cpuacct\n");
  }
  void file(const std::string& name, const std::string& text) const { write_file(root / "tree" / name, text); }
};

}  // namespace

TEST_CASE("without groups and without Slurm it is the affinity") {
  System system;
  CHECK(available_processors(system.limits) == 64);
  system.limits.affinity = 0;
  CHECK(available_processors(system.limits) == 1);
  CHECK(available_processors() >= 1);
}

TEST_CASE("quotas of control groups hold up the tree") {
  System system;
  system.v2("/job/step");
  system.file("job/step/cpu.max", "max 100000\n");
  CHECK(available_processors(system.limits) == 64);
  system.file("job/cpu.max", "250000 100000\n");
  CHECK(available_processors(system.limits) == 3);  // two and a half
  system.file("job/step/cpu.max", "20000 100000\n");
  CHECK(available_processors(system.limits) == 1);
  system.file("job/step/cpu.max", "900000 100000\n");
  system.file("cpu.max", "200000 100000\n");
  CHECK(available_processors(system.limits) == 2);
  system.v2("/");
  CHECK(available_processors(system.limits) == 2);
}

TEST_CASE("a container sees its part of the tree, or the group of others") {
  System system;
  system.v2("/docker/abc/inner", "/docker/abc");
  system.file("inner/cpu.max", "400000 100000\n");
  CHECK(available_processors(system.limits) == 4);
  system.file("cpu.max", "300000 100000\n");
  CHECK(available_processors(system.limits) == 3);
  system.v2("/../../other");
  CHECK(available_processors(system.limits) == 3);
}

TEST_CASE("version 1 of control groups has a quota and a period") {
  System system;
  system.v1("/job");
  system.file("job/cpu.cfs_quota_us", "-1\n");
  system.file("job/cpu.cfs_period_us", "100000\n");
  CHECK(available_processors(system.limits) == 64);
  system.file("job/cpu.cfs_quota_us", "150000\n");
  CHECK(available_processors(system.limits) == 2);
  system.file("cpu.cfs_quota_us", "50000\n");
  system.file("cpu.cfs_period_us", "50000\n");
  CHECK(available_processors(system.limits) == 1);
}

TEST_CASE("what Slurm gives a task is the most, and what makes no sense is none") {
  System system;
  system.limits.slurm_cpus = "8";
  CHECK(available_processors(system.limits) == 8);
  system.limits.affinity = 4;
  CHECK(available_processors(system.limits) == 4);
  for (const char* nonsense : {"", "x", "0", "-3", "8x"}) {
    system.limits.slurm_cpus = nonsense;
    CHECK(available_processors(system.limits) == 4);
  }
  system.v2("/job");
  system.file("job/cpu.max", "nonsense\n");
  CHECK(available_processors(system.limits) == 4);
}
