/// \file
/// What a policy is configured by. Part of hetsched/policy.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hetsched/view.hpp"

namespace hetsched {

/// What parameters mean outside of a policy; each returns what is wrong, or nothing.
struct ParamReaders {
  /// Reads the file that a parameter names.
  std::function<std::string(std::string_view name, const std::string& path, std::string& content)> file = nullptr;
  /// Reads a number with a unit, in the SI unit that is asked for.
  std::function<std::string(const std::string& text, std::string_view unit, double& value)> quantity = nullptr;
};

/// Reads parameters and records their declaration at the same time, so that a policy's constructor is its
/// only schema: `hetsched policies NAME` lists what the constructor asked for.
/// Rule: read every parameter unconditionally, and do nothing else of consequence in a constructor.
class Params {
 public:
  using Value = std::variant<bool, double, std::string>;
  using Values = std::map<std::string, Value, std::less<>>;

  struct NumberSpec {
    double fallback = 0;
    double min = -kNever;
    double max = kNever;
    bool integer = false;
    std::string_view doc;
    /// What it is measured in: "s", "J", "W", "B", "B/s", "Hz" or "1/s"; then a text such as "10 ms" is taken, too.
    std::string_view unit = {};
    bool required = false;  ///< there is no sensible fallback: not giving it is an error
  };
  struct ChoiceSpec {
    std::string_view fallback;
    std::vector<std::string_view> of;
    std::string_view doc;
  };
  struct Declared {
    std::string name;
    /// "number", "integer" (either with " or list"), "flag", "text", "file" or the choices, "a|b|c"
    std::string type;
    Value fallback;
    double min = -kNever, max = kNever;
    std::string doc;
    std::string unit = {};  ///< of a number; empty: none
    bool required = false;
  };
  struct Problem {
    std::string name, what;
  };

  explicit Params(Values given = {}, std::uint64_t seed = 0, ParamReaders readers = {})
      : given_(std::move(given)), seed_(seed), readers_(std::move(readers)) {}

