#!/usr/bin/env bash
# Policies in Python: as a name, in experiments, in sweeps; what they see; what is said of those that go wrong; a new one.
source "$SOURCE_DIR/tests/support/cli.sh"
cp "$SOURCE_DIR"/tests/data/python/*.py "$SOURCE_DIR/policies/python/fcfs.py" "$room"
cd "$room"
write_inputs
one_run=(run --platform in/two.json --workload in/load.json -o out_run)
same_records() { # same_records A B: all files but run.json are the same
  diff -r --exclude=run.json "$1" "$2" >&2 || fail "$1 and $2 differ"
}

# ---- the same policy in both languages
call 0 "${one_run[@]}" --policy fcfs
mv out_run out_cpp
call 0 "${one_run[@]}" --policy fcfs.py
out "policy fcfs.py"
same_records out_cpp out_run
hash=$(sha256sum fcfs.py | cut -d' ' -f1)
contains out_run/run.json "\"name\": \"$room/fcfs.py\"" "\"sha256\": \"$hash\""
platform=$SOURCE_DIR/platforms/terastal_4k.json workload=$SOURCE_DIR/workloads/terastal_ar_social.json
call 0 run --platform "$platform" --workload "$workload" --policy fcfs -o out_cpp
call 0 run --platform "$platform" --workload "$workload" --policy "$room/fcfs.py" -o out_python
same_records out_cpp out_python

# ---- what it sees, and its parameters
echo good >good.txt
echo bad >bad.txt
call 0 policies sees.py
out "sees.py: Looks at all there is, and checks it." "number" "1.5" "number >= 1, <= 2" "number s" "integer" "true or false" "a text" "file"
call 0 "${one_run[@]}" --policy sees.py:number=2,whole=4,flag=false,text=hm,file=good.txt,"pause=20 ms"
contains out_run/run.json '"whole": 4' '"flag": false' "\"file\": \"$room/good.txt\""
call 2 "${one_run[@]}" --policy sees.py:number=3
err "must be a number of at least 1 and at most 2; found 3"
call 2 "${one_run[@]}" --policy sees.py:file=bad.txt
err "holds nothing good"
call 2 "${one_run[@]}" --policy sees.py:nummer=1
err 'is no parameter of policy sees.py; did you mean "number"?'

# ---- in experiments: relative to their file; and in processes, the same at any -j, also with drawn numbers
mkdir in/policies
cp fcfs.py misbehaves.py in/policies
sed 's|"mct"\]|"policies/fcfs.py", {"name": "policies/misbehaves.py", "parameters": {"mode": "draws"}}]|' in/experiment.json >in/own.json
call 0 check in/own.json --code
silent err
for jobs in 1 2; do
  call 0 sweep in/own.json -o "out_$jobs" -j "$jobs" -q
  [[ $(grep -c "policies/.*\.py" "out_$jobs/points.csv") == 4 ]] || fail "the sweep did not run the policies"
done
cmp out_1/points.csv out_2/points.csv
call 0 run in/experiment.json --policy misbehaves.py:mode=draws --seed 1 --set replicates=1 -o out_a
call 0 run in/experiment.json --policy misbehaves.py:mode=draws --seed 1 --set replicates=1 -o out_b
same_records out_a out_b
call 0 run in/experiment.json --policy misbehaves.py:mode=draws --seed 2 --set replicates=1 -o out_c
cmp -s out_a/tasks.csv out_c/tasks.csv && fail "what is drawn does not depend on the seed"
[[ ! -e __pycache__ && ! -e in/policies/__pycache__ ]] || fail "Python left files beside the policy"

# ---- one that ends the process in which it is made costs its own runs only
printf 'import os\nclass Policy:\n    def __init__(self, params):\n        os._exit(0)\n    def decide(self, view, decisions):\n        pass\n' >in/ending.py
sed 's|"mct"\]|"ending.py"]|' in/experiment.json >in/ending.json
call 0 check in/ending.json
[[ $(<"$room/err") == "hetsched: policies of in/ending.py: not tried; --code runs them" ]] || fail "$last: did not say what it left out"
sed 's|ending.py|endin.py|' in/ending.json >in/missing.json
call 2 check in/missing.json
err 'there is no policy file "in/endin.py"; did you mean "in/ending.py"?'
call 2 check in/ending.json --code
err_is "in/ending.json: /policy: making ending.py ended the process, or took too long"
call 1 sweep in/ending.json -o out_ending
err "hetsched: failed: policy ending.py, seed 1: the run ended with exit code 0 and no result"
[[ $(cut -d, -f2,6 out_ending/points.csv | sort | uniq -c | xargs) == "2 failed,ending.py 2 ok,edf 1 status,policy" ]] ||
  fail "not the runs of the policy that ended its process have failed, and no others"
call 3 "${one_run[@]}" --policy in/ending.py
err "in/ending.py" "being made" "it ended the process, or took too long"

# ---- with decorators, and as the documentation has it
call 0 "${one_run[@]}" --policy fcfs.py+drop
contains out_run/run.json '"decorators": [' '"name": "drop"'
awk '/^```python/ {on = 1; next} on && /^```/ {exit} on' "$SOURCE_DIR/policies/python/README.md" >readme.py
call 0 "${one_run[@]}" --policy readme.py:patience=2

# ---- modules beside the policy are found
echo "from helped import Policy" >helper.py
cp fcfs.py helped.py
call 0 "${one_run[@]}" --policy helper.py

# ---- files that are no policy: wrong input
no_policy() { # no_policy FILE MESSAGE
  call 2 "${one_run[@]}" --policy "$1"
  err_is "--policy $1: /policy: $2"
}
no_policy fcsf.py 'there is no policy file "fcsf.py"; did you mean "fcfs.py"?'
printf 'class Policy:\n    def decide(self:\n' >syntax.py
no_policy syntax.py "syntax.py:2: SyntaxError: '(' was never closed"
printf 'class Policy:\n  def a(self): pass\n\tdef b(self): pass\n' >tabs.py
no_policy tabs.py "tabs.py:3: TabError: inconsistent use of tabs and spaces in indentation"
echo "x = 1" >classless.py
no_policy classless.py "classless.py: has no class Policy; it is what hetsched makes and calls"
printf 'class Policy:\n    pass\n' >undecided.py
no_policy undecided.py "undecided.py: its Policy has no method decide(self, view, decisions)"
mkdir folder.py
no_policy folder.py "folder.py: is a directory; give a file"
call 2 run in/experiment.json --policy syntax.py --seed 1 --set replicates=1
err "--policy syntax.py" "syntax.py:2: SyntaxError"

# ---- policies that fail: their error, with file and line
bad() { # bad MODE TEXT...
  local mode=$1
  shift
  call 3 "${one_run[@]}" --policy "misbehaves.py:mode=$mode"
  err "$@"
}
call 0 "${one_run[@]}" --policy misbehaves.py
call 3 "${one_run[@]}" --policy misbehaves.py:mode=divides
line() { grep -n "$1" misbehaves.py | head -1 | cut -d: -f1; }
grep -v '\^' err >err_without_marks
diff err_without_marks - <<TEXT || fail "another message was expected"
hetsched: policy misbehaves.py at 0 s: decide(): it threw: ZeroDivisionError: division by zero
hetsched:   File "$room/misbehaves.py", line $(line 'getattr(self'), in decide
hetsched:     getattr(self, self.mode, lambda *_: None)(view, decisions)
hetsched:   File "$room/misbehaves.py", line $(line 'self.by(0)'), in divides
hetsched:     self.by(0)
hetsched:   File "$room/misbehaves.py", line $(line 'return 1 / number'), in by
hetsched:     return 1 / number
TEXT
bad init "policy misbehaves.py at 0 s: being made from its parameters: it failed: ValueError: no tables" "in __init__"
bad keeps_view "RuntimeError: this object was valid only during the call" "kept[0].now"
bad keeps_item "RuntimeError: this object was valid only during the call" "kept[0].free_slots"
bad keeps_params "RuntimeError: parameters are read in __init__(), and not later"
bad returns "decide() must return nothing; it returned [TaskRef(request=0, task=0)]; use decisions.start(task, accelerator)"
bad illegal "start(task a of request 0 of stream camera, on accelerator 77)" "there is no accelerator with index 77"
bad no_accelerator "IndexError: there is no accelerator 77"
bad no_task "IndexError: there is no such task: TaskRef(request=1000, task=0)"
bad wrong_type "TypeError: start(): incompatible function arguments" "misbehaves.Policy object>"
bad writes "AttributeError: " "no setter"
bad exits "it threw: SystemExit: 5"
echo "import nowhere_to_be_found" >import.py
call 3 "${one_run[@]}" --policy import.py
err "policy import.py at 0 s: being loaded: it threw: ModuleNotFoundError" "import.py\", line 1"
sed 's|"mct"\]|{"name": "../misbehaves.py", "parameters": {"mode": "divides"}}]|' in/experiment.json >in/partly.json
call 1 sweep in/partly.json -o out_sweep -q
contains out_sweep/points.csv "ZeroDivisionError: division by zero"

# ---- Ctrl-C ends a policy that hangs; in a sweep, which waits for what runs, the second one
interrupted() { # interrupted TIMES ARGUMENT...
  local times=$1
  shift
  timeout -s KILL 60 "$HETSCHED" "$@" >"$room/out" 2>"$room/err" &
  local process=$! child="" status=0
  for _ in {1..100}; do
    child=$(pgrep -P "$process" -f hetsched) && break
    sleep 0.05
  done
  for ((; times > 0; --times)); do
    sleep 1
    kill -INT "$child"
  done
  wait "$process" || status=$?
  ((status == 130)) || fail "$*: exit status $status after Ctrl-C"
}
interrupted 1 "${one_run[@]}" --policy misbehaves.py:mode=hangs
interrupted 2 sweep in/experiment.json --policy misbehaves.py:mode=hangs -o out_hangs -j 2 -q

# ---- a new one, and its test
call 0 policy new least_slack --python
out "least_slack.py" "experiment.json" "model.json" "README.md"
(
  cd least_slack
  call 0 run experiment.json -o out
  [[ $(cut -d, -f1,4,6 out/tasks.csv | tail -n +2 | tr '\n' ' ') == "0,body,gpu 1,body,dla 0,head,gpu 1,head,gpu 2,body,dla 2,head,gpu " ]] ||
    fail "its example has another schedule"
  call 0 run experiment.json --policy least_slack.py:patience=2 -o out
  call 0 policy test least_slack.py
  out "contract: kept" "everything takes exactly twice as long"
) || fail "the new policy"
call 2 policy new least_slack --python
err_is "least_slack is there already; nothing is overwritten: move it away, or give another folder with -o"
call 3 policy test misbehaves.py:mode=illegal
out "violated in the scenario of seed " "to see it: hetsched run misbehaves_violation"
call 3 run misbehaves_violation -o out_case
err "there is no accelerator with index 77"
call 3 policy test misbehaves.py:mode=forgetful -o case_forgetful
out "two runs of the same scenario differ"
call 3 policy test misbehaves.py:mode=leaves -o case_leaves
out "the policy ended the program with exit code 7"
