#!/usr/bin/env bash
# The plugin kit from outside: installed, a policy begun, built with installed files only, run and tested; and every
# plugin that does not fit, or misbehaves, is refused with its reason.
source "$SOURCE_DIR/tests/support/cli.sh"

prefix=$room/prefix
cmake --install "$BUILD_DIR" --prefix "$prefix" >"$room/install.log" || fail "installing"
HETSCHED=$prefix/bin/hetsched
cd "$room"
write_inputs
one_run=(run --platform in/two.json --workload in/load.json -o out_run)

# ---- a policy of one's own
call 0 policy new least_slack
out "least_slack.cpp" "CMakeLists.txt" "README.md" "test/"
call 2 policy new least_slack
err_is "least_slack is there already; nothing is overwritten: move it away, or give another folder with -o"
call 2 policy new Least-Slack
err_is 'NAME must be a lower-case letter, then such letters, digits and underscores; found "Least-Slack"'
call 2 policy new drop
err_is '"drop" is a name that hetsched'"'"'s headers or CMake use themselves; give it another, such as "my_drop"'
call 2 policy new kind_id  # the class would be KindId
err '"kind_id" is a name that hetsched'"'"'s headers or CMake use themselves'
call 2 policy new edf
err_is '"edf" is the name of a policy already; see hetsched policies edf'
(
  cd least_slack
  cmake -B build -DCMAKE_PREFIX_PATH="$prefix" && cmake --build build && ctest --test-dir build --output-on-failure
) >"$room/build.log" 2>&1 || { cat "$room/build.log" >&2; fail "the new policy does not build or pass its tests"; }
grep -q "100% tests passed, 0 tests failed out of 2" build.log || fail "the new policy has not two tests"
sed 's/2,head,gpu,5/2,head,gpu,6/' -i least_slack/test/expected.csv
(cd least_slack && ctest --test-dir build -R example) >/dev/null 2>&1 && fail "its example does not look at the schedule"
plugin=$room/least_slack/build/least_slack.so

call 0 policies --plugin "$plugin"
out "  least_slack  " "  edf  "
call 0 policies least_slack --plugin "$plugin"
out "plugin: $plugin" "patience"
call 0 "${one_run[@]}" --policy least_slack:patience=2 --plugin "$plugin"
hash=$(sha256sum "$plugin" | cut -d' ' -f1)
contains out_run/run.json "\"path\": \"$plugin\"" "\"sha256\": \"$hash\"" '"patience": 2'
call 2 "${one_run[@]}" --policy least_slack
err '"least_slack" is no policy'

# ---- where plugins are looked for
cp "$plugin" in/least_slack.so
sed 's/"grid"/"plugins": ["least_slack.so"], "grid"/; s/"mct"\]/"least_slack"]/' in/experiment.json >in/own.json
call 0 check in/own.json
call 0 sweep in/own.json -o out_sweep -q
[[ $(grep -c least_slack out_sweep/points.csv) == 2 ]] || fail "the sweep did not run the plugin's policy"
contains out_sweep/study.json "\"sha256\": \"$hash\""
call 0 run in/experiment.json --policy least_slack --plugin least_slack --seed 1 -o out_run
call 2 policies least_slack --plugin least_slack.so
err_is '--plugin: plugin "least_slack.so": there is no such file; looked in .'
HETSCHED_PLUGIN_PATH=/nowhere:$room/in call 0 policies least_slack --plugin least_slack
call 2 run in/own.json --set 'plugins=["x.so"]'
err "plugins are not set but added, with --plugin FILE"
rm in/least_slack.so
call 2 check in/own.json
err 'in/own.json:2:' '/plugins/0: plugin "least_slack.so": there is no such file'

