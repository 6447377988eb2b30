#include <filesystem>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/policy_arguments.hpp"
#include "contract/isolated.hpp"
#include "contract/shrink.hpp"
#include "engine/room.hpp"
#include "policy/new_policy.hpp"

namespace hetsched {
namespace {

using contract::RandomScenario;
using contract::Violation;

constexpr std::uint64_t kScenarios = 60;
constexpr double kPatience = 10;  ///< s that one scenario may take
constexpr std::size_t kShrinkingAttempts = 3000;

struct Options {
  std::string verb, name, output, scenarios, seed, decision_limit;
  PluginArguments plugins;
  bool absolute_times = false, python = false;
};

ExitCode write_new(const Options& options) {
  const Catalog catalog = options.plugins.load();
  if (catalog.find(options.name))
    throw InputError(in_quotes(options.name) + " is the name of a policy already; see hetsched policies " +
                     options.name);
  const std::filesystem::path folder = options.output.empty() ? options.name : options.output;
  print("wrote " +
        join(write_new_policy(folder, options.name, options.python ? PolicyLanguage::python : PolicyLanguage::cpp),
             ", ") +
        " to " + folder.string() + "/\n" + "next: " + folder.string() + "/README.md\n");
  return ExitCode::ok;
}

/// "name:parameter=value,..." as in an experiment. Throws InputError if there is no such policy or parameter.
PolicyChoice policy_choice(const Catalog& catalog, const std::string& text) {
  Problems problems;
  const Document document = Document::from_value(policy_json("NAME", text), "NAME " + text, "");
  const auto choice = read<PolicyChoice>(document.root(), problems);
  if (problems.empty()) (void)catalog.make(choice, 1, problems);
  problems.throw_if_any();
  return choice;
}

/// Tests one policy.
class PolicyTest {
 public:
  explicit PolicyTest(const Options& options)
      : options_(options), catalog_(options.plugins.load()), choice_(policy_choice(catalog_, options.name)) {
    if (!options.scenarios.empty()) scenarios_ = whole_number("--scenarios", options.scenarios, 1, 1000000);
    if (!options.seed.empty()) first_ = whole_number("--seed", options.seed);
    if (!options.decision_limit.empty()) limit_ = time_value("--decision-limit", options.decision_limit);
    subject_ = {choice_.name, [this](std::uint64_t seed, bool limited) {
                  Problems problems;
                  return catalog_.make(limited ? waiting_for_room() : choice_, seed, problems);
                }};
  }

  ExitCode run() {
    print("policy " + choice_.title() + ", " + counted(scenarios_, "random scenario") + " from seed " +
          std::to_string(first_) + "\n");
    if (!contract_holds()) return ExitCode::policy;
    if (options_.absolute_times) {
      print("times doubled: not tested, for it has absolute times\n");
    } else if (!scaling_holds()) {
      return ExitCode::policy;
    }
    return ExitCode::ok;
  }

 private:
  RandomScenario scenario(std::uint64_t seed) const {
    RandomScenario random = contract::random_scenario(seed);
    random.options.decision_limit = limit_;
    return random;
  }
  /// The policy with the decorator cache around it.
  [[nodiscard]] PolicyChoice waiting_for_room() const {
    PolicyChoice choice = choice_;
    choice.decorators.insert(choice.decorators.begin(), DecoratorChoice{"cache", {}});
    return choice;
  }
  [[nodiscard]] std::optional<Violation> violation(const RandomScenario& random) const {
    return contract::isolated([&] { return contract::broken_contract(random, subject_); }, kPatience);
  }

  bool contract_holds() {
    for (std::uint64_t seed = first_; seed < first_ + scenarios_; ++seed) {
      const RandomScenario random = scenario(seed);
      const std::optional<Violation> found = violation(random);
      if (!found) continue;
      print("contract: violated in the scenario of seed " + std::to_string(seed) + "\n" + found->what + "\n");
      // Each question about a policy that hangs takes as long as one's patience.
      const bool quick = found->kind != "hung";
      const auto same = [&](const RandomScenario& smaller) {
        const std::optional<Violation> there = violation(smaller);
        return there && there->kind == found->kind;
      };
      const RandomScenario least = quick ? contract::shrunk(random, same, kShrinkingAttempts) : random;
      const std::optional<Violation> last = quick ? violation(least) : found;
      tell_case(least, last ? *last : *found);
      return false;
    }
    print("contract: kept (decisions are legal, runs end, nothing is lost, runs repeat exactly)\n");
    return true;
  }

