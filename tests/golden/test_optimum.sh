#!/usr/bin/env bash
# hetsched optimum finds the published optima, writes the formula, and says what is missing.
source "$SOURCE_DIR/tests/support/cli.sh"

here=(--platform platforms/heft_2002.json)
call 0 optimum "${here[@]}" --workload workloads/heft_2002.json
out "last finish 73 s, proved to be the best by branch and bound" "longest way 41 s, load 30.33 s"
call 0 optimum "${here[@]}" --workload workloads/peft_2014.json
out "last finish 113 s, proved"
call 0 optimum "${here[@]}" --workload workloads/peft_2014.json --max-nodes 1
out "not proved to be the best"
call 0 optimum "${here[@]}" --workload workloads/heft_2002.json --formula "$room/heft.smt2"
grep -q "(minimize" "$room/heft.smt2" || fail "no formula was written"
call 2 optimum "${here[@]}" --workload workloads/heft_2002.json --by solver --solver no_such_solver
err_is "cannot find the solver no_such_solver: install Z3 (sudo apt-get install z3, or libz3-dev and build anew), name another one with --solver, or only write the formula with --formula FILE"
call 2 optimum "${here[@]}" --workload workloads/heft_2002.json --contention 0.5
err_is '--contention must be a number of at least 1; found "0.5"'
call 2 optimum "${here[@]}" --workload workloads/heft_2002.json --contention 2 --by solver
err_is "the formula knows contention between two accelerators only; there are 3"
