#include <algorithm>
#include <memory>

#include "base/fields_csv.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/policy_arguments.hpp"

namespace hetsched {
namespace {

struct FactsRow {
  std::string name, family, summary, source, complexity, knowledge, verified_by, rules;
};

}  // namespace

template <>
inline constexpr auto fields<FactsRow> = std::tuple{
    field("name", &FactsRow::name, "of the policy or decorator", {}),
    field("family", &FactsRow::family, "static, online, search, energy, decorator, or plugin", {}),
    field("summary", &FactsRow::summary, "what it does", {}),
    field("source", &FactsRow::source, "where it is defined", {}),
    field("complexity", &FactsRow::complexity, "of a call or a plan", {}),
    field("knowledge", &FactsRow::knowledge, "what it uses beyond predicted times", {}),
    field("verified_by", &FactsRow::verified_by, "what its tests compare with", {}),
    field("rules", &FactsRow::rules, "how ties go, and what else the source leaves open", {}),
};

namespace {

template <class Entry>
FactsRow row_of(const Entry& entry, std::string_view family) {
  const PolicyFacts& facts = entry.facts;
  return {std::string(entry.name),        std::string(family),           std::string(entry.summary),
          std::string(facts.source),      std::string(facts.complexity), std::string(facts.knowledge),
          std::string(facts.verified_by), std::string(facts.rules)};
}

void print_csv(const Catalog& catalog) {
  std::string out = csv_header<FactsRow>();
  for (const PolicyEntry& entry : catalog.list())
    append_csv_row(out, row_of(entry, entry.family.empty() ? "plugin" : entry.family));
  for (const DecoratorEntry& entry : catalog.decorators()) append_csv_row(out, row_of(entry, "decorator"));
  print(out);
}

std::string shown_value(const Params::Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return format_number(*number);
  return std::get<std::string>(value);
}

std::string shown_type(const Params::Declared& parameter) {
  if (parameter.type == "flag") return "true or false";
  std::string text = parameter.type;
  if (!text.starts_with("number") && !text.starts_with("integer")) return text;
  if (parameter.min > -kNever) text += " >= " + format_number(parameter.min);
  if (parameter.max < kNever) text += (parameter.min > -kNever ? ", <= " : " <= ") + format_number(parameter.max);
  if (!parameter.unit.empty()) text += " " + parameter.unit;
  return text;
}

void print_list(const Catalog& catalog) {
  static constexpr std::pair<std::string_view, const char*> kFamilies[] = {
      {"", "of plugins:\n"},
      {"static", "static: plans of whole requests\n"},
      {"online", "online: decide as things happen\n"},
      {"search", "search: look for the best among plans\n"},
      {"energy", "energy: choose operating points, or weigh energy\n"}};
  const char* gap = "";
  for (const auto& [family, heading] : kFamilies) {
    const auto is_of = [family](const PolicyEntry& entry) { return entry.family == family; };
    if (std::none_of(catalog.list().begin(), catalog.list().end(), is_of)) continue;
    print(std::string(gap) + heading);
    gap = "\n";
    for (const PolicyEntry& entry : catalog.list())
      if (is_of(entry)) print(definition(std::string(entry.name), std::string(entry.summary), 18));
  }
  if (!catalog.decorators().empty()) print("\ndecorators, for any of these (--policy edf+drop):\n");
  for (const DecoratorEntry& entry : catalog.decorators())
    print(definition(std::string(entry.name), std::string(entry.summary), 18));
  print("\nhetsched policies NAME tells more of one.\n");
}

void print_facts(const PolicyFacts& facts) {
  const std::pair<const char*, std::string_view> lines[] = {{"source", facts.source},
                                                            {"complexity", facts.complexity},
                                                            {"knowledge", facts.knowledge},
                                                            {"verified by", facts.verified_by},
                                                            {"rules", facts.rules}};
  for (const auto& [what, text] : lines)
    if (!text.empty()) print(std::string(what) + ": " + wrapped(text, 2));
}

void print_details(const Catalog& catalog, const std::string& name) {
  const DecoratorEntry* decorator = catalog.find_decorator(name);
  const PolicyChoice choice{name, {}, {}, {}};
  if (catalog.is_script(name)) {
    print(name + ": " + wrapped(catalog.script_summary(choice), 2));
  } else if (decorator) {
    print(name + " (decorator): " + wrapped(decorator->summary, 2));
    print_facts(decorator->facts);
  } else {
    const PolicyEntry& entry = catalog.get(name);
    print(name + ": " + wrapped(entry.summary, 2));
    print_facts(entry.facts);
    if (const Plugin* plugin = catalog.plugin_of(entry)) print("plugin: " + plugin->file.string() + "\n");
  }
  const auto parameters = decorator ? catalog.declared(name) : catalog.declared(choice);
  if (parameters.empty()) {
    print("parameters: none\n");
    return;
  }
  print("\n");
  Table table({{"parameter", Table::Align::left},
               {"default", Table::Align::left},
               {"type", Table::Align::left},
               {"meaning", Table::Align::left}});
  for (const Params::Declared& parameter : parameters)
    table.add({parameter.name, parameter.required ? "(none)" : shown_value(parameter.fallback), shown_type(parameter),
               parameter.doc});
  print(table.text());
  const Params::Declared& first = parameters.front();
  const std::string value = first.name + "=" + (first.required ? "VALUE" : shown_value(first.fallback));
  if (decorator)
    print("\non the command line: --policy edf+" + name + ":" + value +
          "\nin an experiment:    \"policy\": {\"name\": \"edf\", \"decorators\": [{\"name\": \"" + name +
          "\", \"parameters\": {...}}]}\n");
  else
    print("\non the command line: --policy " + name + ":" + value + "\nin an experiment:    \"policy\": {\"name\": \"" +
          name + "\", \"parameters\": {...}}\n");
}

}  // namespace

Command policies_command() {
  return {"policies",
          "List the scheduling policies, or explain one and its parameters",
          "[NAME] [--csv] [--plugin FILE]",
          "",
          "hetsched policies\nhetsched policies heft\nhetsched policies --csv > policies.csv",
          [](Arguments& arguments) -> Action {
            const auto name = std::make_shared<std::string>();
            const auto csv = std::make_shared<bool>(false);
            const auto plugins = std::make_shared<PluginArguments>();
            arguments.positional("NAME", "policy to explain, or its file NAME.py", *name, Arguments::Need::optional);
            arguments.flag("--csv", "what is known of all, as CSV on standard output", *csv);
            plugins->declare(arguments);
            return [name, csv, plugins](const Strings&) {
              const Catalog catalog = plugins->load();
              if (*csv && !name->empty()) throw InputError("--csv is of the whole list; leave out " + *name);
              *csv ? print_csv(catalog) : name->empty() ? print_list(catalog) : print_details(catalog, *name);
              return ExitCode::ok;
            };
          }};
}

}  // namespace hetsched