# ---- what is no plugin for this program
mkdir folder
call 2 policies --plugin folder
err_is "--plugin: plugin $room/folder is a directory; give the file of a shared library"
echo "not a library" >text.so
call 2 policies --plugin text.so
err_is "--plugin: plugin $room/text.so is no shared library"
build() { # build NAME SOURCE [INCLUDE]: a plugin without CMake
  "${CXX:-c++}" -std=c++20 -O1 -fPIC -shared -fvisibility=hidden -I"${3:-$prefix/include}" "$2" -o "$1.so"
}
echo "int nothing;" >nothing.cpp
build nothing nothing.cpp
call 2 policies --plugin nothing.so
err_is "--plugin: plugin $room/nothing.so is no plugin of hetsched: it has no entry point hetsched_plugin; see HETSCHED_PLUGIN in hetsched/plugin.hpp"
head -c 8192 "$plugin" >short.so
call 2 policies --plugin short.so
err "plugin $room/short.so is cut short"
cp -r "$prefix/include" next_api
sed -i 's/kPluginApi = 2;/kPluginApi = 3;/' next_api/hetsched/plugin.hpp
build next_api least_slack/least_slack.cpp next_api
call 2 policies --plugin next_api.so
err_is "--plugin: plugin $room/next_api.so was built for plugin API 3; this program has API 2; build it again with this program's headers"
cp -r "$prefix/include" moved
sed -i 's/^  Joules energy = 0; .*/  Seconds setup = 0;\n&/' moved/hetsched/view.hpp
build moved least_slack/least_slack.cpp moved
call 2 policies --plugin moved.so
err_is "--plugin: plugin $room/moved.so was built with another hetsched/policy.hpp: the size of Cost is 32 there and 24 in this program; build it again with this program's headers"
cp "$plugin" copy.so
call 2 policies --plugin "$plugin" --plugin copy.so
err_is "plugin $room/copy.so: its policy \"least_slack\" has the name of one of plugin $plugin; give it another"
call 0 policies --plugin "$plugin" --plugin "$plugin"
sed 's/policy<LeastSlack>("least_slack"/policy<LeastSlack>("edf"/' least_slack/least_slack.cpp >edf.cpp
build edf edf.cpp
call 2 policies --plugin edf.so
err_is "plugin $room/edf.so: its policy \"edf\" has the name of a built-in policy; give it another"
# The layout is told of each plugin itself, also of the second.
call 2 policies --plugin "$plugin" --plugin moved.so
err "moved.so was built with another hetsched/policy.hpp: the size of Cost is 32"

# ---- who only checks runs nobody's code, unless told to
cat >loud.cpp <<'CPP'
#include <cstdio>
#include "hetsched/plugin.hpp"
namespace {
__attribute__((constructor)) void loud() { std::fclose(std::fopen("loud_ran", "w")); }
class Loud final : public hetsched::Policy {
 public:
  explicit Loud(hetsched::Params&) {}
  void decide(const hetsched::SystemView&, hetsched::Decisions&) override {}
};
}
HETSCHED_PLUGIN(hetsched::policy<Loud>("loud", "is heard", "own"))
CPP
build loud loud.cpp
sed 's/"grid"/"plugins": ["..\/loud.so"], "grid"/; s/"mct"\]/"loud"]/' in/experiment.json >in/loud.json
not_tried="hetsched: policies of loud.so: not tried; --code runs them"
for only in "check in/loud.json" "sweep in/loud.json --dry-run" "run in/loud.json --point 3 --dry-run" \
  "run --platform in/two.json --workload in/load.json --policy loud --plugin loud --dry-run"; do
  call 0 $only
  [[ ! -e loud_ran ]] || fail "$last: ran the plugin"
  [[ $(<"$room/err") == "$not_tried" ]] || fail "$last: did not say so"
  call 0 $only --code
  [[ -e loud_ran ]] || fail "$last: did not run the plugin"
  silent err
  rm loud_ran
done
# What can be checked without is.
sed 's/"loud"\]/{"name": "loud", "parameters": {"a": [1]}, "decorators": ["dropp"]}]/' in/loud.json >in/wrong.json
call 2 check in/wrong.json
err '/a: must be a number, true or false, or a text; found' '"dropp" is no decorator; did you mean "drop"?'
sed 's/"edf", "loud"/"edf", "drop"/' in/loud.json >in/wrong.json
call 2 check in/wrong.json
err '"drop" is a decorator, which goes around a policy'
sed 's/loud.so/text.so/' in/loud.json >in/wrong.json
call 2 check in/wrong.json
err "text.so is no shared library"
[[ ! -e loud_ran ]] || fail "ran the plugin"

