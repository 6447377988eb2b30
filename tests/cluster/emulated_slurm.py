"""A Slurm cluster of several nodes on this machine, for as long as a test lasts.

Real daemons, under private folders, ports and a private munge; no systemd, no cgroups, no database. Must run as root.
Debian packages: slurmctld slurmd slurm-client munge.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "munged")

# cred_expire: after so many seconds, at the earliest, a job that lost its node starts anew. scheduling: at once.
CONFIGURATION = """\
ClusterName=emulated
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={room}/munge/socket,cred_expire=5
SlurmctldPort={controller_port}
StateSaveLocation={room}/state
SlurmdSpoolDir={room}/spool/%n
SlurmctldPidFile={room}/slurmctld.pid
SlurmdPidFile={room}/%n.pid
SlurmctldLogFile={room}/log/slurmctld
SlurmdLogFile={room}/log/%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0,bf_interval=1
ReturnToService=1
KillWait=5
SlurmdTimeout=60
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def path_of(program):
    """Daemons lie in sbin, which is not in everybody's PATH."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")


def missing():
    """Why there can be no cluster here; empty if there can."""
    absent = [program for program in PROGRAMS if not path_of(program)]
    if absent:
        return f"no {', '.join(absent)} (Debian: slurmctld slurmd slurm-client munge)"
    return "" if os.geteuid() == 0 else "Slurm's daemons need root"


def free_ports(count):
    """Ports that nobody uses at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def name_of(process):
    """Empty if it has ended."""
    try:
        return pathlib.Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Cluster:
    """with Cluster(nodes=4) as cluster: sbatch and its like, called with cluster.environment, talk to it."""

    def __init__(self, nodes=4):
        # Paths of sockets must be short, and daemons find their files from any folder.
        self.room = pathlib.Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self.environment = os.environ | {"SLURM_CONF": str(self.room / "slurm.conf"),
                                         "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}

    def __enter__(self):
        try:
            self.configure()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def configure(self):
        for folder in ("state", "spool", "log", "munge", *(f"spool/{node}" for node in self.nodes)):
            (self.room / folder).mkdir()
        for folder in (self.room, self.room / "munge"):
            folder.chmod(0o755)  # munge insists
        key = self.room / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        host = socket.gethostname().partition(".")[0]
        controller_port, *ports = free_ports(1 + len(self.nodes))
        nodes = "\n".join(f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=1000"
                          for node, port in zip(self.nodes, ports))
        (self.room / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, room=self.room, controller_port=controller_port, nodes=nodes))
        version = re.search(r"(\d+)\.(\d+)", self.output(path_of("slurmctld"), "-V"))
        if (int(version[1]), int(version[2])) >= (23, 2):  # before, nothing asks for cgroups
            (self.room / "cgroup.conf").write_text("CgroupPlugin=disabled\n")

    def start(self):
        munge = self.room / "munge"
        self.output(path_of("munged"), "--force", f"--key-file={munge}/key", f"--socket={munge}/socket",
                    f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.output(path_of("slurmctld"), "-c")
        for node in self.nodes:
            self.start_node(node)
        self.wait_for("the nodes are idle", 60, lambda: set(self.states().values()) == {"idle"})

    def stop(self):
        """Ends all that was started, steps and their jobs included, and deletes the folder."""
        for node in self.nodes:
            self.kill_node(node)
        for file in (self.room / "slurmctld.pid", self.room / "munge" / "pid"):
            if (process := self.process_of(file)) is not None:
                kill(process)
        shutil.rmtree(self.room, ignore_errors=True)

    def start_node(self, node):
        self.output(path_of("slurmd"), "-N", node)

    def kill_node(self, node):
        """As if its power failed: its daemons and all jobs on it are gone at once, without a word to anybody."""
        # slurmd, then each slurmstepd, which would tell that its job has ended, then the jobs.
        for process in sorted(self.daemons_of(node), key=lambda process: name_of(process) == "slurmstepd"):
            kill(process)
        for process in self.processes_of_jobs(node):
            kill(process)

    def fail_node(self, node):
        """kill_node(), and the cluster is told, so that the test need not wait until it notices."""
        self.kill_node(node)
        self.output("scontrol", "update", f"nodename={node}", "state=down", "reason=killed by a test")

    def daemons_of(self, node):
        """They have the log of the node open."""
        log = str(self.room / "log" / node)
        found = set()
        for file in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
            try:
                if os.readlink(file) == log:
                    found.add(int(file.parts[2]))
            except OSError:  # has ended
                continue
        return found

    def processes_of_jobs(self, node):
        """Their environment says where they run."""
        ours = {f"SLURM_CONF={self.room}/slurm.conf".encode(), f"SLURMD_NODENAME={node}".encode()}
        found = []
        for file in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if ours <= set(file.read_bytes().split(b"\0")):
                    found.append(int(file.parent.name))
            except OSError:  # has ended
                continue
        return found

    def states(self):
        """{node: state}, as in {"n1": "idle"}."""
        return dict(line.split() for line in self.output("sinfo", "-h", "-N", "-o", "%N %T").splitlines())

    def tasks(self, *options):
        """Tasks of arrays, and jobs, that have not ended: [(job or job_task, state, node)]."""
        lines = self.output("squeue", "-h", "-r", "-o", "%i|%T|%N", *options).splitlines()
        return [tuple(line.split("|")) for line in lines]

    def wait_for(self, what, seconds, condition):
        end = time.monotonic() + seconds * float(os.environ.get("PATIENCE", 1))
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"after {seconds} s it still does not hold: {what}\n{self.report()}")
            time.sleep(0.2)

    def report(self):
        """What the daemons say, for a test that failed."""
        parts = [self.output("squeue", "-a", check=False), self.output("sinfo", "-N", check=False)]
        for log in sorted((self.room / "log").glob("*")):
            parts.append(f"== {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-30:]))
        return "\n".join(parts)

    def output(self, *command, check=True):
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, timeout=60)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    @staticmethod
    def process_of(file):
        """The process that a file names, if it is there still."""
        try:
            process = int(file.read_text())
            os.kill(process, 0)
        except (OSError, ValueError):
            return None
        return process
