/// \file
/// The arguments of a command: declared one by one, parsed by CLI11, explained by one screen of help. All
/// values are taken as texts; the functions below make them what they must be, with messages that name the
/// option.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace hetsched {

class Arguments {
 public:
  explicit Arguments(const Command& command);
  ~Arguments();

  enum class Need { optional, required };

  /// An argument without a name in front. What is not given stays as it is, here and below; what is given is
  /// not empty. The target must live until parse().
  void positional(const std::string& name, const std::string& doc, std::string& value, Need need);
  /// One or more of them; or none, if they are optional.
  void positionals(const std::string& name, const std::string& doc, Strings& values, Need need = Need::required);
  /// `names` as in "-o,--output".
  void option(const std::string& names, const std::string& value_name, const std::string& doc, std::string& value,
              Need need = Need::optional);
  /// May be given several times, with one value each.
  void list(const std::string& names, const std::string& value_name, const std::string& doc, Strings& values);
  void flag(const std::string& names, const std::string& doc, bool& value);

  /// Options declared from now on are left out of the help, where `about` says of which command they are.
  void of_another_command();

  /// Sets the values. False if help is asked for instead. Throws InputError.
  bool parse(Strings words);
  [[nodiscard]] std::string help() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// The help of the program as a whole.
std::string general_help();

/// A whole number from `least` to `most`, or an InputError that names the option.
std::uint64_t whole_number(std::string_view option, const std::string& value, std::uint64_t least = 0,
                           std::uint64_t most = UINT64_MAX);

/// A time in s, written as in JSON: "20 ms", or a number of seconds.
double time_value(std::string_view option, const std::string& value);
/// Likewise bytes: "2 GiB" or "2000000000".
std::uint64_t size_value(std::string_view option, const std::string& value);

/// The index of `value` in `words`, or an InputError that names the option and the words.
std::size_t one_of(std::string_view option, const std::string& value, const Strings& words);

}  // namespace hetsched
