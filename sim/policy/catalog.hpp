/// \file
/// The policies there are, and how one is made from what an experiment says about it. Which ones there are is
/// the caller's business: this folder knows the list's form only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "hetsched/policy.hpp"
#include "model/scenario.hpp"
#include "policy/plugin.hpp"
#include "policy/script.hpp"

namespace hetsched {

class Catalog {
 public:
  /// Takes a copy of the entries, whose texts must outlive the catalog. Throws an InternalError if a name is
  /// empty or there twice, or if there is nothing to make a policy with.
  explicit Catalog(std::span<const PolicyEntry> entries, std::span<const DecoratorEntry> decorators = {});
  /// These and the policies of plugins. One whose name is taken is a problem of its plugin, and left out.
  Catalog(std::span<const PolicyEntry> entries, std::span<const DecoratorEntry> decorators, std::vector<Plugin> plugins,
          Problems& problems);

  /// Takes policies in that language, too: they are named by the paths of their files, and not in list().
  void add(const ScriptLanguage& language) { language_ = language; }

  /// From now on make() runs no foreign code. A policy that may come from a plugin which has not been loaded, or is a
  /// script, is taken on trust: see is_on_trust().
  void leave_foreign_code() { code_ = ForeignCode::rests; }
  /// From now on make() makes policies that are found out if they change what they are shown (ReadOnlyPolicy).
  void watch_views() { watches_views_ = true; }

  /// All policies, by name.
  [[nodiscard]] std::span<const PolicyEntry> list() const { return entries_; }
  [[nodiscard]] Strings names() const;
  /// All decorators, by name.
  [[nodiscard]] std::span<const DecoratorEntry> decorators() const { return decorators_; }
  /// The decorator of that name; null if there is none.
  [[nodiscard]] const DecoratorEntry* find_decorator(std::string_view name) const;
  /// The plugins that some of them come from, in the order in which they were loaded.
  [[nodiscard]] std::span<const Plugin> plugins() const { return plugins_; }
  /// The plugin that a policy comes from; null if from none.
  [[nodiscard]] const Plugin* plugin_of(const PolicyEntry& entry) const;

  /// The policy of that name; null if there is none.
  [[nodiscard]] const PolicyEntry* find(std::string_view name) const;
  /// As find(); throws an InputError that names the nearest and all there are.
  [[nodiscard]] const PolicyEntry& get(std::string_view name) const;
  /// What is to be said of a name that find() does not know, as a clause: `"heff" is no policy; did you mean
  /// ...`.
  [[nodiscard]] std::string unknown(std::string_view name) const;

  /// Is this the name of a policy that is a file?
  [[nodiscard]] bool is_script(std::string_view name) const;
  /// Its file, as a path to open.
  [[nodiscard]] std::filesystem::path script(const PolicyChoice& choice) const;
  /// What it says of itself: one line, or nothing. Throws an InputError if it cannot be read or is no policy.
  [[nodiscard]] std::string script_summary(const PolicyChoice& choice) const;

  /// The parameters that a policy (or decorator) reads, in the order in which it does. Throws an InputError for an
  /// unknown name, and a PolicyError if it cannot be made.
  [[nodiscard]] std::vector<Params::Declared> declared(std::string_view name) const;
  /// The same of the policy of a choice, which may be a file.
  [[nodiscard]] std::vector<Params::Declared> declared(const PolicyChoice& choice) const;

  /// Makes the policy of a run, with its decorators. Everything wrong with the choice (unknown name, unknown parameter,
  /// wrong type, out of range) is added to `problems`, with the positions of the parameters; then there is none. `at`,
  /// if given, is the choice as it was written, for problems with names. `seeded` becomes whether it, or a decorator,
  /// has asked for the seed.
  [[nodiscard]] std::unique_ptr<Policy> make(const PolicyChoice& choice, std::uint64_t run_seed, Problems& problems,
                                             const Node* at = nullptr, bool* seeded = nullptr) const;

  /// Does code decide that is not this program's own: a plugin, or a script? A name that find() does not know is no
  /// code.
  [[nodiscard]] bool is_foreign(const PolicyChoice& choice) const;
  /// Is the policy of a choice not looked at any closer, because foreign code rests? Then make() checks that a script
  /// is there, the types of parameters and all of the decorators, and what it makes is not the policy.
  [[nodiscard]] bool is_on_trust(const PolicyChoice& choice) const;
  /// Does what make() would do before it comes to foreign code, so that processes forked from this one need not.
  void prepare(const PolicyChoice& choice) const;

  /// Is the policy, or a decorator around it, told of the future (Params::clairvoyant)? For a choice that has been
  /// checked.
  [[nodiscard]] bool is_clairvoyant(const PolicyChoice& choice) const;

  /// The choice, with all parameters and the values they have under it, which has been checked: for manifests.
  [[nodiscard]] Json effective(const PolicyChoice& choice) const;

 private:
  using Maker = std::function<std::unique_ptr<Policy>(Params&)>;

  void sort();
  /// What makes the policy of a choice. Throws an InputError if there is none.
  [[nodiscard]] Maker maker(const PolicyChoice& choice) const;
  /// The file of a choice that is a script. Throws an InputError if there is none.
  [[nodiscard]] std::filesystem::path existing_script(const PolicyChoice& choice) const;

  std::vector<PolicyEntry> entries_;        // by name
  std::vector<DecoratorEntry> decorators_;  // by name
  std::vector<Plugin> plugins_;
  std::optional<ScriptLanguage> language_;
  ForeignCode code_ = ForeignCode::runs;
  bool watches_views_ = false;
};

/// The seed that a policy sees in a run: the same for the same policy and run seed, unrelated to all other
/// random numbers of the run.
std::uint64_t policy_seed(std::uint64_t run_seed, std::string_view policy);

}  // namespace hetsched
