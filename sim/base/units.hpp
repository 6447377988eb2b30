/// \file
/// Quantities with units, as in "64 GB/s". A unit's SI name ("B/s") stands for its dimension: s, Hz, B, B/s,
/// J, W, J/B, op/s, mm2, USD, 1/s.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace hetsched {

/// A value in SI, or why there is none.
struct ParsedQuantity {
  std::optional<double> value;
  std::string problem;  ///< a clause, as in `has no unit; ...`; empty if there is a value
};

/// Reads "1.2 GHz", "512 KiB", "3mJ". The unit must be there and be one of the dimension `unit`. The value is
/// the double nearest to the decimal number meant: "16 ms" is 0.016.
ParsedQuantity parse_quantity(std::string_view text, std::string_view unit);

/// What the dimension is called, with an example: `bandwidth such as "64 GB/s"`.
std::string quantity_description(std::string_view unit);

/// The units of a dimension as they are written in messages: "s, min, h, with prefixes p n u m".
std::string allowed_units(std::string_view unit);

/// Regular expression (ECMA 262) of the texts that parse_quantity takes.
std::string quantity_pattern(std::string_view unit);

/// The plain decimal number that all of `text` is, times 10^exponent, rounded once; nothing if it is none, or
/// is too large for a double.
std::optional<double> parse_decimal(std::string_view text, int exponent = 0);

/// Suffixes of CSV columns in a dimension: for "s" the exponent of "ms" is -3. Nothing if there is no such
/// suffix.
std::optional<int> csv_suffix_exponent(std::string_view unit, std::string_view suffix);

/// The suffixes there are: {"s", "ms", "us", "ns"} for "s"; empty for most dimensions.
Strings csv_suffixes(std::string_view unit);

}  // namespace hetsched
