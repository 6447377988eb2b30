#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "study/cluster/program.hpp"
#include "study/cluster/quoting.hpp"

using hetsched::Strings;

namespace {

const Strings kHardWords = {"plain", "",     "two words", "it's", "\"a\"",           "$HOME",
                            "`id`",  "a\\b", "*",         "{}",   "{1} {#} {= x =}", "#x",
                            "a;b",   "~",    "-x=y",      "!",    "tab\there",       "\xc3\xa4"};

/// Each word, as a shell got it, and a line end.
std::string lines(const Strings& words) { return hetsched::join(words, "\n") + "\n"; }

std::string said_by(const Strings& words) {
  const hetsched::ProgramEnd end = hetsched::run_program(words, "/tmp");
  CHECK(end.errors.empty());
  CHECK(end.status == 0);
  return end.output;
}

Strings print_words(const Strings& words) {
  Strings all = {"printf", "%s\\n"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

}  // namespace

TEST_CASE("a shell reads every word back as it was") {
  Strings words = kHardWords;
  words.emplace_back("two\nlines");
  CHECK(said_by({"sh", "-c", hetsched::shell_words(print_words(words))}) == lines(words));
  CHECK(hetsched::shell_word("/a/b-c_d.e,f:g@h+i=1") == "/a/b-c_d.e,f:g@h+i=1");
  CHECK(hetsched::shell_word("it's") == "'it'\\''s'");
}

TEST_CASE("what GNU parallel replaces is none of the words") {
  for (const std::string word : {"{}", "{.}", "{1}", "{#}", "{%}", "a{}b{}", "{{}}", "{= $_ =}"}) {
    const std::string text = hetsched::parallel_words({"echo", word});
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1))
      CHECK(text.substr(at, 3) == "{''");
    CHECK(said_by({"sh", "-c", text}) == word + std::string("\n"));
  }
}

TEST_CASE("make, Python and Snakemake likewise") {
  CHECK(hetsched::make_words({"echo", "$HOME #x"}) == "echo '$$HOME #x'");
  CHECK_THROWS_AS(hetsched::make_words({"echo", "two\nlines"}), hetsched::InputError);
  CHECK(hetsched::python_text("a\"b\\c\nd") == "\"a\\\"b\\\\c\\x0ad\"");
  CHECK(hetsched::snakemake_text("{x} {") == "{{x}} {{");
}

TEST_CASE("of another program one learns what it wrote and how it ended") {
  const hetsched::ProgramEnd end = hetsched::run_program({"sh", "-c", "pwd; echo no >&2; exit 3"}, "/");
  CHECK(end.output == "/\n");
  CHECK(end.errors == "no\n");
  CHECK(end.status == 3);
  CHECK_FALSE(end.absent);
  CHECK(hetsched::run_program({"no-such-program-anywhere"}, "").absent);
  CHECK(hetsched::run_program({"sh", "-c", "kill -9 $$"}, "").status == 137);
  const std::string much(200'000, 'x');
  CHECK(hetsched::run_program({"sh", "-c", "head -c 200000 /dev/zero | tr '\\0' x | tee /dev/stderr"}, "").errors ==
        much);
}
