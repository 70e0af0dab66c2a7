"""VS Code behind Jupyter: the real code-server, started by what a notebook has, as a user without rights."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[4]
PROGRAM = ROOT / "src" / "runtimes" / "programs" / "jupyter"
TOKEN = "secret"
PATIENCE_SECONDS = 240
QUERY = "?reconnectionToken=11111111-1111-1111-1111-111111111111&reconnection=false&skipWebSocketFrames=false"


class Lab:
    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, token: str = "") -> tuple[int, str, str]:
        """Status, address after redirects, and text."""
        headers = {"Authorization": f"token {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.url or "", error.read().decode()

    def last_activity(self) -> str:
        return str(json.loads(self.get("/api/status", TOKEN)[2])["last_activity"])

    def websocket(self, path: str, token: str = "") -> tuple[str, socket.socket]:
        """The line that answers the handshake, and the connection."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        address = f"127.0.0.1:{self.port}"
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {address}",
            f"Origin: http://{address}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            *([f"Authorization: token {token}"] if token else []),
        ]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection.recv(4096).decode("latin1").splitlines()[0], connection


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    built = ROOT / ".cache" / "code-server"
    subprocess.run(["sh", str(ROOT / "test/runtimes/code-server.sh"), str(built)], check=True)
    root = Path(tempfile.mkdtemp())
    program, work = root / "opt", root / "content" / "work"
    shutil.copytree(PROGRAM, program)
    work.mkdir(parents=True)
    settings = program / "jupyter_server_config.json"
    settings.write_text(settings.read_text().replace("/opt/vscode", str(built / "vscode")).replace("/content/work", str(work)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.chown(path, 1000, 100)
    environment = {
        "PATH": f"{built / 'lab/bin'}:/usr/bin:/bin",
        "HOME": str(work),
        "PIP_USER": "1",
        "JUPYTER_CONFIG_PATH": str(program),
        "JUPYTER_TOKEN": TOKEN,
        "SUBSTRATUS_CONTENT": str(root / "content"),
        "TERMINATION_LOG": str(root / "log"),
        **{name: value for name, value in os.environ.items() if name in ("PIP_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE")},
    }
    command = ["setpriv", "--reuid=1000", "--regid=100", "--clear-groups", "sh", str(program / "start.sh")]
    jupyter = ["jupyter", "lab", "--ip=127.0.0.1", f"--port={port}", "--no-browser", f"--notebook-dir={root / 'content'}"]
    with (root / "output").open("wb") as output:
        process = subprocess.Popen([*command, *jupyter], env=environment, cwd=work, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(port):
            assert process.poll() is None, (root / "output").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.5)
        yield Lab(port)
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(root, ignore_errors=True)


def answers(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to run as another user")
def test_vs_code_opens_the_work_folder_with_the_token_of_the_notebook_alone_and_is_activity(lab: Lab) -> None:
    assert "/login" in lab.get("/vscode/")[1]
    status, address, page = lab.get("/vscode/", TOKEN)
    assert (status, address.endswith("/content/work"), "workbench" in page) == (200, True, True)

    endpoint = "/vscode/stable-" + page.split("stable-", 1)[1].split("/", 1)[0] + QUERY
    refused, closed = lab.websocket(endpoint)
    closed.close()
    assert refused.split()[1] == "403"

    before = lab.last_activity()
    time.sleep(3)
    assert lab.last_activity() == before, "to be asked is not activity"
    accepted, window = lab.websocket(endpoint, TOKEN)
    with window:
        assert accepted.split()[1] == "101"
        # What an open window sends every few seconds: a masked frame with the protocol's keep-alive.
        window.sendall(b"\x82\x8d\0\0\0\0" + b"\x09" + bytes(12))
        time.sleep(3)
        assert lab.last_activity() > before
