/// \file
/// What can go wrong, and whose fault it is: the input's, a policy's, or ours. The exit codes of the program
/// follow from that. Input is checked to the end, so that all its problems are told at once.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace hetsched {

/// What the program returns to the shell.
enum class ExitCode : int {
  ok = 0,
  failed_points = 1,  ///< a study ran to its end, but some of its points failed
  input = 2,
  policy = 3,
  internal = 70,
  interrupted = 130,
};

/// One thing that is wrong with the input.
struct Problem {
  std::string where;    ///< "file:line:column", "--set path=value", or empty
  std::string pointer;  ///< JSON pointer or CSV column, or empty
  std::string what;     ///< a clause about the value there: what is wrong, what is allowed
};

/// "where: pointer: what", without the parts that are empty.
std::string to_string(const Problem& problem);

/// Problems found so far, in the order in which they were found.
class Problems {
 public:
  void add(Problem problem) { found_.push_back(std::move(problem)); }
  void add(std::string where, std::string pointer, std::string what) {
    found_.push_back({std::move(where), std::move(pointer), std::move(what)});
  }
  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] std::size_t size() const { return found_.size(); }
  [[nodiscard]] const std::vector<Problem>& all() const { return found_; }
  /// Throws an InputError with all of them if there is any.
  void throw_if_any() const;

 private:
  std::vector<Problem> found_;
};

/// The input is wrong. what() has one problem per line; of very many only the first are written out.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  /// One problem that has no place in a file.
  explicit InputError(const std::string& what) : InputError(std::vector{Problem{"", "", what}}) {}
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// A policy decided something that the rules forbid, or failed itself.
class PolicyError : public std::runtime_error {
 public:
  /// `time` in seconds of simulated time; `decision` as in "start task 3 of request 17 on gpu0".
  PolicyError(std::string policy, double time, std::string decision, std::string rule);
  [[nodiscard]] const std::string& policy() const { return policy_; }
  [[nodiscard]] double time() const { return time_; }
  [[nodiscard]] const std::string& decision() const { return decision_; }
  [[nodiscard]] const std::string& rule() const { return rule_; }

 private:
  std::string policy_;
  double time_;
  std::string decision_, rule_;
};

/// This program is wrong: something that always holds does not.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws the InternalError of HETSCHED_ASSERT.
[[noreturn]] void throw_internal_error(const char* file, int line, const char* condition, const char* why);

}  // namespace hetsched

/// Throws an InternalError with file and line unless `condition` holds; in every build type.
#define HETSCHED_ASSERT(condition, why) \
  ((condition) ? void() : ::hetsched::throw_internal_error(__FILE__, __LINE__, #condition, why))