  void tell_case(const RandomScenario& least, const Violation& violation) const {
    const std::filesystem::path folder =
        options_.output.empty() ? std::filesystem::path(choice_.name).stem().string() + "_violation" : options_.output;
    Json policy = {{"name", catalog_.effective(choice_)["name"]}};
    if (choice_.parameters.value.is_object() && !choice_.parameters.value.empty())
      policy["parameters"] = choice_.parameters.value;
    if (is_limited(least.make()->platform)) policy["decorators"] = {"cache"};
    contract::write_case(folder, least, policy);
    const Json json = contract::to_json(least);
    print("the smallest scenario found that has it (" + folder.string() +
          "/): " + counted(json["platform"]["accelerators"].size(), "accelerator") + ", " +
          counted(json["workload"]["streams"].size(), "stream") + "\n" + violation.what + "\nto see it: hetsched run " +
          folder.string());
    for (const std::string& file : options_.plugins.files) print(" --plugin " + file);
    print("\n");
  }

  bool scaling_holds() const {
    for (std::uint64_t seed = first_; seed < first_ + scenarios_; ++seed) {
      const auto found = contract::isolated([&] { return contract::broken_scaling(seed, subject_); }, kPatience);
      if (!found) continue;
      print("times doubled: violated in the scenario of seed " + std::to_string(seed) + "\n" + found->what +
            "\nif it has parameters that are times, this may be right: --absolute-times leaves this out\n");
      return false;
    }
    print("times doubled: everything takes exactly twice as long\n");
    return true;
  }

  const Options& options_;
  Catalog catalog_;
  PolicyChoice choice_;
  contract::Subject subject_;
  std::uint64_t scenarios_ = kScenarios, first_ = 0;
  std::optional<double> limit_;
};

ExitCode run(const Options& options) {
  if (one_of("VERB", options.verb, {"new", "test"}) == 0) return write_new(options);
  return PolicyTest(options).run();
}

}  // namespace

Command policy_command() {
  return {"policy",
          "Begin a policy of your own, in C++ or Python, or test one",
          "new NAME [--python] [-o DIR]\ntest NAME[:k=v,...] [--plugin FILE] [options]",
          "new writes a folder with source and README: in C++ with CMakeLists.txt and test, for a shared library; in "
          "Python "
          "with an experiment. test runs a policy on random platforms and "
          "workloads and checks that it keeps the contract of policy.hpp; of a violation it writes the smallest "
          "experiment that shows it, and the exit code is 3.",
          "hetsched policy new my_policy\n"
          "hetsched policy test my_policy --plugin my_policy/build/my_policy.so\n"
          "hetsched policy test rr:quantum=2\n"
          "hetsched policy new my_policy --python\n"
          "hetsched policy test my_policy/my_policy.py",
          [](Arguments& arguments) -> Action {
            const auto options = std::make_shared<Options>();
            arguments.positional("VERB", "new or test", options->verb, Arguments::Need::required);
            arguments.positional("NAME", "policy or its file NAME.py, for test with parameters", options->name,
                                 Arguments::Need::required);
            options->plugins.declare(arguments);
            arguments.flag("--python", "new: in Python", options->python);
            arguments.option("-o,--output", "DIR", "folder for what is written (default: NAME, or NAME_violation)",
                             options->output);
            arguments.option("--scenarios", "N", "how many random scenarios (default: 60)", options->scenarios);
            arguments.option("--seed", "N", "seed of the first scenario (default: 0)", options->seed);
            arguments.option("--decision-limit", "TIME",
                             "wall-clock time that a call of the policy may take; a longer one is its error",
                             options->decision_limit);
            arguments.flag("--absolute-times", "do not test that everything takes twice as long if all times double",
                           options->absolute_times);
            return [options](const Strings&) { return run(*options); };
          }};
}

}  // namespace hetsched
