#!/usr/bin/env bash
# The list of policies, and what is told of one.
source "$SOURCE_DIR/tests/support/cli.sh"

call 0 policies
out "decorators, for any of these"
"$HETSCHED" policies | grep -E '^  [a-z_0-9]+ ' | awk '{print $1}' >"$room/all.txt"
[[ $(wc -l <"$room/all.txt") -gt 20 ]] || fail "there are few policies"
while read -r policy; do
  call 0 policies "$policy"
  out "$policy" "source: " "complexity: " "knowledge: " "verified by: " "parameter"
done <"$room/all.txt"
call 0 policies heft
out "insertion" "true or false" "across_requests" "--policy heft:horizon=request" "Topcuoglu"
call 0 policies drop
out "drop (decorator): " "--policy edf+drop:rule=hopeless"
call 2 policies hefft
err '"hefft" is no policy; did you mean "heft"? policies: '
