#include <filesystem>
#include <map>
#include <memory>

#include "base/files.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/policy_arguments.hpp"
#include "model/baseline.hpp"
#include "model/file_kind.hpp"
#include "model/model_text.hpp"

namespace hetsched {
namespace {

struct Options {
  std::string platform, equal, kind, kinds, output;
  Strings same_box;
};

Document file_of(FileKind wanted, const std::string& path, Problems& problems) {
  Document document = Document::from_file(path, problems);
  if (!document.parsed() || !document.value().is_object()) return document;
  if (const FileKind kind = file_kind_of(document.root()); kind != wanted)
    throw InputError(path + " is " + std::string(in_words(kind)) + ", not " + std::string(in_words(wanted)));
  return document;
}

BaselineSpec wanted_by(const Options& options) {
  BaselineSpec wanted;
  if (options.equal.empty() && options.same_box.empty())
    throw InputError("missing --equal WHAT or --same-box OTHERS; see hetsched baseline --help");
  if (!options.equal.empty())
    wanted.equal = static_cast<EqualBudget>(one_of("--equal", options.equal, names_of<EqualBudget>()));
  else if (!options.kinds.empty())
    throw InputError("--kinds is for --equal; with --same-box the kinds are those of the platform");
  for (const std::string& others : options.same_box)
    wanted.same_box.push_back(static_cast<SameBox>(one_of("--same-box", others, names_of<SameBox>())));
  wanted.kind = options.kind;
  wanted.kinds = options.kinds;
  return wanted;
}

/// The platform's name as the name of a file.
std::string file_name(std::string name) {
  for (char& c : name)
    if (c == '/' || c == '\0') c = '_';
  return name + ".json";
}

void write_platforms(const Baselines& made, const std::string& folder) {
  std::map<std::string, std::string> texts;
  for (const BaselinePlatform& each : made.platforms) {
    const std::string file = file_name(each.platform.name);
    if (!texts.emplace(file, model_text(platform_json(each.platform))).second)
      throw InputError("two platforms would be written to " + file + "; give their kinds other names");
  }
  for (const auto& [file, text] : texts) write_file(std::filesystem::path(folder) / file, text);
  print(counted(texts.size(), "platform") + " written to " + folder + "\n");
}

std::string table_of(const Baselines& made, std::string_view unit) {
  using Align = Table::Align;
  Table table(
      {{"platform", Align::left}, {"works", Align::right}, {"each"}, {"budget"}, {"spent"}, {"not spent"}, {"part"}});
  for (const BaselinePlatform& each : made.platforms) {
    const std::string count = std::to_string(each.count);
    if (each.others) {
      table.add({each.platform.name, count, "-", "-", "-", "-", "-"});
      continue;
    }
    const auto amount = [&](double value) { return quantity(value, unit); };
    table.add({each.platform.name, count, amount(each.one), amount(each.budget), amount(each.one * each.count),
               amount(each.unspent()), percent(each.unspent() / each.budget)});
  }
  return table.text();
}

ExitCode run(const Options& options) {
  const BaselineSpec wanted = wanted_by(options);
  Problems problems;
  const Document file = file_of(FileKind::platform, options.platform, problems);
  const PlatformSpec platform = read_platform(file.root(), problems);
  std::vector<KindSpec> candidates;
  if (!options.kinds.empty()) {
    const Document kinds = file_of(FileKind::kinds, options.kinds, problems);
    candidates = read_kinds(kinds.root(), problems).kinds;
  }
  problems.throw_if_any();
  const Baselines made = make_baselines(platform, wanted, candidates, {options.platform, "", ""}, problems);
  problems.throw_if_any();
  Strings notes;
  for (const NoBaseline& none : made.without) notes.push_back("kind " + none.kind + " " + none.why);
  tell_passed_over(notes);
  if (made.platforms.empty()) throw InputError("there is no baseline of any kind: all were passed over");
  print(table_of(made, wanted.equal ? unit_of(*wanted.equal) : ""));
  if (!options.output.empty()) write_platforms(made, options.output);
  return ExitCode::ok;
}

}  // namespace

Command baseline_command() {
  return {
      "baseline",
      "Build homogeneous platforms: as many of one kind as a platform's budget buys",
      "PLATFORM --equal power|price|area|pes|peak_ops [options]\nPLATFORM --same-box removed|off|idle [options]",
      "The budget is the sum over accelerators of what their kinds state in `budget` (power: tdp). Counts are rounded "
      "down; what is not spent is told. The kind takes the place of the accelerators of its name, else of its type, "
      "else of the first one: memory that several kinds share stays one; memory of its own comes with each of them, "
      "with its links. base_power stays. In the same box, others that are off or idle still count in the budget. An "
      "experiment asks for the same with \"baseline\": {\"equal\": \"power\"}.",
      "hetsched baseline platforms/terastal_4k.json --equal pes --kinds platforms/kinds/maestro_arrays.json\n"
      "hetsched baseline platforms/jetson_agx_orin.json --equal power --kind agx_orin_gpu -o results/platforms\n"
      "hetsched baseline platforms/jetson_agx_orin.json --same-box idle --same-box off -o results/platforms",
      [](Arguments& arguments) -> Action {
        const auto options = std::make_shared<Options>();
        arguments.positional("PLATFORM", "the platform file", options->platform, Arguments::Need::required);
        arguments.option("--equal", "WHAT", "what they have as much of: power, price, area, pes or peak_ops",
                         options->equal);
        arguments.list("--same-box", "OTHERS",
                       "the same platform with one kind at work, the others removed, off or idle; may be repeated",
                       options->same_box);
        arguments.option("--kind", "NAME", "of which kind; default: each", options->kind);
        arguments.option("--kinds", "FILE", "file of the kinds to choose from; default: the platform's own",
                         options->kinds);
        arguments.option("-o,--output", "DIR", "write the platforms there", options->output);
        return [options](const Strings&) { return run(*options); };
      }};
}

}  // namespace hetsched
