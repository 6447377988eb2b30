#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "base/errors.hpp"

namespace hetsched {
namespace {

/// A prefix is a power of ten, or a power of 1024.
struct Prefix {
  std::string_view symbol;
  int exponent;
  double factor = 1;
};
constexpr std::array kSmall = {Prefix{"p", -12},     Prefix{"n", -9},      Prefix{"u", -6},
                               Prefix{"\u00b5", -6}, Prefix{"\u03bc", -6}, Prefix{"m", -3}};
constexpr std::array kLarge = {Prefix{"k", 3}, Prefix{"K", 3},  Prefix{"M", 6},
                               Prefix{"G", 9}, Prefix{"T", 12}, Prefix{"P", 15}};
constexpr std::array kBinary = {Prefix{"Ki", 0, 0x1p10}, Prefix{"Mi", 0, 0x1p20}, Prefix{"Gi", 0, 0x1p30},
                                Prefix{"Ti", 0, 0x1p40}};

/// Which prefixes a unit takes.
enum Prefixes { none = 0, small = 1, large = 2, binary = 4 };

struct Symbol {
  std::string_view text;
  int exponent = 0;
  double factor = 1;
  int prefixes = none;
};

struct Suffix {
  std::string_view text;
  int exponent;
};

/// One dimension: its SI unit, what it is called, the symbols it may be written with.
struct Dimension {
  std::string_view unit;
  std::string_view description;
  std::span<const Symbol> symbols;
  std::span<const Suffix> suffixes = {};
};

constexpr std::array kTime = {Symbol{"s", 0, 1, small}, Symbol{"min", 0, 60}, Symbol{"h", 0, 3600}};
constexpr std::array kFrequency = {Symbol{"Hz", 0, 1, large}, Symbol{"/s"}, Symbol{"1/s"}};
constexpr std::array kPerTime = {Symbol{"1/s"}, Symbol{"/s"}, Symbol{"1/ms", 3}, Symbol{"/ms", 3},
                                 Symbol{"Hz", 0, 1, large}};
constexpr std::array kBytes = {Symbol{"B", 0, 1, large | binary}, Symbol{"bit", 0, 0.125, large | binary},
                               Symbol{"b", 0, 0.125, large | binary}};
constexpr std::array kBandwidth = {Symbol{"B/s", 0, 1, large | binary}, Symbol{"bit/s", 0, 0.125, large | binary},
                                   Symbol{"b/s", 0, 0.125, large | binary}};
constexpr std::array kEnergy = {Symbol{"J", 0, 1, small | large}};
constexpr std::array kPower = {Symbol{"W", 0, 1, small | large}};
constexpr std::array kEnergyPerByte = {Symbol{"J/B", 0, 1, small}, Symbol{"J/bit", 0, 8, small},
                                       Symbol{"J/b", 0, 8, small}};
constexpr std::array kOperations = {Symbol{"op/s", 0, 1, large}, Symbol{"OPS", 0, 1, large},
                                    Symbol{"FLOP/s", 0, 1, large}, Symbol{"FLOPS", 0, 1, large}};
constexpr std::array kArea = {Symbol{"mm2"}, Symbol{"mm\u00b2"}, Symbol{"mm^2"}, Symbol{"cm2", 2}, Symbol{"um2", -6}};
constexpr std::array kMoney = {Symbol{"USD", 0, 1, large}};

constexpr std::array kTimeSuffixes = {Suffix{"s", 0}, Suffix{"ms", -3}, Suffix{"us", -6}, Suffix{"ns", -9}};
constexpr std::array kEnergySuffixes = {Suffix{"j", 0}, Suffix{"mj", -3}, Suffix{"uj", -6}, Suffix{"nj", -9},
                                        Suffix{"pj", -12}};
constexpr std::array kPowerSuffixes = {Suffix{"w", 0}, Suffix{"mw", -3}};

constexpr std::array kDimensions = {
    Dimension{"s", "time such as \"16 ms\"", kTime, kTimeSuffixes},
    Dimension{"Hz", "frequency such as \"1.2 GHz\" or \"60 /s\"", kFrequency},
    Dimension{"B", "size such as \"512 KiB\"", kBytes},
    Dimension{"B/s", "bandwidth such as \"64 GB/s\"", kBandwidth},
    Dimension{"J", "energy such as \"3 mJ\"", kEnergy, kEnergySuffixes},
    Dimension{"W", "power such as \"10 W\"", kPower, kPowerSuffixes},
    Dimension{"J/B", "energy per byte such as \"5 pJ/bit\"", kEnergyPerByte},
    Dimension{"op/s", "rate of operations such as \"12 TOPS\"", kOperations},
    Dimension{"mm2", "area such as \"14 mm2\"", kArea},
    Dimension{"USD", "price such as \"499 USD\"", kMoney},
    Dimension{"1/s", "rate such as \"15 /ms\"", kPerTime},
};

const Dimension* dimension_of(std::string_view unit) {
  for (const Dimension& dimension : kDimensions)
    if (dimension.unit == unit) return &dimension;
  return nullptr;
}

template <class F>
void for_each_prefix(int prefixes, F&& f) {
  if (prefixes & small)
    for (const Prefix& prefix : kSmall) f(prefix);
  if (prefixes & large)
    for (const Prefix& prefix : kLarge) f(prefix);
  if (prefixes & binary)
    for (const Prefix& prefix : kBinary) f(prefix);
}

/// What the text after the number means: a power of ten and a factor.
std::optional<Prefix> meaning_of(std::string_view text, const Dimension& dimension) {
  for (const Symbol& symbol : dimension.symbols) {
    if (text == symbol.text) return Prefix{text, symbol.exponent, symbol.factor};
    if (!text.ends_with(symbol.text)) continue;
    const std::string_view before = text.substr(0, text.size() - symbol.text.size());
    std::optional<Prefix> meaning;
    for_each_prefix(symbol.prefixes, [&](const Prefix& prefix) {
      if (prefix.symbol == before)
        meaning = Prefix{text, symbol.exponent + prefix.exponent, symbol.factor * prefix.factor};
    });
    if (meaning) return meaning;
  }
  return std::nullopt;
}

/// Where the number at the start of `text` ends; 0 if there is none.
std::size_t end_of_number(std::string_view text) {
  double ignored = 0;
  const std::size_t sign = text.starts_with('+') ? 1 : 0;
  const std::string_view rest = text.substr(sign);
  if (rest.empty() || std::string_view("-.0123456789").find(rest[0]) == std::string_view::npos) return 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), ignored);
  if (parsed.ptr == rest.data()) return 0;
  return static_cast<std::size_t>(parsed.ptr - text.data());
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text, int exponent) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || std::string_view("-.0123456789").find(text[0]) == std::string_view::npos) return std::nullopt;
  double value = 0;
  std::array<char, 64> buffer;
  if (exponent != 0 && text.size() < 40) {  // written anew with the exponent, so that it is rounded only once
    const std::size_t e = text.find_first_of("eE");
    int given = 0;
    if (e != std::string_view::npos) {
      const std::string_view digits = text.substr(e + 1 + (text.substr(e + 1).starts_with('+') ? 1 : 0));
      const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), given);
      if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || std::abs(given) > 9999)
        return std::nullopt;
    }
    char* end = std::copy_n(text.data(), std::min(e, text.size()), buffer.data());
    *end++ = 'e';
    end = std::to_chars(end, buffer.data() + buffer.size(), given + exponent).ptr;
    const auto parsed = std::from_chars(buffer.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return value;
  }
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (exponent != 0) value *= std::pow(10.0, exponent);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