  double number(std::string_view name, const NumberSpec& spec) {
    declared_.push_back({std::string(name), spec.integer ? "integer" : "number", spec.fallback, spec.min, spec.max,
                         std::string(spec.doc), std::string(spec.unit), spec.required});
    if (spec.required && !given_.contains(name)) {
      problems_.push_back({std::string(name), "must be given: " + std::string(spec.doc)});
      return spec.fallback;
    }
    double value = spec.fallback;
    if (const std::string* text = given_text(name); text && !spec.unit.empty()) {
      const std::string wrong = readers_.quantity ? readers_.quantity(*text, spec.unit, value) : "";
      if (!wrong.empty()) problems_.push_back({std::string(name), wrong});
    } else {
      value = get<double>(name, spec.integer ? "an integer" : "a number", spec.fallback);
    }
    if (!(value >= spec.min && value <= spec.max) || (spec.integer && value != std::floor(value))) {
      problems_.push_back({std::string(name), range(spec)});
      return spec.fallback;
    }
    return value;
  }
  /// One number, or several as a text with slashes between them ("4/8"); ascending. Each is as `spec` says, whose
  /// fallback alone means that none is given.
  std::vector<double> numbers(std::string_view name, const NumberSpec& spec) {
    const std::string* text = given_text(name);
    if (!text) {
      const double value = number(name, spec);
      declared_.back().type += " or list";
      return value == spec.fallback ? std::vector<double>() : std::vector<double>{value};
    }
    declared_.push_back({std::string(name), spec.integer ? "integer or list" : "number or list", spec.fallback,
                         spec.min, spec.max, std::string(spec.doc), std::string(spec.unit), spec.required});
    std::vector<double> values;
    for (std::size_t begin = 0; begin <= text->size();) {
      const std::size_t end = std::min(text->find('/', begin), text->size());
      const std::string part = text->substr(begin, end - begin);
      char* rest = nullptr;
      const double value = std::strtod(part.c_str(), &rest);
      const bool fits = !part.empty() && *rest == '\0' && value >= spec.min && value <= spec.max &&
                        (!spec.integer || value == std::floor(value)) && (values.empty() || value > values.back());
      if (!fits) {
        problems_.push_back({std::string(name), range(spec) + ", or several in ascending order, such as \"4/8\""});
        return {};
      }
      values.push_back(value);
      begin = end + 1;
    }
    return values;
  }
  bool flag(std::string_view name, bool fallback, std::string_view doc) {
    declared_.push_back({std::string(name), "flag", fallback, 0, 0, std::string(doc)});
    return get<bool>(name, "true or false", fallback);
  }
  std::string choice(std::string_view name, const ChoiceSpec& spec) {
    const std::size_t index = choice_index(name, spec);
    return std::string(index < spec.of.size() ? spec.of[index] : spec.fallback);
  }
  /// The same, as an index into `spec.of`: for an enumeration in that order.
  std::size_t choice_index(std::string_view name, const ChoiceSpec& spec) {
    std::string type;
    for (std::string_view option : spec.of) type += (type.empty() ? "" : "|") + std::string(option);
    declared_.push_back({std::string(name), type, std::string(spec.fallback), 0, 0, std::string(spec.doc)});
    const auto index_in_list = [&](std::string_view value) {
      std::size_t index = 0;
      while (index < spec.of.size() && spec.of[index] != value) ++index;
      return index;
    };
    const std::size_t index = index_in_list(get<std::string>(name, "one of " + type, std::string(spec.fallback)));
    if (index < spec.of.size()) return index;
    problems_.push_back({std::string(name), "must be one of " + type});
    return index_in_list(spec.fallback);
  }
  std::string text(std::string_view name, std::string_view fallback, std::string_view doc) {
    declared_.push_back({std::string(name), "text", std::string(fallback), 0, 0, std::string(doc)});
    return get<std::string>(name, "a text", std::string(fallback));
  }
  /// A text file, read before the run. Its content is empty if none is given; then `required` is a problem.
  struct File {
    std::string path, content;
  };
  File file(std::string_view name, bool required, std::string_view doc) {
    declared_.push_back({std::string(name), "file", std::string(), 0, 0, std::string(doc), "", required});
    File file{get<std::string>(name, "the path of a file", ""), ""};
    if (!readers_.file) return file;  // only asked what there is to declare
    if (file.path.empty()) {
      if (required) problems_.push_back({std::string(name), "must be given: the path of a file"});
    } else if (const std::string wrong = readers_.file(name, file.path, file.content); !wrong.empty()) {
      problems_.push_back({std::string(name), wrong});
    }
    return file;
  }
  /// To be called with what is wrong with a parameter that has the right type, such as the content of a file.
  void reject(std::string_view name, std::string_view what) {
    problems_.push_back({std::string(name), std::string(what)});
  }
  /// The policy is told what will arrive (SystemView::future); records of its runs say `clairvoyant`.
  void clairvoyant() { clairvoyant_ = true; }
  [[nodiscard]] bool is_clairvoyant() const { return clairvoyant_; }
  /// This run's seed for this policy: the only source of randomness a policy may use.
  [[nodiscard]] std::uint64_t seed() const {
    seeded_ = true;
    return seed_;
  }
  /// Has it been asked for?
  [[nodiscard]] bool is_seeded() const { return seeded_; }

  [[nodiscard]] const std::vector<Declared>& declared() const { return declared_; }
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
  [[nodiscard]] const Values& given() const { return given_; }

 private:
  template <class T>
  T get(std::string_view name, const std::string& wanted, T fallback) {
    const auto it = given_.find(name);
    if (it == given_.end()) return fallback;
    if (const T* value = std::get_if<T>(&it->second)) return *value;
    problems_.push_back({std::string(name), "must be " + wanted});
    return fallback;
  }
  [[nodiscard]] const std::string* given_text(std::string_view name) const {
    const auto it = given_.find(name);
    return it != given_.end() ? std::get_if<std::string>(&it->second) : nullptr;
  }
  static std::string range(const NumberSpec& spec) {
    std::string text = spec.integer ? "must be an integer" : "must be a number";
    if (spec.min > -kNever) text += " of at least " + trimmed(spec.min);
    if (spec.max < kNever) text += (spec.min > -kNever ? " and at most " : " of at most ") + trimmed(spec.max);
    return text;
  }
  static std::string trimmed(double value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }

  Values given_;
  std::uint64_t seed_;
  ParamReaders readers_;
  bool clairvoyant_ = false;
  mutable bool seeded_ = false;
  std::vector<Declared> declared_;
  std::vector<Problem> problems_;
};

}  // namespace hetsched
