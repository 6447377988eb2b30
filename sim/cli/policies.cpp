#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/policy_arguments.hpp"

namespace hetsched {
namespace {

std::string shown_value(const Params::Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return shortest(*number);
  return std::get<std::string>(value);
}

std::string shown_type(const Params::Declared& parameter) {
  if (parameter.type == "flag") return "true or false";
  std::string text = parameter.type;
  if (parameter.type != "number" && parameter.type != "integer") return text;
  if (parameter.min > -kNever) text += " >= " + shortest(parameter.min);
  if (parameter.max < kNever) text += (parameter.min > -kNever ? ", <= " : " <= ") + shortest(parameter.max);
  return text;
}

void print_list(const Catalog& catalog) {
  for (const PolicyEntry& entry : catalog.list())
    print(definition(std::string(entry.name), std::string(entry.summary), 18));
  if (!catalog.decorators().empty()) print("\ndecorators, for any of these (--policy edf+drop):\n");
  for (const DecoratorEntry& entry : catalog.decorators())
    print(definition(std::string(entry.name), std::string(entry.summary), 18));
  print("\nhetsched policies NAME tells more of one.\n");
}

void print_facts(const PolicyFacts& facts) {
  const std::pair<const char*, std::string_view> lines[] = {{"source", facts.source},
                                                            {"complexity", facts.complexity},
                                                            {"knowledge", facts.knowledge},
                                                            {"verified by", facts.verified_by}};
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
    table.add({parameter.name, shown_value(parameter.fallback), shown_type(parameter), parameter.doc});
  print(table.text());
  const Params::Declared& first = parameters.front();
  const std::string value = first.name + "=" + shown_value(first.fallback);
  if (decorator)
    print("\non the command line: --policy edf+" + name + ":" + value +
          "\nin an experiment:    \"policy\": {\"name\": \"edf\", \"decorators\": [{\"name\": \"" + name +
          "\", \"parameters\": {...}}]}\n");
  else
    print("\non the command line: --policy " + name + ":" + value +
          "\nin an experiment:    \"policy\": {\"name\": \"" + name + "\", \"parameters\": {...}}\n");
}

}  // namespace

Command policies_command() {
  return {"policies",
          "List the scheduling policies, or explain one and its parameters",
          "[NAME] [--plugin FILE]",
          "",
          "hetsched policies\nhetsched policies heft",
          [](Arguments& arguments) -> Action {
            const auto name = std::make_shared<std::string>();
            const auto plugins = std::make_shared<PluginArguments>();
            arguments.positional("NAME", "policy to explain, or its file NAME.py", *name, Arguments::Need::optional);
            plugins->declare(arguments);
            return [name, plugins](const Names&) {
              const Catalog catalog = plugins->load();
              name->empty() ? print_list(catalog) : print_details(catalog, *name);
              return ExitCode::ok;
            };
          }};
}

}  // namespace hetsched
