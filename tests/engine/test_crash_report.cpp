// Whose crash is it told to be? In processes of their own, by a signal that the test program leaves alone.
#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <string>

#include "contract/isolated.hpp"
#include "engine/crash_report.hpp"

using namespace hetsched;

namespace {

/// What is told of a process that does this and then gets a SIGBUS.
template <class F>
contract::Violation crash(const F& before) {
  const auto found = contract::isolated(
      [&] {
        before();
        return std::optional<contract::Violation>();
      },
      60);
  REQUIRE(found.has_value());
  return *found;
}

void raise_bus_error() { std::raise(SIGBUS); }

}  // namespace

#ifndef __SANITIZE_ADDRESS__  // which takes the signal itself
TEST_CASE("inside of a library it is the library's, with its last message and the run") {
  const contract::Violation found = crash([] {
    name_run("platform p, seed 7");
    const InsideExecutor inside("Library 1.0");
    std::strcpy(last_message_buffer().data(), "no more models");
    raise_bus_error();
  });
  CHECK(found.kind == "crashed in the executor");
  CHECK(found.what ==
        "internal error: Library 1.0 crashed with SIGBUS: \"no more models\"; simulated was: platform p, seed 7. This "
        "is a "
        "bug of hetsched or of that library, not of your files or of the policy");
}

TEST_CASE("a message as long as its place, and a run of any name, are told as far as there is room") {
  const contract::Violation found = crash([] {
    name_run(std::string(5000, 'r'));
    const InsideExecutor inside("Library 1.0");
    std::memset(last_message_buffer().data(), 'm', last_message_buffer().size() - 1);
    raise_bus_error();
  });
  CHECK(found.kind == "crashed in the executor");
  CHECK(found.what.find(std::string(1023, 'm') + "\"; simulated was: rrr") != std::string::npos);
}

TEST_CASE("where one call goes out of another, the process is inside until the first has returned") {
  const auto nested = [](bool inside_after) {
    return [inside_after] {
      std::optional<InsideExecutor> outer;
      if (inside_after) outer.emplace("Library 1.0");
      { const InsideExecutor inner("Library 1.0"); }
      raise_bus_error();
    };
  };
  CHECK(crash(nested(true)).kind == "crashed in the executor");
  CHECK(crash(nested(false)).kind == "crashed by SIGBUS");
}

TEST_CASE("with a policy that may have damaged memory it is not said to be innocent") {
  const contract::Violation found = crash([] {
    on_other_crash([] {});
    const InsideExecutor inside("Library 1.0");
    raise_bus_error();
  });
  CHECK(found.what.find("not of your files, unless the policy has damaged its memory") != std::string::npos);
}
#endif

TEST_CASE("nobody is told of a library's message where it is not watched") { CHECK(last_message_buffer().empty()); }
