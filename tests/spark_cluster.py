"""A Spark standalone cluster on this machine: a master and workers on loopback, in a folder of their own."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
STARTS_WITHIN = 120


@dataclass
class Cluster:
    """`url` is what TIJI_ENGINE says; each worker is a process group with its executors."""

    url: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def lose(self, number: int) -> None:
        """Kill a worker and all that it runs, as a machine that goes away."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait(timeout=30)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A master and so many workers of one core, gone at the end."""
    port = _free_port()
    started = Cluster(f"spark://127.0.0.1:{port}", folder)
    options = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
    master = _start(folder, "master", "org.apache.spark.deploy.master.Master", *options)
    try:
        _told(folder / "master.log", "I have been elected leader", master)
        for number in range(workers):
            name = f"worker-{number}"
            options = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
            options += ["--work-dir", str(folder / name), started.url]
            started.workers.append(_start(folder, name, "org.apache.spark.deploy.worker.Worker", *options))
        for number, worker in enumerate(started.workers):
            _told(folder / f"worker-{number}.log", "Successfully registered with master", worker)
        yield started
    finally:
        for process in (*started.workers, master):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


def _start(folder: Path, name: str, *command: str) -> subprocess.Popen[bytes]:
    small = {"SPARK_LOCAL_DIRS": str(folder), "SPARK_DAEMON_MEMORY": "256m"}
    loopback = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false"}
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(SPARK_CLASS), *command],
            cwd=folder,
            env={**os.environ, **small, **loopback},
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_dies_with_the_tests,  # noqa: PLW1509 - one call between fork and exec
        )


def _dies_with_the_tests() -> None:
    """However the tests are ended, nothing of the cluster stays behind (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _told(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the process has said so."""
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        if words in log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{log.name} does not say {words!r}:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
