#!/usr/bin/env bash
# Help fits a screen, names every option, and its examples are real; wrong command lines say what to do.
source "$SOURCE_DIR/tests/support/cli.sh"

commands=(run sweep submit points merge compare capacity baseline trace check models import variants costs profile optimum analyse generate policies env schema)
call 0 --help
out "${commands[@]/#/  }" "exit codes:"
for command in "${commands[@]}"; do
  call 0 "$command" --help
  out "usage: hetsched $command" "example" "-h, --help"
  (($(wc -l <"$room/out") <= 40)) || fail "$last: longer than a screen"
  (($(wc -L <"$room/out") <= 120)) || fail "$last: wider than a screen"
  # Every option of an example is one that the command has.
  sed -n '/^example/,$p' "$room/out" | grep -oE -- ' --?[a-z][a-z-]*' | sort -u >"$room/options" || true
  while read -r option; do
    sed '/^example/,$d' "$room/out" | grep -qE -- "(^|[ ,])$option([ ,=]|$)" || fail "$last: no option $option"
  done <"$room/options"
  call 0 "$command" -h
done
call 0 help
out "usage: hetsched COMMAND"
call 0 --version
out "hetsched " "SimGrid " "GCC"

call 2
err_is "missing COMMAND; see hetsched --help"
call 2 swep
err_is 'unknown command "swep"; did you mean "sweep"?'
call 2 frobnicate
err_is 'unknown command "frobnicate"; see hetsched --help'
call 2 --verison
err_is 'unknown option "--verison"; did you mean "--version"?'
call 2 sweep
err_is "missing EXPERIMENT; see hetsched sweep --help"
call 2 run
err_is "missing EXPERIMENT, or --platform FILE, --workload FILE and --policy NAME; see hetsched run --help"
call 2 run --platform a.json --policy edf
err_is "missing --workload FILE; see hetsched run --help"
call 2 run --polcy edf
err_is 'unknown option "--polcy"; did you mean "--policy"?; see hetsched run --help'
call 2 run experiment --seed
err_is "--seed needs a value (N); see hetsched run --help"
call 2 run experiment --seed 1 --seed 2
err_is "--seed is given more than once; see hetsched run --help"
call 2 run experiment --seed one
err_is '--seed must be a whole number of at least 0; found "one"'
call 2 run experiment --seed -1
err_is '--seed must be a whole number of at least 0; found "-1"'
call 2 run experiment --output ""
err_is "--output must not be empty; see hetsched run --help"
call 2 run experiment --dry-run=yes
err_is "--dry-run takes no value; see hetsched run --help"
call 2 run one two
err_is 'unexpected argument "two"; see hetsched run --help'
call 2 schema modle
err_is 'KIND must be one of platform, kinds, model, workload, experiment, results, metrics; found "modle"; did you mean "model"?'
call 2 trace "$room" --from "20 m"
err_is '--from must be a time such as "20 ms", or a number of seconds; found "20 m"'
call 2 compare
err_is "missing DIR; see hetsched compare --help"
call 2 check
err_is "missing FILE; see hetsched check --help"

# A reader that goes away early is no error of ours; a full disk is one.
"$HETSCHED" schema results | head -n 1 >/dev/null || [[ ${PIPESTATUS[0]} == 141 ]] || fail "head: ${PIPESTATUS[0]}"
status=0
"$HETSCHED" policies >/dev/full 2>"$room/err" || status=$?
((status == 2)) || fail "a full disk: exit code $status"
contains "$room/err" "hetsched: cannot write to standard output"
