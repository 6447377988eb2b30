#!/usr/bin/env bash
# hetsched submit: what it would submit and prints, whatever files are called; what it makes of sbatch's answers.
# shellcheck disable=SC2016  # what a shell would expand is meant to stay
source "$SOURCE_DIR/tests/support/cli.sh"
write_inputs
place="$room/it's \"a\" \$HOME {} place"
mkdir "$place"
cp "$room"/in/* "$place"
cd "$place"
"$HETSCHED" sweep . -o whole -q -j 1 --policy mct --set 'platform.name="it'\''s {} $x"' --set replicates=6
# The same study, for submit.
same=(--policy mct --set 'platform.name="it'\''s {} $x"' --set replicates=6 --tasks 3)
is_whole() { # is_whole WHAT: the results are those of one sweep
  cmp whole/points.csv results/tiny/points.csv || fail "$1: other results than those of one sweep"
  rm -r results
}

# ---- Slurm: what would be done
call 0 submit . --slurm --dry-run "${same[@]}" --at-once 2 -j 4 --sbatch=--partition=long --sbatch="--time=1:00:00"
silent err
out "# tiny: 6 points in 3 parts" "#SBATCH --job-name=tiny" "#SBATCH --array=1-3%2" "#SBATCH --cpus-per-task=4" \
  "#SBATCH --requeue" "#SBATCH --open-mode=append" "#SBATCH --signal=B:TERM@60" "#SBATCH --partition=long" \
  "#SBATCH --time=1:00:00" "sbatch --parsable array.sh" "sbatch --parsable --dependency=afterany:NUMBER_OF_THAT_JOB merge.sh"
[[ ! -e results ]] || fail "$last: wrote something"
call 0 submit experiment.json --slurm --dry-run
out "#SBATCH --array=1-1" "tiny: 4 points in 1 part, about " "points tried"

# ---- Slurm, as far as one can without: the scripts are submitted from their folder, and do what they should
mkdir "$room/bin"
cat >"$room/bin/sbatch" <<'SH'
#!/usr/bin/env bash
echo "$PWD: $*" >>"$SUBMITTED"
[[ -z ${REFUSAL:-} ]] || { echo "sbatch: error: $REFUSAL" >&2; exit 1; }
echo "4$(wc -l <"$SUBMITTED");cluster"
SH
printf '#!/bin/sh\necho "MaxArraySize            = 4"\n' >"$room/bin/scontrol"
chmod +x "$room/bin/sbatch" "$room/bin/scontrol"
export SUBMITTED="$room/submitted"
with_slurm() { PATH="$room/bin:$PATH" call "$@"; }
with_slurm 0 submit . --slurm "${same[@]}"
out "tiny: 6 points in 3 parts, as --tasks says" "array job 41, and job 42" "squeue -j 41,42"
printf '%s\n' "$place/results/tiny/cluster: --parsable array.sh" \
  "$place/results/tiny/cluster: --parsable --dependency=afterany:41 merge.sh" | diff - "$SUBMITTED" >&2 ||
  fail "other jobs were submitted"
for task in 1 2 3; do (cd / && SLURM_ARRAY_TASK_ID=$task bash "$place/results/tiny/cluster/array.sh" >/dev/null 2>&1) || fail "task $task"; done
(cd / && bash "$place/results/tiny/cluster/merge.sh" >/dev/null) || fail "the merge job"
# Once begun, it goes on in as many parts.
with_slurm 0 submit . --slurm --dry-run "${same[@]:0:6}"
out "6 points in 3 parts, as it was begun"
is_whole "the jobs' scripts"
REFUSAL="invalid partition" with_slurm 2 submit . --slurm "${same[@]}"
err "sbatch submitted no job (exit code 1): sbatch: error: invalid partition; its script is $place/results/tiny/cluster/array.sh"
sed -i 's/^\[\[ -z/[[ $* != *dependency* ]] || REFUSAL="no merging"\n&/' "$room/bin/sbatch"
with_slurm 2 submit . --slurm "${same[@]}"
err "array job 4" " is submitted, but not the job that merges its results (sbatch submitted no job (exit code 1): sbatch: error: no merging" \
  "when it has ended: $(realpath "$HETSCHED") merge '"
with_slurm 2 submit . --slurm "${same[@]:0:6}" --tasks 4
err_is '--tasks must be a whole number from 1 to 3; found "4"'
PATH=/nowhere call 2 submit . --slurm "${same[@]}"
err "hetsched: there is no sbatch here" "--emit parallel"

# ---- make, which is there wherever this was built by it; others are tested in cluster/
rm -rf results
call 0 submit . --emit make "${same[@]}"
cp "$room/out" "$room/study.mk"
if command -v make >/dev/null; then
  (cd / && make -j2 -f "$room/study.mk" >/dev/null) || fail "make"
  is_whole make
  # A point that fails is a result; the rest is merged.
  cat >raises.py <<'PY'
class Policy:
    def __init__(self, params):
        pass

    def decide(self, view, decisions):
        raise RuntimeError("no")
PY
  if "$HETSCHED" policies raises.py >/dev/null 2>&1; then
    call 0 submit . --emit make --set 'grid.policy=["edf", "raises.py"]' --tasks 3 -o failing
    cp "$room/out" "$room/failing.mk"
    got=0
    (cd / && make -j2 -f "$room/failing.mk") >"$room/log" 2>&1 || got=$?
    ((got == 2)) || { cat "$room/log" >&2; fail "make with failed points: exit code $got"; } # merge says so in the end
    contains "$room/log" "4 points: 2 ok, 2 failed"
    (($(grep -c ',ok,' failing/points.csv) == 2)) || fail "make: what has not failed was not merged"
    rm -r failing
  fi
fi
call 0 submit . --emit parallel "${same[@]}"
bash -n "$room/out" || fail "$last: no script"
call 0 submit . --emit snakemake
out "in 4 parts" "part=range(1, 5)"

# ---- a folder that each part would refuse is refused at once
mkdir -p mine others
echo mine >mine/notes
"$HETSCHED" sweep . -o others -q -j 1 --policy mct --set name=other
: >"$SUBMITTED"
for way in "--slurm" "--slurm --dry-run" "--emit make"; do
  # shellcheck disable=SC2086
  with_slurm 2 submit . $way "${same[@]}" -o mine
  err "mine: holds other files (and no study.json), among which results would be lost"
  # shellcheck disable=SC2086
  with_slurm 2 submit . $way "${same[@]}" -o others
  err 'others: holds results of another experiment, "other"'
done
[[ ! -s $SUBMITTED && ! -e mine/cluster ]] || fail "something was submitted"

# ---- what is said of wrong command lines
call 2 submit .
err_is "say what runs the parts: --slurm, or --emit parallel, --emit snakemake, --emit make"
call 2 submit . --slurm --emit make
err_is "choose one of --slurm and --emit"
call 2 submit . --emit paralel
err_is '--emit must be one of parallel, snakemake, make; found "paralel"; did you mean "parallel"?'
call 2 submit . --emit make --at-once 3
err_is "--at-once belongs to --slurm; --emit only prints a script"
call 2 submit . --slurm --dry-run --minutes 0
err_is '--minutes must be a number above 0; found "0"'
call 2 submit . --slurm --dry-run --tasks 5
err_is '--tasks must be a whole number from 1 to 4; found "5"'
call 2 submit . --slurm --dry-run --tasks 1 --sbatch "--time=1
--exclusive"
err "an option of sbatch is one line"

# Every option of sweep is one of submit, but for those of a sweep as a whole, which parts cannot have.
not_for_parts=" code cross-check dry-run help output overwrite plan point quiet shard jobs "
{ "$HETSCHED" sweep --help; "$HETSCHED" run --help; } | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE '[a-z-]{3,}$' | sed 's/^--//' | while read -r option; do
  [[ $not_for_parts == *" $option "* ]] && continue
  "$HETSCHED" submit . --emit make "--$option" >/dev/null 2>"$room/err" || true
  ! grep -q "unknown option" "$room/err" || fail "submit has no --$option, which sweep has"
done
