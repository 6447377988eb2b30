#include "study/cluster/slurm.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/errors.hpp"
#include "base/files.hpp"
#include "study/cluster/program.hpp"
#include "study/cluster/quoting.hpp"

namespace hetsched {
namespace {

/// Options in a script are words for Slurm, not for a shell: a name with a space in it would be two.
std::string job_name(const std::string& name) {
  std::string text = name;
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.'; }, '_');
  return text;
}

std::string script(const SlurmJobs& jobs, const std::string& comment, const Strings& options,
                   const std::string& command) {
  std::string text = "#!/bin/bash\n";
  for (const std::string& option : options) text += "#SBATCH " + option + "\n";
  for (const std::string& option : jobs.options) {
    if (option.find_first_of("\r\n") != std::string::npos)
      throw InputError("an option of sbatch is one line; found " + in_quotes(option, 400));
    text += "#SBATCH " + option + "\n";  // after ours, so that it counts
  }
  return text + comment + "cd -- " + shell_word(jobs.sweep.where.string()) + " || exit\n" + "exec " + command + "\n";
}

/// As part of a message.
std::string on_one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return visible(text);
}

/// The number of the job that sbatch --parsable has made: "12", or "12;cluster".
std::string submit(const Strings& words, const std::filesystem::path& folder) {
  const ProgramEnd end = run_program(words, folder);
  if (end.absent)
    throw InputError(
        "there is no sbatch here: this machine is no part of a Slurm cluster. Submit from one that is (Debian: apt "
        "install slurm-client), see the jobs with --dry-run, or run the parts otherwise: --emit parallel, snakemake "
        "or make");
  const std::string job(trimmed(end.output.substr(0, end.output.find_first_of(";\n"))));
  if (end.status != 0 || job.empty())
    throw InputError("sbatch submitted no job (exit code " + std::to_string(end.status) +
                     "): " + on_one_line(end.errors.empty() ? end.output : end.errors) + "; its script is " +
                     (folder / words.back()).string());
  return job;
}

}  // namespace

std::string array_script(const SlurmJobs& jobs) {
  const SweepInParts& sweep = jobs.sweep;
  std::string array = "--array=1-" + std::to_string(sweep.parts);
  if (jobs.at_once > 0) array += "%" + std::to_string(jobs.at_once);
  // exec: TERM, a minute before the time limit, is for the sweep, which finishes what runs.
  return script(
      jobs,
      "# " + sweep.title() + ". A task that loses its node begins anew on another one and goes on where it stopped.\n",
      {"--job-name=" + job_name(sweep.name), array, "--cpus-per-task=" + std::to_string(sweep.processors), "--requeue",
       "--open-mode=append", "--signal=B:TERM@60", "--output=part-%a.log"},
      shell_words(sweep.part_command()) + " -j \"${SLURM_CPUS_PER_TASK:-1}\" --shard \"$SLURM_ARRAY_TASK_ID/" +
          std::to_string(sweep.parts) + "\"");
}

std::string merge_script(const SlurmJobs& jobs) {
  return script(jobs, "# Puts the results of all parts together, and says what is missing.\n",
                {"--job-name=" + job_name(jobs.sweep.name) + "-merge", "--cpus-per-task=1", "--requeue",
                 "--open-mode=append", "--output=merge.log"},
                shell_words(jobs.sweep.merge_command()));
}

Strings sbatch_array() { return {"sbatch", "--parsable", std::string(kArrayScript)}; }

Strings sbatch_merge(const std::string& array_job) {
  return {"sbatch", "--parsable", "--dependency=afterany:" + array_job, std::string(kMergeScript)};
}

SubmittedJobs submit(const SlurmJobs& jobs) {
  const std::filesystem::path folder = jobs.sweep.cluster_folder();
  write_file(folder / kArrayScript, array_script(jobs));
  write_file(folder / kMergeScript, merge_script(jobs));
  SubmittedJobs submitted;
  submitted.array = submit(sbatch_array(), folder);
  try {
    submitted.merge = submit(sbatch_merge(submitted.array), folder);
  } catch (const InputError& error) {
    throw InputError("array job " + submitted.array + " is submitted, but not the job that merges its results (" +
                     error.what() + "); when it has ended: " + shell_words(jobs.sweep.merge_command()));
  }
  return submitted;
}

std::optional<std::size_t> most_slurm_tasks() {
  const ProgramEnd end = run_program({"scontrol", "show", "config"}, "");
  const std::size_t at = end.output.find("MaxArraySize");
  if (end.absent || end.status != 0 || at == std::string::npos) return std::nullopt;
  const std::size_t digits = end.output.find_first_of("0123456789", at);
  if (digits == std::string::npos) return std::nullopt;
  std::size_t size = 0;  // one more than the largest number of a task
  std::from_chars(end.output.data() + digits, end.output.data() + end.output.size(), size);
  return size > 1 ? std::optional(size - 1) : std::nullopt;
}

}  // namespace hetsched
