/// \file
/// What a path into an experiment, such as workload.streams.camera.arrival.rate, leads to.
#pragma once

#include <string>

#include "base/field_table.hpp"
#include "base/json_document.hpp"
#include "base/text.hpp"
#include "study/setting.hpp"

namespace hetsched {

/// Can the value at the path differ between points?
bool can_vary(const SettingPath& path);

/// Adds that the path cannot, at the key of `node`, and what can.
void report_no_factor(const SettingPath& path, const Node& node, Problems& problems);

/// What is said about the field of a platform, a workload or the experiment itself that the path leads to; null if it
/// leads to none of them.
const About* about_path(const SettingPath& path);

/// The value as a number, if it is a text with a unit ("10 Hz") and the path leads to a field of such a quantity; else
/// as it is.
Json in_si(const SettingPath& path, const Json& value);

/// A level as it is written in results: texts without quotes, numbers at their shortest, else JSON.
std::string level_text(const Json& value);

/// The same for levels of the path that mean the same, as "10 Hz", 10 and 10.0 may; different for others.
std::string level_meaning(const SettingPath& path, const Json& value);

/// How many of the parts from `first` on are the name of an element of the list, which may have dots in it; 0: none is.
std::size_t name_length(const Json& list, const Strings& parts, std::size_t first);

/// The JSON pointer, for Document::set, of the parts of a path from `first` on, starting at `root`. Keys and names that
/// contain dots are recognised.
std::string pointer_of(const Json& root, const Strings& parts, std::size_t first);

/// The same, where the part * means every element of a list; at least one.
Strings pointers_of(const Json& root, const Strings& parts, std::size_t first);

}  // namespace hetsched