# ---- policies that misbehave
cat >naughty.cpp <<'CPP'
#include <stdexcept>
#include <ctime>
#include "hetsched/plugin.hpp"
namespace {
using namespace hetsched;
int calls = 0;
class Naughty final : public Policy {
 public:
  explicit Naughty(Params& p)
      : mode_(p.choice("mode", {.fallback = "good", .of = {"good", "unmade", "throws", "illegal", "idle", "slow", "hangs",
                                                          "crashes", "recurses", "exits", "forgetful", "clock", "meddles"}, .doc = "what it does"})) {
    if (mode_ == "unmade") throw std::runtime_error("no tables");
  }
  void decide(const SystemView& view, Decisions& out) override {
    if (mode_ == "meddles" && view.now > 0)
      for (const Accelerator& a : view.accelerators) const_cast<Accelerator&>(a).free_at += 1;
    if (mode_ == "throws") throw std::runtime_error("out of ideas");
    if (mode_ == "idle") return;
    if (mode_ == "slow" && !view.ready.empty()) wait(0.03);
    if (mode_ == "hangs") wait(1e9);
    if (mode_ == "crashes" && !view.ready.empty()) *static_cast<volatile int*>(nullptr) = 1;
    if (mode_ == "recurses" && !view.ready.empty()) decide(view, out), ++depth_;
    if (mode_ == "exits") std::exit(7);
    if (mode_ == "illegal" && !view.ready.empty())
      for (const AcceleratorId a : view.accelerators.ids())
        if (view.can_start(view.ready.front(), a)) out.start(view.ready.front(), a), out.start(view.ready.front(), a);
    if (mode_ == "clock" && view.now < 1) return out.wake_at(1);
    if (mode_ == "forgetful" && ++calls % 7 == 0 && view.now > 0) return out.wake_at(view.now + 0.25);
    if (view.ready.empty()) return;
    for (const AcceleratorId a : view.accelerators.ids())
      if (view.can_start(view.ready.front(), a)) return again(view, out, a);
  }
 private:
  static void again(const SystemView& view, Decisions& out, AcceleratorId a) {
    out.start(view.ready.front(), a);
    if (view.ready.size() > 1) out.wake_at(view.now);
  }
  static void wait(double seconds) {
    const std::clock_t begin = std::clock();
    while (static_cast<double>(std::clock() - begin) < seconds * CLOCKS_PER_SEC) {}
  }
  std::string mode_;
  std::uint64_t depth_ = 0;
};
}
HETSCHED_PLUGIN(policy<Naughty>("naughty", "misbehaves", "own"))
CPP
build naughty naughty.cpp
bad() { # bad MODE OPTION...: a run under it fails as a policy
  local mode=$1
  shift
  call 3 "${one_run[@]}" --plugin naughty.so --policy "naughty:mode=$mode" "$@"
}
call 0 "${one_run[@]}" --plugin naughty.so --policy naughty
bad unmade
err_is "policy naughty at 0 s: being made from its parameters: it failed: no tables"
bad throws
err_is "policy naughty at 0 s: decide(): it threw: out of ideas"
bad illegal
err "policy naughty at " ": start(task " "the task runs already"
bad idle
err "decided nothing: deadlock: nothing runs, nothing will arrive or wake the policy, but tasks are ready: "
bad slow --decision-limit "10 ms"
err "decide(): it took longer than the limit of 0.01 s"
bad hangs --decision-limit "10 ms"
err_is "policy naughty at 0 s: decide(): it took longer than the limit of 0.01 s"
sed 's/"grid"/"decision_limit": "10 ms", "grid"/; s/"mct"\]/"naughty", {"name": "naughty", "parameters": {"mode": "hangs"}}]/' \
  in/experiment.json >in/hangs.json
call 1 sweep in/hangs.json --plugin naughty.so -o out_hangs -q
err "failed: policy naughty(mode=hangs), seed 1: policy naughty at 0 s: decide(): it took longer than the limit of 0.01 s"
# In one process with others a crash and an exit cost their own points only, with the message of a process of their own.
sed 's/"grid"/"executor": "fluid", "grid"/; s/"replicates": 2/"replicates": 40/
  s/"mct"\]/{"name": "naughty", "parameters": {"mode": "crashes"}}, {"name": "naughty", "parameters": {"mode": "exits"}}, "naughty", "mct"]/' \
  in/experiment.json >in/shared.json
