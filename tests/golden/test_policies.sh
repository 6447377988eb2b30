#!/usr/bin/env bash
# The list of policies, and what is told of one.
source "$SOURCE_DIR/tests/support/cli.sh"

call 0 policies
for policy in edf fcfs heft latency_greedy mct met rr; do
  out "  $policy  "
  call 0 policies "$policy"
  out "$policy: " "source: " "parameter"
  call 0 policies
done
call 0 policies heft
out "insertion" "true or false" "across_requests" "--policy heft:insertion=true" "Topcuoglu"
call 2 policies hefft
err '"hefft" is no policy; did you mean "heft"? policies: ' "edf, "
