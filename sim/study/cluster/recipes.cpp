#include "study/cluster/recipes.hpp"

#include <cctype>

#include "study/cluster/quoting.hpp"

namespace hetsched {
namespace {

Strings with(Strings words, const Strings& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The words of a part, up to its number.
Strings part_words(const SweepInParts& sweep) {
  return with(sweep.part_command(), {"-q", "-j", std::to_string(sweep.processors), "--shard"});
}

std::string of_parts(const SweepInParts& sweep) { return "/" + std::to_string(sweep.parts); }

Strings enter(const SweepInParts& sweep) { return {"cd", "--", sweep.where.string()}; }

/// Its log knows a part by its number alone. When the study has grown or a node has lost results, all parts are to be
/// looked at again, although they once ended well.
std::string parallel(const SweepInParts& sweep) {
  const std::string log =
      shell_word((sweep.cluster_folder() / ("parallel-" + std::to_string(sweep.parts) + ".log")).string());
  const std::string part =
      parallel_words(enter(sweep)) + " && exec " + parallel_words(part_words(sweep)) + " {}" + of_parts(sweep);
  return "#!/bin/bash\n# " + sweep.title() +
         ", by GNU parallel. Begun again, it goes on where it stopped.\n"
         "# Usage: bash FILE [OPTION of parallel...], as -j 8, or --sshloginfile FILE where machines share these "
         "files\n"
         "mkdir -p -- " +
         shell_word(sweep.cluster_folder().string()) + " || exit\nparallel --joblog " + log +
         " --resume-failed --halt never \"$@\" \\\n  " + shell_word(part) + " ::: {1.." + std::to_string(sweep.parts) +
         "}\n" + shell_words(sweep.merge_command()) + " && exit\nstatus=$?\nrm -f -- " + log + "\nexit $status\n";
}

/// Exit code 1 says that points have failed, which their rows tell.
constexpr std::string_view kFailedPointsAreResults = " || test $? -eq 1";
/// The same for make, which takes a dollar for itself.
constexpr std::string_view kFailedPointsAreResultsForMake = " || test $$? -eq 1";

/// Parts are no files for make: each knows itself what it has done already.
std::string make(const SweepInParts& sweep) {
  std::string numbers;
  for (std::size_t part = 1; part <= sweep.parts; ++part) numbers += " part-" + std::to_string(part);
  return "# " + sweep.title() +
         ", by make. Begun again, it goes on where it stopped.\n"
         "# Usage: make -f FILE -j 8\n"
         "parts :=" +
         numbers + "\n.PHONY: all $(parts)\nall: $(parts)\n\t@" + make_words(sweep.merge_command()) +
         "\n$(parts): part-%:\n\t@" + make_words(enter(sweep)) + " && " + make_words(part_words(sweep)) + " $*" +
         of_parts(sweep) + std::string(kFailedPointsAreResultsForMake) + "\n";
}

/// Would Snakemake take a part of the name of an input for a wildcard? It has no way to write such a name.
bool has_wildcard(const std::string& path) {
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    const std::size_t first = path.find_first_not_of(' ', at + 1);
    if (first != std::string::npos &&
        (std::isalnum(static_cast<unsigned char>(path[first])) != 0 || path[first] == '_'))
      return true;
  }
  return false;
}

/// Works in a folder of the study's, so that the names of its outputs are plain.
std::string snakemake(const SweepInParts& sweep) {
  const auto command = [](const std::string& text) { return python_text(snakemake_text(text)); };
  std::string inputs;
  for (const std::filesystem::path& file : sweep.inputs)
    if (!has_wildcard(file.string())) inputs += "        " + python_text(file.string()) + ",\n";
  const std::string part = shell_words(enter(sweep)) + " && " + shell_words(part_words(sweep)) + " ";
  return "# " + sweep.title() +
         ", by Snakemake 7 or later. Begun again, it goes on where it stopped.\n"
         "# Usage: snakemake -s FILE --cores 8, or with the profile of your cluster\n"
         "workdir: " +
         python_text(sweep.cluster_folder().string()) +
         "\n\nlocalrules: all, merge\n\n"
         "rule all:\n    input: \"merged\"\n\n"
         "rule merge:\n    input: expand(\"part-{part}-of-" +
         std::to_string(sweep.parts) + "\", part=range(1, " + std::to_string(sweep.parts + 1) +
         "))\n    output: touch(\"merged\")\n    shell: " + command(shell_words(sweep.merge_command())) +
         "\n\nrule part:\n    input:\n" + inputs + "    output: touch(\"part-{part}-of-" + std::to_string(sweep.parts) +
         "\")\n    threads: " + std::to_string(sweep.processors) + "\n    shell: " + command(part) +
         " \"{wildcards.part}" + of_parts(sweep) + "\" " + command(std::string(kFailedPointsAreResults)) + "\n";
}

}  // namespace

std::string recipe(Recipe kind, const SweepInParts& sweep) {
  switch (kind) {
    case Recipe::parallel: return parallel(sweep);
    case Recipe::snakemake: return snakemake(sweep);
    case Recipe::make: return make(sweep);
  }
  HETSCHED_ASSERT(false, "no such recipe");
}

}  // namespace hetsched
