"""A sweep in parts as jobs of a real Slurm.

A node fails on the way: its task goes on where it stopped, elsewhere. Others are asked to end, as before a time limit: they
finish what runs, and the same command goes on.
"""

import os
import subprocess

import distributed
import emulated_slurm

LIMIT = 240  # s


def submit(study, cluster):
    words = [os.environ["HETSCHED"], "submit", study.experiment, "--slurm", "-o", study.results, "--records", "all",
             "--tasks", str(distributed.PARTS), "--sbatch=--mem=100", "--at-once", "4"]
    done = subprocess.run(words, env=cluster.environment, cwd=study.room, text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"FAILED: submit: exit code {done.returncode}\n{done.stdout}{done.stderr}")


def running(cluster):
    """{part: node} of tasks that run."""
    return {int(job.partition("_")[2]): node for job, state, node in cluster.tasks() if "_" in job and state == "RUNNING"}


def logs(study):
    return "\n".join(f"== {log.name}\n{log.read_text()}" for log in sorted((study.results / "cluster").glob("*.log")))


def fail(study, why):
    raise SystemExit(f"FAILED: {why}\n{logs(study)}")


def first_round(study, cluster):
    """What happened, in words."""
    submit(study, cluster)
    part = study.wait_for_unfinished_part(lambda: running(cluster))
    node = running(cluster)[part]
    cluster.fail_node(node)
    finished = study.finished_in(part)
    where = set()

    def ended():
        where.update([running(cluster).get(part)])
        return not cluster.tasks()

    # Tasks that run now; not the one that waits to begin anew. Any of them may just have ended.
    study.wait_for_unfinished_part(lambda: running(cluster))
    array = next(job.partition("_")[0] for job, _, _ in cluster.tasks() if "_" in job)
    for each in running(cluster):
        cluster.output("scancel", "--batch", "--signal=TERM", f"{array}_{each}", check=False)
    cluster.wait_for("all jobs have ended", LIMIT, ended)
    if not where - {None, node}:
        fail(study, f"part {part} was on {node}, which failed, and then on no other node")
    asked = [log.stem for log in (study.results / "cluster").glob("part-*.log") if "stopping: " in log.read_text()]
    if not asked:
        fail(study, "no sweep was told of the signal")
    if "missing" not in (study.results / "cluster" / "merge.log").read_text():
        fail(study, "the merge did not say that points are missing")
    return f"Slurm, {node} failed when part {part} had finished {finished} points, {', '.join(sorted(asked))} asked to end"


def main():
    distributed.need(emulated_slurm.missing())
    with distributed.Study() as study, emulated_slurm.Cluster(nodes=4) as cluster:
        what = first_round(study, cluster)
        submit(study, cluster)
        cluster.wait_for("all jobs have ended", LIMIT, lambda: not cluster.tasks())
        try:
            study.check(what)
        except SystemExit:
            print(logs(study))
            raise


main()
