"""A stand-in of the Hugging Face Hub that speaks its protocol: redirects, LFS, commits, pages, gates, errors. Only Python's standard library.

In a test:

    with Hub() as hub:
        commit = hub.repo("acme/tiny").commit({"config.json": b"{}"})
        os.environ["HF_ENDPOINT"] = hub.url

As a program, which a pod of a cluster may run:

    python3 hub.py --root FOLDER [--host 0.0.0.0] [--port 8080] [--cdn NAME] [--token hf_secret=acme/gated,acme/other]

FOLDER/models/OWNER/NAME and FOLDER/datasets/OWNER/NAME are repositories; `.hub.json` in one may say
{"gated": true, "licence": "mit", "tags": ["v1"]}.
`POST /_faults` with a list of {"path", "times", "status", "cut", "hang", "corrupt"} makes requests fail; `GET /_requests` lists those that came.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import hashlib
import json
import math
import mimetypes
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

LARGE = re.compile(r"\.(safetensors|bin|gguf|parquet|arrow|pt|pth|onnx|h5|msgpack|model|npz|zst|gz|zip|mp3|wav)$")
LARGE_BYTES = 10 * 1024 * 1024
PIECE = 64 * 1024

Content = bytes | Path


@dataclass
class Fault:
    """What goes wrong with requests whose path a glob matches."""

    #: Of the path with its query, `*` matching slashes too.
    path: str
    #: How often; -1 is always.
    times: int = 1
    #: Answer with this status.
    status: int = 0
    #: Close the connection after so many bytes of the body.
    cut: int = -1
    #: Send so many seconds nothing, after the first bytes of the body if `cut` says how many.
    hang: float = 0
    #: Send other bytes of the same number.
    corrupt: bool = False
    #: Which methods.
    method: str = "*"


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]


class Server:
    """An HTTP server in threads, whose requests are listed and may be made to fail."""

    #: What is served; a subclass of Handler.
    handler: type[Handler]

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self.over = threading.Event()
        outer = self

        class Bound(self.handler):  # type: ignore[name-defined,misc]
            server_state = outer

        self._http = ThreadingHTTPServer((host, port), Bound)
        self._http.daemon_threads = True
        self.port = self._http.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()

    def serve(self) -> None:
        self._http.serve_forever()

    def fail(self, path: str, **how: Any) -> None:
        """Makes requests fail, see Fault."""
        self.faults.append(Fault(path, **how))

    def fault_for(self, method: str, path: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.times != 0 and fnmatch.fnmatchcase(path, fault.path) and fnmatch.fnmatchcase(method, fault.method):
                    fault.times -= fault.times > 0
                    return fault
        return None

    def asked(self, pattern: str, method: str = "GET") -> list[Request]:
        """The requests so far for paths that a glob matches."""
        with self.lock:
            return [
                request for request in self.requests if request.method == method and fnmatch.fnmatchcase(request.path, pattern)
            ]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: Any
    fault: Fault | None = None

    def do_GET(self) -> None:
        self._begin()

    def do_HEAD(self) -> None:
        self._begin()

    def do_POST(self) -> None:
        self._begin()

    def _begin(self) -> None:
        state = self.server_state
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_faults":
            state.faults[:] = [Fault(**fault) for fault in json.loads(body)]
            self.json({})
            return
        if self.path == "/_requests":
            self.json([asdict(request) for request in state.requests])
            return
        with state.lock:
            state.requests.append(Request(self.command, self.path, dict(self.headers)))
        self.fault = state.fault_for(self.command, self.path)
        if self.fault and self.fault.status:
            self.error(self.fault.status, "as the test wants")
            return
        if self.fault and self.fault.hang and self.fault.cut < 0:
            state.over.wait(self.fault.hang)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.answer()

    def answer(self) -> None:
        """Answers a request."""
        raise NotImplementedError

    def json(self, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status: int, message: str, code: str = "") -> None:
        headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
        self.json({"error": message}, status, headers)

    def redirect(self, location: str, headers: Mapping[str, str] | None = None, status: int = 302) -> None:
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()

    def content(self, content: Content, headers: Mapping[str, str] | None = None) -> None:
        """Sends a file or a range of it, and goes wrong where it is to."""
        size = size_of(content)
        begin, status = 0, 200
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if match:
            begin, status = int(match[1]), 206
            if begin >= size:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        end = min(size, int(match[2]) + 1) if match and match[2] else size
        self.send_response(status)
        self.send_header("Content-Type", mimetypes.guess_type(self.path)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(end - begin))
        self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self._send(content, begin, end)

    def _send(self, content: Content, begin: int, end: int) -> None:
        fault = self.fault
        sent = 0
        for piece in pieces_of(content, begin, end):
            data = bytes(byte ^ 1 for byte in piece) if fault and fault.corrupt else piece
            if fault and 0 <= fault.cut < sent + len(data):
                self.wfile.write(data[: fault.cut - sent])
                self.wfile.flush()
                if fault.hang:
                    self.server_state.over.wait(fault.hang)
                self.close_connection = True
                return
            self.wfile.write(data)
            sent += len(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def size_of(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def pieces_of(content: Content, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content[begin:end]
        return
    left = (content.stat().st_size if end is None else end) - begin
    with content.open("rb") as stream:
        stream.seek(begin)
        while left > 0 and (piece := stream.read(min(PIECE, left))):
            yield piece
            left -= len(piece)


def safetensors_header(content: Content) -> dict[str, Any]:
    """What a file of weights says of itself; nothing where it is not one."""
    begin = b"".join(pieces_of(content, 0, min(8, size_of(content))))
    size = int.from_bytes(begin, "little")
    if len(begin) < 8 or size > size_of(content) - 8:
        return {}
    try:
        header = json.loads(b"".join(pieces_of(content, 8, 8 + size)))
    except ValueError:
        return {}
    return header if isinstance(header, dict) else {}


def hash_of(content: Content, algorithm: str, prefix: bytes = b"") -> str:
    total = hashlib.new(algorithm, prefix)
    for piece in pieces_of(content):
        total.update(piece)
    return total.hexdigest()


@dataclass(frozen=True)
class Entry:
    """A file of a commit."""

    path: str
    content: Content
    blob_id: str
    #: Of the content, where it is large and so kept outside git.
    sha256: str = ""

    @classmethod
    def of(cls, path: str, content: Content) -> Entry:
        size = size_of(content)
        if not LARGE.search(path) and size <= LARGE_BYTES:
            return cls(path, content, hash_of(content, "sha1", f"blob {size}\0".encode()))
        sha256 = hash_of(content, "sha256")
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
        return cls(path, content, hash_of(pointer, "sha1", f"blob {len(pointer)}\0".encode()), sha256)

    def listed(self) -> dict[str, object]:
        size = size_of(self.content)
        lfs = {"oid": self.sha256, "size": size, "pointerSize": 134}
        return {"type": "file", "oid": self.blob_id, "size": size, "path": self.path, **({"lfs": lfs} if self.sha256 else {})}


@dataclass
class Repo:
    """A repository, its commits and who may read it."""

    name: str
    kind: str
    gated: bool = False
    private: bool = False
    licence: str = ""
    #: Files are named as Xet keeps them, whose server then never answers: downloads by Xet hang.
    hanging_xet: bool = False
    commits: dict[str, dict[str, Entry]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: Mapping[str, Content], branch: str = "main", tag: str = "") -> str:
        """Adds a commit with these files and no others."""
        entries = {path: Entry.of(path, content) for path, content in sorted(files.items())}
        text = "\n".join(f"{entry.blob_id} {path}" for path, entry in entries.items())
        sha = hashlib.sha1(f"{self.branches.get(branch, '')}\n{text}".encode()).hexdigest()  # noqa: S324 - as git does
        self.commits[sha] = entries
        self.branches[branch] = sha
        if tag:
            self.tags[tag] = sha
        return sha

    def resolved(self, revision: str) -> str | None:
        found = self.branches.get(revision) or self.tags.get(revision) or revision
        return found if found in self.commits else None


class HubHandler(Handler):
    server_state: Hub

    def answer(self) -> None:
        path = unquote(urlsplit(self.path).path).lstrip("/")
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if path.startswith("cdn/"):
            self._cdn(path.removeprefix("cdn/"))
        elif path.startswith("_cas"):
            self.server_state.over.wait()
        elif token and token not in self.server_state.tokens:
            self.error(401, "Invalid credentials in Authorization header")
        elif path == "api/whoami-v2":
            self.json({"type": "user", "name": "tester"}) if token else self.error(401, "Invalid username or password.")
        elif match := re.fullmatch(r"api/(model|dataset)s/([^/]+/[^/]+)(/.*)?", path):
            self._api(self._repo(match[1], match[2], token), match[3] or "", token)
        elif match := re.fullmatch(r"api/resolve-cache/(model|dataset)s/([^/]+/[^/]+)/([^/]+)/(.+)", path):
            self._file(self._repo(match[1], match[2], token), match[3], match[4], token, cached=True)
        elif match := re.fullmatch(r"(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self._file(self._repo("dataset" if match[1] else "model", match[2], token), match[3], match[4], token)
        else:
            self.error(404, "Not Found")

    def _repo(self, kind: str, name: str, token: str) -> Repo | None:
        """The repository, or an answer that tells a stranger nothing."""
        repo = self.server_state.repos.get((kind, name))
        if repo is None or (repo.private and not self._may_read(repo, token)):
            if token:
                self.error(404, "Repository not found", "RepoNotFound")
            else:
                self.error(401, "Invalid username or password.", "RepoNotFound")
            return None
        return repo

    def _may_read(self, repo: Repo, token: str) -> bool:
        granted = self.server_state.tokens.get(token, set())
        return "*" in granted or repo.name in granted

    def _is_open(self, repo: Repo, token: str) -> bool:
        """Whether the files may be read; else the answer has been given."""
        if not repo.gated or self._may_read(repo, token):
            return True
        start = f"Access to {repo.kind} {repo.name} is restricted"
        if token:
            self.error(403, f"{start} and you are not in the authorized list. Visit the page to ask for access.", "GatedRepo")
        else:
            self.error(401, f"{start}. You must have access to it and be authenticated to access it. Please log in.", "GatedRepo")
        return False

    def _api(self, repo: Repo | None, rest: str, token: str) -> None:
        if repo is None:
            return
        if rest == "/refs":
            refs = {
                kind: [{"name": name, "ref": f"refs/{ref}/{name}", "targetCommit": sha} for name, sha in names.items()]
                for kind, ref, names in (("branches", "heads", repo.branches), ("tags", "tags", repo.tags))
            }
            self.json({**refs, "converts": []})
        elif rest == "/auth-check":
            if self._is_open(repo, token):
                self.json({})
        elif match := re.fullmatch(r"/xet-read-token/([^/]+)", rest):
            self.json(
                {"accessToken": "x", "exp": int(time.time()) + 3600, "casUrl": f"{self._base}/_cas"},
                headers={
                    "X-Xet-Cas-Url": f"{self._base}/_cas",
                    "X-Xet-Access-Token": "x",
                    "X-Xet-Token-Expiration": "9999999999",
                },
            )
        elif match := re.fullmatch(r"(/revision/(?P<revision>.+))?", rest):
            self._info(repo, match["revision"] or "main")
        elif match := re.fullmatch(r"/tree/(?P<revision>[^/]+)(/.*)?", rest):
            self._tree(repo, match["revision"])
        else:
            self.error(404, "Not Found")

    @property
    def _base(self) -> str:
        return f"http://{self.headers.get('Host')}"

    def _commit(self, repo: Repo, revision: str) -> str | None:
        sha = repo.resolved(revision)
        if sha is None:
            self.error(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return sha

    def _info(self, repo: Repo, revision: str) -> None:
        sha = self._commit(repo, revision)
        if sha is None:
            return
        licence = {"license": repo.licence} if repo.licence else {}
        self.json(
            {
                **{"_id": "0", "id": repo.name, "modelId": repo.name, "author": repo.name.split("/")[0], "sha": sha},
                **{"private": repo.private, "gated": "manual" if repo.gated else False, "disabled": False},
                **{
                    "lastModified": "2026-01-01T00:00:00.000Z",
                    "createdAt": "2026-01-01T00:00:00.000Z",
                    "downloads": 0,
                    "likes": 0,
                },
                **{"tags": [f"license:{repo.licence}"] if repo.licence else [], "cardData": licence},
                "siblings": [self._sibling(entry) for entry in repo.commits[sha].values()],
                **self._safetensors(repo.commits[sha].values()),
            }
        )

    def _sibling(self, entry: Entry) -> dict[str, object]:
        """A file; with its size where that is asked for."""
        asked = parse_qs(urlsplit(self.path).query).get("blobs") == ["true"]
        return {"rfilename": entry.path, **({"size": size_of(entry.content)} if asked else {})}

    def _safetensors(self, entries: Iterable[Entry]) -> dict[str, object]:
        """How many numbers the files of the model have, by their types, as their headers say."""
        counts: dict[str, int] = {}
        for entry in entries:
            if re.fullmatch(r"model[^/]*\.safetensors", entry.path):
                for name, tensor in safetensors_header(entry.content).items():
                    if name != "__metadata__":
                        counts[tensor["dtype"]] = counts.get(tensor["dtype"], 0) + math.prod(tensor["shape"])
        return {"safetensors": {"parameters": counts, "total": sum(counts.values())}} if counts else {}

    def _tree(self, repo: Repo, revision: str) -> None:
        """One page of the list, and where the next one is."""
        sha = self._commit(repo, revision)
        if sha is None:
            return
        entries = [entry.listed() for entry in repo.commits[sha].values()]
        folders = sorted(
            {"/".join(path.split("/")[:depth]) for path in repo.commits[sha] for depth in range(1, path.count("/") + 1)}
        )
        every = [*({"type": "directory", "oid": "0" * 40, "size": 0, "path": path} for path in folders), *entries]
        query = parse_qs(urlsplit(self.path).query)
        begin = int(query.get("cursor", ["0"])[0])
        end = begin + self.server_state.page_size
        headers = {}
        if end < len(every):
            address = f"{self._base}{urlsplit(self.path).path}?recursive=true&cursor={end}"
            headers["Link"] = f'<{address}>; rel="next"'
        self.json(every[begin:end], headers=headers)

    def _file(self, repo: Repo | None, revision: str, path: str, token: str, *, cached: bool = False) -> None:
        if repo is None or not self._is_open(repo, token):
            return
        sha = self._commit(repo, revision)
        if sha is None:
            return
        entry = repo.commits[sha].get(path)
        if entry is None:
            self.error(404, "Entry not found", "EntryNotFound")
            return
        headers = {"X-Repo-Commit": sha}
        if entry.sha256:
            linked = {
                "X-Linked-Etag": f'"{entry.sha256}"',
                "X-Linked-Size": str(size_of(entry.content)),
                "ETag": f'"{entry.sha256}"',
            }
            if repo.hanging_xet:
                kind = f"{self._base}/api/{repo.kind}s/{repo.name}/xet-read-token/{sha}"
                linked |= {"X-Xet-Hash": entry.sha256, "Link": f'<{kind}>; rel="xet-auth"'}
            self.redirect(f"{self.server_state.cdn_of(self._base)}/cdn/{entry.sha256}?Signature=once", {**headers, **linked})
        elif cached:
            self.content(entry.content, {**headers, "ETag": f'"{entry.blob_id}"'})
        else:
            location = f"/api/resolve-cache/{repo.kind}s/{repo.name}/{sha}/{quote(path)}?etag=%22{entry.blob_id}%22"
            self.redirect(location, {**headers, "ETag": f'"{entry.blob_id}"'}, 307)

    def _cdn(self, sha256: str) -> None:
        """A store whose URLs are signed. It refuses a second credential, as S3 does."""
        if self.headers.get("Authorization") and self.server_state.cdn:
            self.error(400, "Only one auth mechanism allowed")
            return
        for repo in self.server_state.repos.values():
            for entries in repo.commits.values():
                for entry in entries.values():
                    if entry.sha256 == sha256:
                        self.content(entry.content, {"ETag": f'"{sha256}"'})
                        return
        self.error(404, "NoSuchKey")


class Hub(Server):
    """The hub: repositories, and tokens with the names of the gated or private repositories that each may read."""

    handler = HubHandler

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, page_size: int = 1000, cdn: str = "localhost") -> None:
        super().__init__(host, port)
        self.repos: dict[tuple[str, str], Repo] = {}
        self.tokens: dict[str, set[str]] = {}
        self.page_size = page_size
        self.cdn = cdn

    def repo(self, name: str, kind: str = "model", **settings: Any) -> Repo:
        """The repository of a name, made at the first call."""
        return self.repos.setdefault((kind, name), Repo(name, kind, **settings))

    def cdn_of(self, base: str) -> str:
        """Where large files are: another host than the hub's, if there is one."""
        return f"http://{self.cdn}:{self.port}" if self.cdn else base

    def add_folder(self, root: Path) -> None:
        """Adds the repositories of a folder, see above."""
        for kind in ("model", "dataset"):
            for folder in sorted(path for path in (root / f"{kind}s").glob("*/*") if path.is_dir()):
                about = folder / ".hub.json"
                settings = json.loads(about.read_text(encoding="utf-8")) if about.is_file() else {}
                tags = settings.pop("tags", [])
                repo = self.repo(f"{folder.parent.name}/{folder.name}", kind, **settings)
                files = {
                    path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file() and path != about
                }
                sha = repo.commit(files)
                repo.tags.update(dict.fromkeys(tags, sha))


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in of the Hugging Face Hub")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--host", default="0.0.0.0")  # noqa: S104 - in a pod
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--cdn", default="", help="another name of this server, which large files come from, as from the hub's")
    parser.add_argument("--token", action="append", default=[], help="TOKEN=OWNER/NAME,OWNER/NAME or TOKEN=*")
    arguments = parser.parse_args()
    hub = Hub(arguments.host, arguments.port, cdn=arguments.cdn)
    for pair in arguments.token:
        token, _, names = pair.partition("=")
        hub.tokens[token] = set(names.split(","))
    hub.add_folder(arguments.root)
    print(f"hub: {len(hub.repos)} repositories on port {hub.port}", flush=True)
    hub.serve()


if __name__ == "__main__":
    main()
