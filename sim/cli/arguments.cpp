#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "base/units.hpp"
#include "cli/output.hpp"

namespace hetsched {
namespace {

constexpr std::size_t kHelpColumn = 26;

/// "-o, --output DIR"
std::string shown_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string name;
  for (const std::string& each : option.get_snames()) name += (name.empty() ? "-" : ", -") + each;
  for (const std::string& each : option.get_lnames()) name += (name.empty() ? "--" : ", --") + each;
  return name + (option.get_type_name().empty() ? "" : " " + option.get_type_name());
}

/// The name by which messages call an option.
std::string plain_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  return option.get_lnames().empty() ? "-" + option.get_snames().front() : "--" + option.get_lnames().front();
}

Strings split_lines(std::string_view text) {
  Strings lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

struct Arguments::Parser {
  explicit Parser(const Command& c) : command(c) {
    app.set_help_flag("-h,--help", "this text");
    app.allow_extras();
  }

  [[nodiscard]] std::string see_help() const { return "; see hetsched " + std::string(command.name) + " --help"; }
  /// The message for a word that is no argument, with the nearest option.
  [[noreturn]] void reject(const std::string& word) const {
    if (word.size() < 2 || word.front() != '-') throw InputError("unexpected argument " + in_quotes(word) + see_help());
    Strings known;
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    throw InputError("unknown option " + in_quotes(word.substr(0, word.find('='))) +
                     did_you_mean(word.substr(0, word.find('=')), known) + see_help());
  }
  /// Reports unexpected words first: a misspelt option explains why a required one is missing.
  void check_extras() const {
    const Strings extras = app.remaining();
    const auto option = std::find_if(extras.begin(), extras.end(),
                                     [](const std::string& word) { return word.size() > 1 && word[0] == '-'; });
    if (option != extras.end()) reject(*option);
    if (!extras.empty()) reject(extras.front());
  }
  void check_values() const {
    Strings missing;
    for (const CLI::Option* option : app.get_options()) {
      const auto& results = option->results();
      if (std::find(results.begin(), results.end(), "") != results.end())
        throw InputError(plain_name(*option) + " must not be empty" + see_help());
      if (std::find(needed.begin(), needed.end(), option) != needed.end() && option->count() == 0)
        missing.push_back(option->get_positional() ? option->get_name(true)
                                                   : plain_name(*option) + " " + option->get_type_name());
    }
    if (!missing.empty()) throw InputError("missing " + join(missing, " and ") + see_help());
  }
  /// CLI11's own messages are about its types; these are about what to do.
  [[noreturn]] void explain(const CLI::ParseError& error) const {
    for (const CLI::Option* option : app.get_options())
      if (option->count() > 1 && option->get_items_expected_max() == 1)
        throw InputError(plain_name(*option) + " is given more than once" + see_help());
    const std::string text = error.what();
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_positional()) continue;
      const std::string name = plain_name(*option);
      if (text.find(name) == std::string::npos && !text.starts_with(name.substr(2) + " ")) continue;
      throw InputError(option->get_type_name().empty()
                           ? name + " takes no value" + see_help()
                           : name + " needs a value (" + option->get_type_name() + ")" + see_help());
    }
    throw InputError(text + see_help());
  }
  CLI::Option* add(const std::string& names, const std::string& value_name, const std::string& doc,
                   std::string& value) {
    return app.add_option(names, value, doc)->type_name(value_name);
  }

  const Command& command;
  CLI::App app;
  std::vector<const CLI::Option*> needed;
  std::size_t listed = SIZE_MAX;  ///< so many options are in the help
};

Arguments::Arguments(const Command& command) : parser_(std::make_unique<Parser>(command)) {}
Arguments::~Arguments() = default;

void Arguments::positional(const std::string& name, const std::string& doc, std::string& value, Need need) {
  const CLI::Option* option = parser_->add(name, name, doc, value);
  if (need == Need::required) parser_->needed.push_back(option);
}

void Arguments::positionals(const std::string& name, const std::string& doc, Strings& values, Need need) {
  const CLI::Option* option = parser_->app.add_option(name, values, doc);
  if (need == Need::required) parser_->needed.push_back(option);
}

void Arguments::option(const std::string& names, const std::string& value_name, const std::string& doc,
                       std::string& value, Need need) {
  const CLI::Option* option = parser_->add(names, value_name, doc, value);
  if (need == Need::required) parser_->needed.push_back(option);
}

