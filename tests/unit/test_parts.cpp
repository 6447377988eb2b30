#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/errors.hpp"
#include "study/cluster/parts.hpp"
#include "study/cluster/slurm.hpp"

using hetsched::parts_of;

TEST_CASE("a part takes as long as it is to take, and each has a point") {
  CHECK(parts_of(1000, {6, 5}, 600, 1, 1000) == 10);
  CHECK(parts_of(1000, {6, 5}, 600, 4, 1000) == 3);
  CHECK(parts_of(1000, {6.1, 5}, 600, 1, 1000) == 11);
  CHECK(parts_of(1000, {6, 5}, 600, 1, 7) == 7);
  CHECK(parts_of(3, {1e9, 1}, 600, 1, 1000) == 3);
  CHECK(parts_of(1000, {0, 5}, 600, 1, 1000) == 1);
  CHECK(parts_of(1, {5, 1}, 600, 1, 1000) == 1);
}

TEST_CASE("a study goes on in as many parts as it was begun in") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "hetsched_parts_begun";
  std::filesystem::remove_all(folder);
  CHECK_FALSE(hetsched::parts_begun(folder));
  for (const char* name : {"1-of-3", "1-of-12", "7-of-12", "other", "x-of-", "1-of-0"})
    std::filesystem::create_directories(folder / "shards" / name);
  CHECK(hetsched::parts_begun(folder) == 12);
  std::filesystem::remove_all(folder);
}

TEST_CASE(
    "whatever an experiment is called, its jobs have names that Slurm takes for one word, and scripts stay whole") {
  hetsched::SlurmJobs jobs;
  jobs.sweep.name = "a b\nrm -rf x;\"%";
  jobs.sweep.points = jobs.sweep.parts = 1;
  const std::string script = hetsched::array_script(jobs);
  CHECK(script.find("#SBATCH --job-name=a_b_rm_-rf_x___\n") != std::string::npos);
  CHECK(script.find("\nrm") == std::string::npos);
  jobs.options = {"--time=1\n--exclusive"};
  CHECK_THROWS_AS(hetsched::array_script(jobs), hetsched::InputError);
}
