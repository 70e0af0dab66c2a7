"""Servers for tests, as processes of this machine: llama.cpp, and Weaviate."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

CACHE = Path(__file__).parents[2] / ".cache"
#: What llama.sh builds.
LLAMA = CACHE / "llama"
#: What weaviate.sh builds.
WEAVIATE = CACHE / "weaviate" / "weaviate-1.35.2"
PATIENCE_SECONDS = 120


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """No two of them are the same: all are held until each is known."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("", 0))
        return [listener.getsockname()[1] for listener in listeners]


@contextmanager
def llama_server(model: Path, *arguments: str) -> Iterator[str]:
    """Serves a GGUF file; the URL."""
    port = free_port()
    command = [LLAMA / "llama-server", "--model", model, "--host", "127.0.0.1", "--port", str(port), "--jinja", *arguments]
    with running(command, ready=f"http://127.0.0.1:{port}/health"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def weaviate(folder: Path) -> Iterator[dict[str, str]]:
    """An empty Weaviate of one node; where it is, as programs want to know it."""
    port, grpc, gossip, data, raft, rpc, profiling = free_ports(7)
    settings = {
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
        "CLUSTER_ADVERTISE_ADDR": "127.0.0.1",
        "CLUSTER_DATA_BIND_PORT": str(data),
        "CLUSTER_GOSSIP_BIND_PORT": str(gossip),
        "CLUSTER_HOSTNAME": "weaviate-0",
        "DEFAULT_VECTORIZER_MODULE": "none",
        "DISABLE_TELEMETRY": "true",
        "GO_PROFILING_PORT": str(profiling),
        "GRPC_PORT": str(grpc),
        "PERSISTENCE_DATA_PATH": str(folder),
        "RAFT_BOOTSTRAP_EXPECT": "1",
        "RAFT_INTERNAL_RPC_PORT": str(rpc),
        "RAFT_JOIN": f"weaviate-0:{raft}",
        "RAFT_PORT": str(raft),
    }
    command = [WEAVIATE, "--host", "127.0.0.1", "--port", str(port), "--scheme", "http"]
    with running(command, ready=f"http://127.0.0.1:{port}/v1/.well-known/ready", environment=settings):
        yield {"WEAVIATE_HOST": "127.0.0.1", "WEAVIATE_HTTP_PORT": str(port), "WEAVIATE_GRPC_PORT": str(grpc)}


@contextmanager
def running(command: Sequence[object], *, ready: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A process that answers at a URL, for as long as it is needed."""
    with TemporaryFile() as log:
        words = [str(part) for part in command]
        process = subprocess.Popen(words, env={**os.environ, **(environment or {})}, stdout=log, stderr=log)
        try:
            wait_until_ready(ready, process, log)
            yield
        finally:
            process.kill()
            process.wait()


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise AssertionError(f"{process.args!r} ended with {process.returncode}: {log.read()[-2000:].decode()}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer within {PATIENCE_SECONDS} seconds")
