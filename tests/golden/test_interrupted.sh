#!/usr/bin/env bash
# hetsched run is interrupted, or killed anywhere: it ends as it should, leaves nothing half-done under any name, and
# the results that were there are there.
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
cd "$room"

cat >stubborn.cpp <<'CPP'
#include <cstdio>
#include <cstdlib>
#include <string>
#include "hetsched/plugin.hpp"
namespace {
using namespace hetsched;
class Stubborn final : public Policy {
 public:
  explicit Stubborn(Params& p) : mode_(p.choice("mode", {.fallback = "hangs", .of = {"hangs", "crashes", "exits"}, .doc = "what it does"})) {}
  void decide(const SystemView&, Decisions&) override {
    if (mode_ == "crashes") __builtin_trap();
    if (mode_ == "exits") std::exit(0);
    if (std::FILE* told = std::fopen("deciding", "w")) std::fclose(told);
    for (;;) {
    }
  }
 private:
  std::string mode_;
};
}
HETSCHED_PLUGIN(policy<Stubborn>("stubborn", "never comes back", "own"))
CPP
"${CXX:-c++}" -std=c++20 -O1 -fPIC -shared -I"$SOURCE_DIR/policies/include" stubborn.cpp -o stubborn.so
one_run=(run --platform in/two.json --workload in/load.json -o results/out)
call 0 "${one_run[@]}" --policy mct
cp -r results/out before
unharmed() {
  diff -r before results/out >&2 || fail "$1: the results that were there have changed"
  [[ $(ls -A results) == out ]] || { ls -A results >&2; fail "$1: left something behind"; }
}

# ---- in a call that never returns, by each signal, once and twice
for executor in simgrid fluid; do
  for signals in INT TERM HUP "INT INT" "TERM INT"; do
    rm -f deciding
    # Jobs of scripts ignore SIGINT, and all under nohup SIGHUP; env gives them back.
    env --default-signal=INT,TERM,HUP "$HETSCHED" "${one_run[@]}" --policy stubborn --plugin stubborn.so --executor $executor \
      >out 2>err &
    until [[ -e deciding ]]; do sleep 0.02; done
    [[ $(ls -A results | wc -l) == 2 ]] || fail "$signals: nothing was being written"
    for signal in $signals; do kill -"$signal" $! 2>/dev/null || true; done
    got=0
    wait $! || got=$?
    ((got == 130)) || { cat err >&2; fail "$executor, $signals: exit code $got, not 130"; }
    [[ $(<err) == "hetsched: interrupted" ]] || { cat err >&2; fail "$executor, $signals: said something else"; }
    [[ ! -s out ]] || fail "$signals: wrote to standard output"
    unharmed "$executor, $signals"
  done
done
# nohup: HUP is ignored
rm deciding
(trap '' HUP; exec "$HETSCHED" "${one_run[@]}" --policy stubborn --plugin stubborn.so) >out 2>err &
until [[ -e deciding ]]; do sleep 0.02; done
kill -HUP $!
sleep 0.2
kill -0 $! || fail "HUP: was not ignored"
kill -TERM $!
wait $! || true
unharmed "nohup"

# ---- other abrupt ends
call 3 "${one_run[@]}" --policy stubborn:mode=exits --plugin stubborn.so
unharmed exits
call 3 "${one_run[@]}" --policy stubborn --plugin stubborn.so --decision-limit 0.1
unharmed "too slow"
(ulimit -c 0; "$HETSCHED" "${one_run[@]}" --policy stubborn:mode=crashes --plugin stubborn.so >out 2>err) 2>/dev/null && fail "did not crash"
unharmed crashes

# ---- killed while it replaces results: the next run finds them, or the new ones, and puts everything right
if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
  echo "not tried: kills within the program, which need strace"
  exit 0
fi
kills=0
for call in rename unlink,unlinkat,rmdir; do
  for n in $(seq 1 40); do
    rm -rf results
    cp -r before kept
    mkdir results && mv kept results/out
    got=0
    # Braces: the shell tells of the kill on its standard error.
    { strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when="$n" "$HETSCHED" "${one_run[@]}" \
      --policy fcfs >out 2>err; } 2>/dev/null || got=$?
    ((got == 137)) || break
    kills=$((kills + 1))
    # A run that cannot be: it repairs, and replaces nothing.
    call 3 "${one_run[@]}" --policy stubborn:mode=exits --plugin stubborn.so
    [[ $(ls -A results) == out ]] || { ls -A results >&2; fail "killed at $call $n: left something behind"; }
    if ! diff -rq before results/out >/dev/null; then
      [[ $(ls results/out) == "$(ls before)" ]] || fail "killed at $call $n: the new results are not whole"
      grep -q '"fcfs"' results/out/run.json || fail "killed at $call $n: neither the old nor the new results"
    fi
  done
done
((kills >= 10)) || fail "only $kills kills: the program was not where it was meant to be killed"
