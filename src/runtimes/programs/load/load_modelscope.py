"""Loads a repository of ModelScope, by the API that its own client uses (modelscope-hub 0.5)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, urlencode

import job
import load_web as web
from load_files import File, Plan, Repository, some

#: A listing is cut here without a word. https://github.com/modelscope/modelscope (REPO_FILES_TRUNCATION_LIMIT of modelscope-hub)
MOST_LISTED = 3000
PAGE = 200


class ModelScope(Repository):
    """A repository of models or datasets."""

    def __init__(self, params: job.Params, kind: str) -> None:
        super().__init__(params, kind)
        endpoint = os.environ.get("MODELSCOPE_ENDPOINT") or os.environ.get("MODELSCOPE_DOMAIN") or "modelscope.cn"
        self._endpoint = (endpoint if "://" in endpoint else f"https://{endpoint}").rstrip("/")
        self._api = f"{self._endpoint}/api/v1/{kind}s/{quote(self._repo)}"
        self._token = os.environ.get("MODELSCOPE_API_TOKEN", "").strip()

    def plan(self) -> Plan:
        self._check_revision()
        name = f"{self._repo} at {self._revision}"
        entries = self._listing()
        files = {str(entry.get("Path")): entry for entry in entries if entry.get("Type") != "tree"}
        chosen = self._chosen(files, name)
        facts: dict[str, object] = {
            "source": "modelscope",
            "repo": self._repo,
            "revision": self._revision,
            "licence": self._licence(),
        }
        return Plan(name, tuple(file_of(files[path]) for path in chosen), facts)

    def fetch(self, files: list[File], folder: Path) -> None:
        def one(file: File) -> None:
            url = f"{self._api}/repo?{urlencode({'Revision': self._revision, 'FilePath': file.path})}"
            try:
                web.download(url, file, folder, self._headers)
            except web.Refused as refused:
                raise self._explained(refused) from refused

        web.each(one, files)

    def _headers(self) -> dict[str, str]:
        if not self._token:
            return {}
        return {"Authorization": f"Bearer {self._token}", "Cookie": f"m_session_id={self._token}"}

    def _data(self, path: str) -> object:
        try:
            answer, _ = web.read_json(f"{self._api}{path}", self._headers())
        except web.Refused as refused:
            raise self._explained(refused) from refused
        if not isinstance(answer, dict) or answer.get("Success") is False or answer.get("Code") not in (None, 200, "200"):
            message = answer.get("Message") if isinstance(answer, dict) else answer
            raise job.Hopeless(f"{web.host_of(self._endpoint)} refuses {self._repo}: {message}")
        return answer.get("Data")

    def _explained(self, refused: web.Refused) -> job.Hopeless:
        host = web.host_of(self._endpoint)
        if refused.status in (401, 403):
            token = (
                "the token in MODELSCOPE_API_TOKEN does not open it"
                if self._token
                else "it needs a token in MODELSCOPE_API_TOKEN"
            )
            return job.Hopeless(
                f"{self._repo} is not public on {host}: {token}; ask for access at {self._endpoint}/{self._kind}s/{self._repo}"
            )
        if refused.status == 404:
            return job.Hopeless(f"{host} has no {self._kind} {self._repo}; see {self._endpoint}/{self._kind}s")
        return job.Hopeless(f"{host} answers {refused.status} to {self._repo}")

    def _check_revision(self) -> None:
        data = self._data("/revisions")
        revisions = data.get("RevisionMap", {}) if isinstance(data, dict) else {}
        known = [str(item.get("Revision")) for key in ("Branches", "Tags") for item in revisions.get(key) or []]
        is_commit = len(self._revision) == 40 and all(digit in "0123456789abcdef" for digit in self._revision)
        if known and self._revision not in known and not is_commit:
            raise job.Hopeless(f"{self._repo} has no revision {self._revision}; it has {some(known)}")

    def _licence(self) -> str:
        data = self._data("")
        return str(data.get("License") or "") if isinstance(data, dict) else ""

    def _listing(self) -> list[dict[str, object]]:
        if self._kind == "dataset":
            return self._pages()
        entries = self._page("/repo/files", {"Recursive": "True"})
        return entries if len(entries) < MOST_LISTED else self._walk("")

    def _pages(self) -> list[dict[str, object]]:
        entries: list[dict[str, object]] = []
        number = 1
        while True:
            page = self._page("/repo/tree", {"Recursive": "True", "PageNumber": str(number), "PageSize": str(PAGE)})
            entries.extend(page)
            if len(page) < PAGE:
                return entries
            number += 1

    def _walk(self, root: str) -> list[dict[str, object]]:
        """A tree that is too large for one listing, folder by folder."""
        entries = self._page("/repo/files", {"Recursive": "False", **({"Root": root} if root else {})})
        if len(entries) >= MOST_LISTED:
            raise job.Hopeless(
                f"folder {root or '/'} of {self._repo} has {MOST_LISTED} files or more, which ModelScope does not list"
            )
        below = [self._walk(str(entry.get("Path"))) for entry in entries if entry.get("Type") == "tree"]
        return entries + [entry for part in below for entry in part]

    def _page(self, path: str, query: dict[str, str]) -> list[dict[str, object]]:
        data = self._data(f"{path}?{urlencode({'Revision': self._revision, **query})}")
        listed = data.get("Files") if isinstance(data, dict) else data
        return [entry for entry in listed or [] if isinstance(entry, dict)] if isinstance(listed, list) else []


def file_of(entry: dict[str, object]) -> File:
    size = entry.get("Size")
    return File(str(entry.get("Path")), size if isinstance(size, int) else None, str(entry.get("Sha256") or ""))
