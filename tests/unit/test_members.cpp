// A member that hetsched/members.hpp leaves out is noticed, whatever it is and wherever it lies.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "policy/members_check.hpp"

namespace hetsched {
namespace {

struct Flags {
  std::uint64_t number = 0;
  bool first = false;
  bool second = false;  // lies where there is room anyway
};
static_assert(sizeof(Flags) == 16);
static_assert(are_all_members<Flags>({0, 8, 9}));
static_assert(!are_all_members<Flags>({0, 8}));  // the last is missing, and no byte
static_assert(!are_all_members<Flags>({0, 9}));
static_assert(!are_all_members<Flags>({0, 8, 8}));  // one twice, one not at all
static_assert(!are_all_members<Flags>({8, 0, 9}));

struct Owners {
  std::string name = {};
  std::vector<TaskRef> tasks = {};
  Params::Value value = {};
  TaskRef task = {};  // one member, though it has two
};
static_assert(are_all_members<Owners>({0, 1, 2, 3}));
static_assert(!are_all_members<Owners>({0, 1, 2}));
static_assert(!are_all_members<Owners>({0, 1, 2, 3, 4}));

struct Stranger {
  Flags flags;
};
static_assert(kMembersNamed<IdSpan<ModelId, const Model>>);
static_assert(!kMembersNamed<IdSpan<ModelId, const Stranger>>);
static_assert(!kMembersNamed<Flags>);

}  // namespace

TEST_CASE("members come in order, under their names") {
  std::string names;
  for_each_member<Cost>([&](const char* name, Seconds Cost::*member) {
    const Cost cost{.time = 1, .energy = 2, .traffic = 3};
    names += name + std::to_string(static_cast<int>(cost.*member));
  });
  CHECK(names == "time1energy2traffic3");
  CHECK(std::string(name_of(Progress::finished)) == "finished");
  CHECK(std::string(name_of(Event::Type::tensor_arrived)) == "tensor_arrived");
}

}  // namespace hetsched
