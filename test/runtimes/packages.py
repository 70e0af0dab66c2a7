"""An index of packages on this machine, with one package, and a lock of it."""

from __future__ import annotations

import base64
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def wheel(folder: Path, version: str) -> Path:
    """A package `tiny` with nothing in it but its place."""
    path = folder / f"tiny-{version}-py3-none-any.whl"
    files = {
        "tiny.py": "WHERE = __file__\n",
        f"tiny-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"tiny-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"tiny-{version}.dist-info/RECORD"
    lines = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(text)}")
        archive.writestr(zipfile.ZipInfo(record), "\n".join([*lines, f"{record},,"]) + "\n")
    return path


@dataclass
class Index:
    """A package index on this machine."""

    url: str
    wheels: dict[str, bytes]
    downloads: list[str] = field(default_factory=list)
    slow: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(path: Path) -> Iterator[Index]:
    """Serves a wheel until the test ends."""
    state = Index("", {path.name: path.read_bytes()})
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[-1]
            if name in state.wheels:
                state.downloads.append(name)
                state.asked.set()
                if state.slow.is_set():
                    over.wait(30)
                self.reply(state.wheels[name], "application/octet-stream")
            elif self.path.startswith("/simple/tiny"):
                links = "".join(f'<a href="/files/{wheel_name}">{wheel_name}</a>' for wheel_name in state.wheels)
                self.reply(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html")
            else:
                self.send_error(404)

        do_HEAD = do_GET

        def reply(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/simple"
    yield state
    over.set()
    server.shutdown()
    server.server_close()


def lock_of(path: Path) -> str:
    return f"tiny==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
