#include "base/fields_json.hpp"

#include "base/units.hpp"

namespace hetsched {

Node JsonValue::node() const {
  static const Positions kNowhere;
  return {value, positions ? *positions : kNowhere, pointer};
}

namespace detail {
namespace {

/// A number with its unit, as in "at least 0.5 s".
std::string with_unit(double value, const About& about) {
  return format_number(value) + (about.unit.empty() ? "" : " " + std::string(about.unit));
}

std::string choice(const Strings& words) {
  return words.size() == 1 ? in_quotes(words.front()) : "one of " + listed(words);
}

std::string number_expected(const About& about) {
  if (about.unit.empty()) return "a number";
  return "a number of " + std::string(about.unit) + ", or a " + quantity_description(about.unit);
}

/// The number that a JSON number or a text with a unit stands for.
std::optional<double> quantity(const Node& node, const About& about, Problems& problems) {
  if (node.value().is_number()) return node.value().get<double>();
  const ParsedQuantity parsed = parse_quantity(node.value().get_ref<const std::string&>(), about.unit);
  if (!parsed.value)
    problems.add(node.problem("must be " + number_expected(about) + "; " + shown(node.value()) + " " + parsed.problem));
  return parsed.value;
}

/// A whole number of either sign; one of the two is set.
struct Whole {
  std::optional<std::int64_t> as_signed;
  std::optional<std::uint64_t> as_unsigned;
};

std::optional<Whole> read_whole(const Node& node, Problems& problems) {
  const Json& value = node.value();
  if (value.is_number_unsigned()) return Whole{std::nullopt, value.get<std::uint64_t>()};
  if (value.is_number_integer()) return Whole{value.get<std::int64_t>(), std::nullopt};
  if (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>() &&
      std::abs(value.get<double>()) < 0x1p53)
    return Whole{static_cast<std::int64_t>(value.get<double>()), std::nullopt};
  const bool large = value.is_number_float() && std::abs(value.get<double>()) >= 0x1p53;
  report_type(node, large ? "a whole number below 2^53" : "a whole number", problems);
  return std::nullopt;
}

void report_bound(const Node& node, const std::string& bound, Problems& problems) {
  problems.add(node.problem("must be " + bound + "; found " + shown(node.value())));
}

}  // namespace

std::string noun_from_type(std::string_view function_name) {
  const auto begin = function_name.find("S = ");
  std::string_view type = begin == std::string_view::npos ? "object" : function_name.substr(begin + 4);
  type = type.substr(0, type.find_first_of(";],"));
  if (const auto scope = type.rfind("::"); scope != std::string_view::npos) type.remove_prefix(scope + 2);
  if (type.ends_with("Spec")) type.remove_suffix(4);
  std::string noun;
  for (const char c : type) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !noun.empty()) noun += ' ';
    noun += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return noun;
}

void report_type(const Node& node, std::string_view expected, Problems& problems) {
  problems.add(node.problem("must be " + std::string(expected) + "; found " + shown(node.value())));
}

bool check_bounds(const Node& node, double value, const About& about, Problems& problems) {
  if (!std::isfinite(value))
    report_bound(node, "finite", problems);
  else if (!(value > about.above))
    report_bound(node, "greater than " + with_unit(about.above, about), problems);
  else if (!(value >= about.min))
    report_bound(node, "at least " + with_unit(about.min, about), problems);
  else if (!(value <= about.max))
    report_bound(node, "at most " + with_unit(about.max, about), problems);
  else
    return true;
  return false;
}

void check_not_empty(const Node& node, bool empty, const About& about, Problems& problems) {
  if (empty && about.required) problems.add(node.problem("must not be empty"));
}

void check_keys(const Node& node, const Strings& known, const std::string& noun, Problems& problems) {
  for (const auto& item : node.value().items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    problems.add(node.member(item.key(), item.value())
                     .key_problem("is no field of " + with_article(noun) + did_you_mean(item.key(), known) +
                                  (nearest(item.key(), known) ? " fields: " : "; fields: ") + listed(known)));
  }
}

void report_missing(const Node& node, std::string_view name, std::string_view doc, Problems& problems) {
  problems.add(node.problem("lacks the field " + in_quotes(name) + " (" + std::string(doc) + ")"));
}

std::optional<double> read_number(const Node& node, const About& about, Problems& problems) {
  if (!node.value().is_number() && (about.unit.empty() || !node.value().is_string())) {
    report_type(node, number_expected(about), problems);
    return std::nullopt;
  }
  const auto value = quantity(node, about, problems);
  return value && check_bounds(node, *value, about, problems) ? value : std::nullopt;
}

std::optional<bool> read_bool(const Node& node, Problems& problems) {
  if (node.value().is_boolean()) return node.value().get<bool>();
  report_type(node, "true or false", problems);
  return std::nullopt;
}

std::optional<std::string> read_text(const Node& node, const About& about, Problems& problems) {
  if (!about.words.empty()) {
    const Strings words = about.words.names();
    const auto index = read_word(node, words, problems);
    return index ? std::optional(words[*index]) : std::nullopt;
  }
  if (!node.value().is_string()) {
    report_type(node, "a text", problems);
    return std::nullopt;
  }
  check_not_empty(node, node.value().get_ref<const std::string&>().empty(), about, problems);
  return node.value().get<std::string>();
}

QuantityOrWord read_quantity_or_word(const Node& node, const About& about, Problems& problems) {
  const Strings words = about.words.names();
  if (node.value().is_string()) {
    const std::string& text = node.value().get_ref<const std::string&>();
    if (std::find(words.begin(), words.end(), text) != words.end()) return {std::nullopt, text};
  }
  const std::string expected = number_expected(about) + ", or " + choice(words);
  if (!node.value().is_number() && !node.value().is_string()) {
    report_type(node, expected, problems);
    return {};
  }
  if (node.value().is_string()) {
    const std::string& text = node.value().get_ref<const std::string&>();
    const bool has_unit = !about.unit.empty();  // without, a text can be a word only
    const ParsedQuantity parsed = has_unit ? parse_quantity(text, about.unit) : ParsedQuantity{};
    if (!parsed.value) {
      const std::string near = did_you_mean(text, words);
      const bool no_quantity = has_unit && near.empty();
      problems.add(node.problem(
          "must be " + expected + "; " +
          (no_quantity ? shown(node.value()) + " " + parsed.problem : "found " + shown(node.value()) + near)));
      return {};
    }
  }
  return {read_number(node, about, problems), ""};
}

JsonValue read_json_value(const Node& node, const About& about, Problems& problems) {
  if (about.object && !node.value().is_object()) {
    report_type(node, "an object", problems);
    return {};
  }
  return {node.value(), std::make_shared<const Positions>(node.positions().slice(node.pointer())), node.pointer()};
}

std::optional<std::size_t> read_word(const Node& node, const Strings& names, Problems& problems) {
  if (!node.value().is_string()) {
    report_type(node, choice(names), problems);
    return std::nullopt;
  }
  const std::string& word = node.value().get_ref<const std::string&>();
  const auto found = std::find(names.begin(), names.end(), word);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  problems.add(node.problem("must be " + choice(names) + "; found " + shown(node.value()) + did_you_mean(word, names)));
  return std::nullopt;
}

std::optional<std::int64_t> read_signed(const Node& node, std::int64_t least, std::int64_t most, const About& about,
                                        Problems& problems) {
  const auto whole = read_whole(node, problems);
  if (!whole || !check_bounds(node, node.value().get<double>(), about, problems)) return std::nullopt;
  const bool fits = whole->as_signed ? *whole->as_signed >= least && *whole->as_signed <= most
                                     : std::cmp_less_equal(*whole->as_unsigned, most);
  if (fits) return whole->as_signed ? *whole->as_signed : static_cast<std::int64_t>(*whole->as_unsigned);
  report_bound(node, "from " + std::to_string(least) + " to " + std::to_string(most), problems);
  return std::nullopt;
}

std::optional<std::uint64_t> read_unsigned(const Node& node, std::uint64_t most, const About& about,
                                           Problems& problems) {
  const auto whole = read_whole(node, problems);
  if (!whole || !check_bounds(node, node.value().get<double>(), about, problems)) return std::nullopt;
  const bool fits = whole->as_signed ? *whole->as_signed >= 0 && std::cmp_less_equal(*whole->as_signed, most)
                                     : *whole->as_unsigned <= most;
  if (fits) return whole->as_unsigned ? *whole->as_unsigned : static_cast<std::uint64_t>(*whole->as_signed);
  report_bound(node, "from 0 to " + std::to_string(most), problems);
  return std::nullopt;
}

std::optional<std::size_t> read_tag(const Node& node, const Strings& tags, Problems& problems) {
  if (!node.value().is_object()) {
    report_type(node, "an object whose field \"type\" is " + choice(tags), problems);
    return std::nullopt;
  }
  if (node.has("type")) return read_word(node.child("type"), tags, problems);
  problems.add(node.problem("lacks the field \"type\"; it must be " + choice(tags)));
  return std::nullopt;
}

}  // namespace detail
}  // namespace hetsched
