"""A real Ray cluster for tests: a head and further nodes on this machine, which let in whoever has the token."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).parent
TOKEN = "a-token-for-tests-0123456789abcdef0123456789abcdef"
_RAY = [sys.executable, "-c", "from ray.scripts.scripts import main; main()"]


@dataclass
class Cluster:
    """Where it is, and its nodes."""

    folder: Path
    port: int
    client_port: int
    nodes: list[subprocess.Popen] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def environment(self, token=TOKEN, **more):
        """Give the environment of a program that uses the cluster; without a token it finds none."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        found = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        found |= {"HOME": str(home), "PYTHONPATH": f"{TESTS.parent / 'src'}:{TESTS}", "RAY_USAGE_STATS_ENABLED": "0"}
        return {**found, "RAY_ADDRESS": self.address, **({"RAY_AUTH_TOKEN": token} if token else {}), **more}

    def start_node(self, *options):
        """Start a node, and wait until it runs."""
        log = self.folder / f"node{len(self.nodes)}.log"
        common = ["--block", "--num-cpus=1", "--object-store-memory=80000000", "--disable-usage-stats"]
        common += ["--min-worker-port=0", "--max-worker-port=0", f"--dashboard-agent-listen-port={free_port()}"]
        env = self.environment(RAY_AUTH_MODE="token", RAY_worker_register_timeout_seconds="120")
        del env["RAY_ADDRESS"]
        with log.open("wb") as file:
            command = [*_RAY, "start", *common, *options]
            node = subprocess.Popen(command, env=env, stdout=file, stderr=file, start_new_session=True)
        self.nodes.append(node)
        wait_for(lambda: "runtime started" in log.read_text() or node.poll() is not None)
        assert node.poll() is None, log.read_text()

    def busy_workers(self):
        """List the processes that make a shard right now."""
        own = [pid for node in self.nodes for pid in of_node(node)]
        return [pid for pid in own if " ".join(words(pid)).startswith("ray::pictus shard")]

    def kill_node(self, number):
        """End all processes of a node at once, as when a machine is lost."""
        node = self.nodes[number]
        for pid in of_node(node):
            end(pid)
        node.wait()

    def stop(self):
        """End all that was started, by their ids."""
        for number in range(len(self.nodes)):
            self.kill_node(number)


@contextmanager
def cluster(nodes=2):
    """Run a cluster; all of it is ended with the block, whatever happens in it."""
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))  # paths of sockets must be short
    found = Cluster(folder, free_port(), free_port())
    try:
        ports = [f"--port={found.port}", f"--ray-client-server-port={found.client_port}"]
        quiet = ["--include-dashboard=false", f"--dashboard-port={free_port()}"]
        found.start_node("--head", *ports, *quiet, f"--temp-dir={folder / 't'}")
        for _ in range(nodes - 1):
            found.start_node(f"--address={found.address}")
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port():
    """Give a port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(is_so, seconds=120):
    """Wait until something is so."""
    for _ in range(seconds * 20):
        if found := is_so():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def processes():
    """List all processes."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def of_node(node):
    """List the processes that were started for a node: those of its group, and what they started in others."""
    stats = {pid: _stat(pid) for pid in processes()}
    found = {pid for pid, stat in stats.items() if stat[2:3] == [str(node.pid)]}
    while more := {pid for pid, stat in stats.items() if stat and int(stat[1]) in found} - found:
        found |= more
    return sorted(found)


def words(pid):
    """Give how a process calls itself, without the folder."""
    try:
        found = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
    except OSError:
        return []
    return [found[0].rpartition("/")[2] if found[0].startswith("/") else found[0], *found[1:]] if found else []


def end(pid):
    """End a process."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _stat(pid):
    """Give state, parent, group and more of a process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
