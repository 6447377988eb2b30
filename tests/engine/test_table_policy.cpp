// Does the policy `table` run each task where the user's file says, and tell which line is wrong?
#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "builtin.hpp"
#include "support/simulation.hpp"

using namespace hetsched;
using namespace hetsched::testing;

namespace {

/// The policy with a file of this content; problems of its parameters.
std::unique_ptr<Policy> with_table(const std::string& content, std::vector<Params::Problem>* problems = nullptr) {
  Params params({{"file", std::string("map.csv")}}, 1,
                {.file = [&](std::string_view, const std::string& path, std::string& text) -> std::string {
                  CHECK(path == "map.csv");
                  text = content;
                  return "";
                }});
  for (const PolicyEntry& entry : builtin_policies()) {
    if (entry.name != "table") continue;
    std::unique_ptr<Policy> policy = entry.make(params);
    if (problems != nullptr) *problems = params.problems();
    if (problems == nullptr) CHECK(params.problems().empty());
    return policy;
  }
  return nullptr;
}

std::string wrong(const std::string& content) {
  std::vector<Params::Problem> problems;
  with_table(content, &problems);
  return problems.size() == 1 ? problems[0].name + ": " + problems[0].what : "";
}

Log run(const std::string& content) {
  return simulate_log(load_scenario("platforms/heft_2002.json", "workloads/heft_2002.json"), *with_table(content));
}

std::string wrong_names(const std::string& content) {
  try {
    run(content);
  } catch (const PolicyError& e) {
    return e.what();
  }
  return "";
}

const std::string kHeader = "model,task,accelerator\n";
const std::string kHeft =
    "heft_2002,t1,p3\nheft_2002,t2,p1\nheft_2002,t3,p3\nheft_2002,t4,p2\nheft_2002,t5,p3\n"
    "heft_2002,t6,p2\nheft_2002,t7,p3\nheft_2002,t8,p1\nheft_2002,t9,p2\nheft_2002,t10,p2\n";

}  // namespace

TEST_CASE("HEFT's published mapping gives HEFT's makespan: 80") {
  const Log log = run("# a comment\n\n" + kHeader + kHeft);
  CHECK(*log.requests.at(0).finish == doctest::Approx(80).epsilon(1e-9));
  CHECK(log.task("t8").accelerator == "p1");
}

TEST_CASE("a kind may be named instead, and what is not named goes where it finishes first") {
  const Log log = run(kHeader + "heft_2002 , t1 , P2\r\nheft_2002,t10,P1");
  CHECK(log.task("t1").accelerator == "p2");
  CHECK(log.task("t10").accelerator == "p1");
  CHECK(*run("# nothing\n" + kHeader).requests.at(0).finish == doctest::Approx(88).epsilon(1e-9));  // mct's
}

TEST_CASE("what is wrong with the text is told by line") {
  CHECK(wrong("model,layer,accelerator\n") == "file: map.csv:1: the columns must be model,task,accelerator");
  CHECK(wrong("") == "file: map.csv: has no columns; they must be model,task,accelerator");
  CHECK(wrong(kHeader + "heft_2002,t1\n") == "file: map.csv:2: has 2 cells instead of 3");
  CHECK(wrong(kHeader + "\nheft_2002,t1,p1\nheft_2002,,p1\n") == "file: map.csv:4: has an empty cell");
  CHECK(wrong(kHeader + "heft_2002,t1,p1\nheft_2002,t1,p2\n") ==
        "file: map.csv:3: task \"t1\" of \"heft_2002\" is in line 2 already");
}

TEST_CASE("names that nothing has are told by line when the run begins") {
  const auto tells = [](const std::string& line, const std::string& what) {
    const std::string message = wrong_names(kHeader + line);
    INFO(message);
    CHECK(message.find("map.csv:2: " + what) != std::string::npos);
  };
  tells("heft_2002,t1,p4", "no accelerator and no kind of the platform is named \"p4\"");
  tells("heft_2003,t1,p1", "no model of the workload is named \"heft_2003\"");
  tells("heft_2002,t11,p1", "model \"heft_2002\" has no task \"t11\"");
}
