/// \file
/// Policies in a shared library of their own. A plugin is one or more source files that include this header (and
/// nothing else of ours) and say once, outside all namespaces, which policies they have:
///
///     HETSCHED_PLUGIN(hetsched::policy<MyPolicy>("my_policy", "what it does", "where it is from"))
///
/// `hetsched --plugin FILE` loads it. The types of policy.hpp pass the border between program and plugin as they are,
/// so both must have been compiled from the same policy.hpp, with compilers that lay out memory alike: the program
/// checks that before it looks at a policy, and refuses the plugin otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hetsched/members.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {

// What follows has internal linkage on purpose: the dynamic linker may merge inline variables of all libraries that a
// process loads, and each plugin has to tell of itself.

/// Counts changes of policy.hpp after which old plugins would misbehave although the layout is the same: another
/// meaning of a field, another order of virtual functions.
constexpr std::uint32_t kPluginApi = 2;

/// The compiler's conventions that plugin and program must share: name mangling and calls, standard library, machine.
constexpr const char* kPluginAbi =
#if defined(__GXX_ABI_VERSION)
    "itanium"
#else
    "unknown"
#endif
#if defined(_LIBCPP_VERSION)
    " libc++"
#elif defined(__GLIBCXX__)
#if _GLIBCXX_USE_CXX11_ABI
    " libstdc++"
#else
    " libstdc++-old-strings"
#endif
#ifdef _GLIBCXX_DEBUG
    "-debug"
#endif
#endif
#if defined(__x86_64__)
    " x86_64";
#elif defined(__aarch64__)
    " aarch64";
#elif defined(__riscv)
    " riscv";
#elif defined(__powerpc64__)
    " powerpc64";
#else
    " other";
#endif

/// One fact of how policy.hpp lies in memory: the size of a type, the offset of a member, or the number of a case.
struct LayoutFact {
  const char* what;
  std::uint64_t value;
};

// offsetof is supported, if conditionally, for all these types by the compilers that are.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif
// clang-format off
#define HETSCHED_SIZE(type) {"the size of " #type, sizeof(type)},
#define HETSCHED_OFFSET(type, member) {"the offset of " #type "::" #member, offsetof(type, member)},
#define HETSCHED_NUMBER(type, name) {"the number of " #type "::" #name, static_cast<std::uint64_t>(type::name)},
#define HETSCHED_LAYOUT(type, ...) HETSCHED_SIZE(type) HETSCHED_EACH(HETSCHED_OFFSET, type, __VA_ARGS__)
#define HETSCHED_NUMBERS(type, ...) HETSCHED_EACH(HETSCHED_NUMBER, type, __VA_ARGS__)

/// All facts: of what members.hpp names, then of what has no members to be named.
constexpr LayoutFact kPluginLayout[] = {
  HETSCHED_STRUCTS(HETSCHED_LAYOUT)
  HETSCHED_ENUMS(HETSCHED_NUMBERS)
  {"the number of cases of Decision", std::variant_size_v<Decision>},
  HETSCHED_SIZE(Decision)
  HETSCHED_SIZE(Decisions)
  HETSCHED_SIZE(Params)
  HETSCHED_SIZE(Params::Value)
  HETSCHED_SIZE(Params::Values)
  HETSCHED_SIZE(Policy)
};
// clang-format on

#undef HETSCHED_SIZE
#undef HETSCHED_OFFSET
#undef HETSCHED_NUMBER
#undef HETSCHED_LAYOUT
#undef HETSCHED_NUMBERS
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/// What a plugin tells of itself. The members up to `layout` never change, whatever kPluginApi: they are read before
/// anything is known of the plugin. The others are read only if these are those of the program.
struct PluginTable {
  std::uint32_t api;
  std::uint32_t facts;  ///< number of
  const char* abi;
  const LayoutFact* layout;
  std::uint64_t policy_count;
  const PolicyEntry* policies;
};

static inline PluginTable plugin_table(std::span<const PolicyEntry> policies) {
  return {kPluginApi,      static_cast<std::uint32_t>(std::size(kPluginLayout)),
          kPluginAbi,      kPluginLayout,
          policies.size(), policies.data()};
}

}  // namespace hetsched

/// The entry point of a plugin; its arguments are PolicyEntry values, separated by commas.
#define HETSCHED_PLUGIN(...)                                                                         \
  extern "C" __attribute__((visibility("default"))) const hetsched::PluginTable* hetsched_plugin() { \
    static const hetsched::PolicyEntry policies[] = {__VA_ARGS__};                                   \
    static const hetsched::PluginTable table = hetsched::plugin_table(policies);                     \
    return &table;                                                                                   \
  }