void Arguments::list(const std::string& names, const std::string& value_name, const std::string& doc, Strings& values) {
  parser_->app.add_option(names, values, doc)->type_name(value_name)->allow_extra_args(false);
}

void Arguments::flag(const std::string& names, const std::string& doc, bool& value) {
  parser_->app.add_flag(names, value, doc)->disable_flag_override();
}

void Arguments::of_another_command() { parser_->listed = parser_->app.get_options().size(); }

bool Arguments::parse(Strings words) {
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    parser_->app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return false;
  } catch (const CLI::ParseError& error) {
    parser_->check_extras();
    parser_->explain(error);
  }
  parser_->check_extras();
  parser_->check_values();
  return true;
}

std::string Arguments::help() const {
  const Command& command = parser_->command;
  std::string text;
  for (const std::string& line : split_lines(command.usage))
    text += (text.empty() ? "usage: hetsched " : "       hetsched ") + std::string(command.name) + " " + line + "\n";
  text += "\n" + std::string(command.summary) + ".\n";
  if (!command.about.empty()) text += "\n" + wrapped(command.about, 0);
  text += "\n";
  std::vector<CLI::Option*> options = parser_->app.get_options();
  options.resize(std::min(options.size(), parser_->listed));
  for (const bool positional : {true, false})
    for (const CLI::Option* option : options)
      if (option->get_positional() == positional && option->get_name() != "--help")
        text += definition(shown_name(*option), option->get_description(), kHelpColumn);
  text += definition("-h, --help", "this text", kHelpColumn) + "\n";
  const Strings examples = split_lines(command.examples);
  text += examples.size() > 1 ? "examples:\n" : "example:\n";
  for (const std::string& line : examples) text += "  " + line + "\n";
  return text;
}

std::string general_help() {
  std::string text =
      "usage: hetsched COMMAND [arguments]\n\n"
      "Simulates the scheduling of neural networks over heterogeneous accelerators.\n\n"
      "commands:\n";
  for (const Command& command : commands())
    text += definition(std::string(command.name), std::string(command.summary), 12);
  return text +
         "\nhetsched COMMAND --help explains a command; hetsched --version says which build this is.\n"
         "\nexamples:\n"
         "  hetsched run --platform platforms/terastal_4k.json --workload workloads/terastal_ar_social.json"
         " --policy mct\n"
         "  hetsched sweep experiments/quickstart -o results/quickstart -j 4\n"
         "  hetsched compare results/quickstart\n"
         "\nexit codes: 0 done, 1 some points of a sweep failed, 2 wrong usage or input, 3 a policy decided\n"
         "something impossible, 70 a bug of hetsched, 130 interrupted\n";
}

std::uint64_t whole_number(std::string_view option, const std::string& value, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error == std::errc() && stop == end && number >= least && number <= most) return number;
  std::string range = "of at least " + std::to_string(least);
  if (most != UINT64_MAX) range = "from " + std::to_string(least) + " to " + std::to_string(most);
  throw InputError(std::string(option) + " must be a whole number " + range + "; found " + in_quotes(value));
}

std::uint64_t size_value(std::string_view option, const std::string& value) {
  constexpr double kMost = 1e18;
  const auto number = parse_decimal(value);
  const auto bytes = number ? number : parse_quantity(value, "B").value;
  if (bytes && *bytes >= 1 && *bytes <= kMost) return static_cast<std::uint64_t>(*bytes);
  throw InputError(std::string(option) + " must be a size such as \"2 GiB\", or a number of bytes; found " +
                   in_quotes(value));
}

double time_value(std::string_view option, const std::string& value) {
  if (const auto seconds = parse_decimal(value); seconds && *seconds >= 0) return *seconds;
  const ParsedQuantity parsed = parse_quantity(value, "s");
  if (parsed.value && *parsed.value >= 0) return *parsed.value;
  throw InputError(std::string(option) + " must be a time such as \"20 ms\", or a number of seconds; found " +
                   in_quotes(value));
}

std::size_t one_of(std::string_view option, const std::string& value, const Strings& words) {
  const auto found = std::find(words.begin(), words.end(), value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  throw InputError(std::string(option) + " must be one of " + join(words, ", ") + "; found " + in_quotes(value) +
                   did_you_mean(value, words));
}

}  // namespace hetsched