ParsedQuantity parse_quantity(std::string_view text, std::string_view unit) {
  const Dimension* dimension = dimension_of(unit);
  HETSCHED_ASSERT(dimension != nullptr, "a field has a unit that units.cpp does not know");
  text = trimmed(text);
  const std::size_t end = end_of_number(text);
  if (end == 0) return {std::nullopt, "does not begin with a number"};
  const std::string_view symbol = trimmed(text.substr(end));
  if (symbol.empty()) return {std::nullopt, "has no unit; units: " + allowed_units(unit)};
  const auto meaning = meaning_of(symbol, *dimension);
  if (!meaning) return {std::nullopt, "has the unit " + in_quotes(symbol) + "; units: " + allowed_units(unit)};
  const auto value = parse_decimal(text.substr(0, end), meaning->exponent);
  if (!value || !std::isfinite(*value * meaning->factor)) return {std::nullopt, "is out of range"};
  return {*value * meaning->factor, ""};
}

std::string quantity_description(std::string_view unit) {
  const Dimension* dimension = dimension_of(unit);
  return std::string(dimension ? dimension->description : unit);
}

std::string allowed_units(std::string_view unit) {
  const Dimension* dimension = dimension_of(unit);
  if (!dimension) return std::string(unit);
  Strings symbols;
  int prefixes = none;
  for (const Symbol& symbol : dimension->symbols) {
    symbols.emplace_back(symbol.text);
    prefixes |= symbol.prefixes;
  }
  Strings letters;
  if (prefixes & small) letters.emplace_back("p n u m");
  if (prefixes & large) letters.emplace_back("k M G T P");
  if (prefixes & binary) letters.emplace_back("Ki Mi Gi Ti");
  return join(symbols, ", ") + (letters.empty() ? "" : ", with prefixes " + join(letters, " "));
}

std::string quantity_pattern(std::string_view unit) {
  const Dimension* dimension = dimension_of(unit);
  if (!dimension) return "";
  Strings alternatives;
  for (const Symbol& symbol : dimension->symbols) {
    Strings prefixes;
    for_each_prefix(symbol.prefixes, [&](const Prefix& prefix) { prefixes.emplace_back(prefix.symbol); });
    std::string text;
    for (const char c : symbol.text) text += (c == '/' || c == '^' ? "\\" : "") + std::string(1, c);
    alternatives.push_back((prefixes.empty() ? "" : "(" + join(prefixes, "|") + ")?") + text);
  }
  return "^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*(" + join(alternatives, "|") + ")\\s*$";
}

std::optional<int> csv_suffix_exponent(std::string_view unit, std::string_view suffix) {
  if (const Dimension* dimension = dimension_of(unit))
    for (const Suffix& each : dimension->suffixes)
      if (each.text == suffix) return each.exponent;
  return std::nullopt;
}

Strings csv_suffixes(std::string_view unit) {
  Strings names;
  if (const Dimension* dimension = dimension_of(unit))
    for (const Suffix& each : dimension->suffixes) names.emplace_back(each.text);
  return names;
}

}  // namespace hetsched
