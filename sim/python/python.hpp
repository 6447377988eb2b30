/// \file
/// Policies in Python: a file with a class `Policy`. What the class may do is in policies/python/README.md;
/// what runs it stays behind this header.
#pragma once

#include "policy/script.hpp"

namespace hetsched {

/// The language. In a program built without Python its load() throws an InputError that names the packages to
/// install.
ScriptLanguage python();

}  // namespace hetsched