for trust in "" --trust-plugins; do
  call 1 sweep in/shared.json --plugin naughty.so -o "out_shared$trust" -q -j 2 $trust
  (($(grep -c ',failed,' "out_shared$trust/points.csv") == 80)) || fail "$last: not the points of the bad policy failed, and no others"
done
cmp out_shared/points.csv out_shared--trust-plugins/points.csv || fail "a shared process shows in points.csv"
cmp out_shared/streams.csv out_shared--trust-plugins/streams.csv || fail "a shared process shows in streams.csv"
grep -qE ',failed,(the run was ended by signal SIGSEGV|the run ended with exit code 1 and no result),' out_shared/points.csv || fail "a crash was not told"
bad exits
err_is "policy naughty: it ended the program"
for mode in crashes recurses; do
  if ("$HETSCHED" "${one_run[@]}" --plugin naughty.so --policy naughty:mode=$mode) >/dev/null 2>"$room/err"; then
    fail "a crash went unnoticed"
  fi
  grep -qE "policy naughty: it crashed|AddressSanitizer" "$room/err" || fail "$mode: a crash was not told"
done
call 0 "${one_run[@]}" --plugin naughty.so --policy naughty:mode=slow --decision-limit "20 s"
contains out_run/run.json '"decision_limit": 20'
# What a policy is only shown it may not change; that is looked for where it is asked for.
bad meddles --paranoid
err "policy naughty at " "decide(): it changed the view, which is read only: accelerators"
call 3 "${one_run[@]}" --paranoid --executor fluid --plugin naughty.so --policy naughty:mode=meddles+drop
err "policy naughty+drop at " "it changed the view, which is read only: accelerators"
call 0 "${one_run[@]}" --plugin naughty.so --policy naughty+drop --paranoid
sed 's/"grid"/"executor": "fluid", "grid"/; s/"mct"\]/"naughty", {"name": "naughty", "parameters": {"mode": "meddles"}}]/' \
  in/experiment.json >in/meddles.json
call 1 sweep in/meddles.json --plugin naughty.so -o out_meddles -q --paranoid
(($(grep -c 'failed.*it changed the view' out_meddles/points.csv) == 2)) || fail "$last: not the points of the policy that meddles failed"
call 2 "${one_run[@]}" --policy edf --decision-limit soon
err '--decision-limit must be a time such as "20 ms"'

# ---- policy test: finds it, and writes the smallest case, which shows it in a run
call 0 policy test edf --scenarios 5
out "contract: kept" "everything takes exactly twice as long"
found() { # found MODE OPTION...: a test finds a violation; its case has one stream
  local mode=$1
  shift
  rm -rf "case_$mode"
  call 3 policy test "naughty:mode=$mode" --plugin naughty.so -o "case_$mode" "$@"
  out "violated in the scenario of seed " "to see it: hetsched run case_$mode --plugin naughty.so"
}
for mode in throws illegal idle; do
  found "$mode"
  out ", 1 stream"
  call 3 run "case_$mode" --plugin naughty.so -o out_case
done
found idle
out "deadlock"
found meddles
out "it changed the view, which is read only: accelerators"
found slow --decision-limit "10 ms"
out "1 accelerator, 1 stream" "it took longer than the limit of 0.01 s"
found crashes
out "1 accelerator"
# A sanitizer takes the signal itself, and ends the program with 1.
grep -qE "the policy (crashed: SIGSEGV|ended the program with exit code 1$)" "$room/out" || fail "policy test did not tell a crash"
found exits
out "the policy ended the program with exit code 7"
found forgetful
out "two runs of the same scenario differ"
call 3 policy test naughty:mode=unmade --plugin naughty.so
err "it failed: no tables"
call 3 policy test naughty:mode=clock --plugin naughty.so --scenarios 20
out "contract: kept" "with all times doubled not everything takes twice as long: "
call 0 policy test naughty:mode=clock --plugin naughty.so --scenarios 20 --absolute-times
call 2 policy test naughty:mood=good --plugin naughty.so
err "is no parameter of policy naughty"
call 2 policy test nobody
err '"nobody" is no policy'
mkdir taken && touch taken/file
call 2 policy test naughty:mode=throws --plugin naughty.so -o taken
err "taken is not empty; give another folder with -o"
