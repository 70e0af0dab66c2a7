"""Stand-ins of the other places that load.py reads: a file server, a registry (OCI, Ollama), ModelScope. Only Python's standard library."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub import Content, Handler, Server, hash_of, size_of

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class FilesHandler(Handler):
    server_state: Files

    def answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path in self.server_state.redirects:
            self.redirect(self.server_state.redirects[path])
        elif path in self.server_state.files:
            self.content(self.server_state.files[path])
        else:
            self.error(404, "Not Found")


class Files(Server):
    """Files by their path."""

    handler = FilesHandler

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Content] = {}
        self.redirects: dict[str, str] = {}


class RegistryHandler(Handler):
    server_state: Registry

    def answer(self) -> None:
        state = self.server_state
        path = urlsplit(self.path).path
        if path == "/token":
            self._token()
            return
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/([^/]+)", path)
        if match is None or match[1] not in state.repositories:
            self.error(404, "name unknown")
            return
        repository = match[1]
        wanted = f"Bearer {state.token}:{repository}"
        if state.token and not self.path.endswith("?signed") and self.headers.get("Authorization") != wanted:
            challenge = f'Bearer realm="{state.url}/token",service="registry",scope="repository:{repository}:pull"'
            self.json({"errors": [{"code": "UNAUTHORIZED"}]}, 401, {"WWW-Authenticate": challenge})
            return
        if match[2] == "blobs":
            self._blob(match[3])
        else:
            self._manifest(repository, match[3])

    def _token(self) -> None:
        """A token for who has the password, or for everybody."""
        state = self.server_state
        if state.password and self.headers.get("Authorization") != f"Basic {state.password}":
            self.error(401, "unauthorized")
            return
        scope = parse_qs(urlsplit(self.path).query).get("scope", [""])[0]
        self.json({"token": f"{state.token}:{scope.split(':')[1] if ':' in scope else ''}"})

    def _blob(self, digest: str) -> None:
        content = self.server_state.blobs.get(digest)
        if content is None:
            self.error(404, "blob unknown")
        elif self.path.endswith("?signed"):
            if self.headers.get("Authorization"):
                self.error(400, "Only one auth mechanism allowed")
            else:
                self.content(content)
        else:
            self.redirect(f"http://localhost:{self.server_state.port}{self.path}?signed", status=307)

    def _manifest(self, repository: str, tag: str) -> None:
        found = self.server_state.repositories[repository].get(tag)
        if found is None:
            self.error(404, "manifest unknown")
            return
        self.content(found, {"Docker-Content-Digest": f"sha256:{hash_of(found, 'sha256')}"})


class Registry(Server):
    """A registry. Blobs are served by another host, without a credential."""

    handler = RegistryHandler

    def __init__(self, token: str = "", password: str = "") -> None:
        super().__init__()
        self.token = token
        #: User and password in base64.
        self.password = password
        self.blobs: dict[str, Content] = {}
        self.repositories: dict[str, dict[str, bytes]] = {}

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def blob(self, content: bytes, media_type: str, annotations: dict[str, str] | None = None) -> dict[str, object]:
        """Adds a blob, and describes it."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.blobs[digest] = content
        return {"mediaType": media_type, "digest": digest, "size": len(content), "annotations": annotations or {}}

    def push(self, repository: str, tag: str, value: dict[str, Any]) -> str:
        """Adds a manifest or an index under a tag and its digest."""
        body = json.dumps(value).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.repositories.setdefault(repository, {}).update({tag: body, digest: body})
        return digest


class ModelScopeHandler(Handler):
    server_state: ModelScope

    def answer(self) -> None:
        state = self.server_state
        match = re.fullmatch(
            r"/api/v1/(model|dataset)s/([^/]+/[^/]+)(/revisions|/repo/files|/repo/tree|/repo)?", urlsplit(self.path).path
        )
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        files = state.repos.get((match[1], match[2])) if match else None
        if match is None or files is None:
            self.json({"Code": 10010205001, "Message": "record not found", "Success": False}, 404)
            return
        if state.token and self.headers.get("Authorization") != f"Bearer {state.token}":
            self.json({"Code": 10010101002, "Message": "unauthorized", "Success": False}, 403)
            return
        if match[3] is None:
            self._data({"License": state.licence, "Name": match[2]})
        elif match[3] == "/revisions":
            self._data({"RevisionMap": {"Branches": [{"Revision": "master"}], "Tags": [{"Revision": "v1"}]}})
        elif match[3] == "/repo":
            content = files.get(query.get("FilePath", ""))
            self.content(content) if content is not None else self.error(404, "no such file")
        else:
            self._listing(files, query)

    def _listing(self, files: dict[str, bytes], query: dict[str, str]) -> None:
        root = query.get("Root", "")
        below = {path: content for path, content in files.items() if not root or path.startswith(f"{root}/")}
        folders = sorted({path[: match.end() - 1] for path in below for match in re.finditer("/", path)})
        listed: list[dict[str, object]] = [{"Path": path, "Type": "tree", "Size": 0, "Sha256": ""} for path in folders]
        listed += [
            {"Path": path, "Type": "blob", "Size": size_of(content), "Sha256": hash_of(content, "sha256")}
            for path, content in sorted(below.items())
        ]
        if query.get("Recursive") != "True":
            depth = root.count("/") + 2 if root else 1
            listed = [entry for entry in listed if str(entry["Path"]).count("/") + 1 == depth]
        listed = [entry for entry in listed if entry["Path"] != root]
        if "PageNumber" in query:
            size = int(query["PageSize"])
            begin = (int(query["PageNumber"]) - 1) * size
            listed = listed[begin : begin + size]
        else:
            listed = listed[: self.server_state.most_listed]
        self._data({"Files": listed})

    def _data(self, value: object) -> None:
        self.json({"Code": 200, "Data": value, "Message": "success", "Success": True})


class ModelScope(Server):
    """ModelScope: files of repositories by kind and name. A listing is cut without a word, as the real one is."""

    handler = ModelScopeHandler

    def __init__(self) -> None:
        super().__init__()
        self.repos: dict[tuple[str, str], dict[str, bytes]] = {}
        self.token = ""
        self.licence = "Apache License 2.0"
        self.most_listed = 3000
