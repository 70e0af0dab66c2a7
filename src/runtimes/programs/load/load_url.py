"""Loads one file from a URL, with its sum, and unpacks it where it is an archive."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import job
import load_web as web
from load_files import File, Plan, Source, check_names
from load_unpack import is_archive, unpack


class Url(Source):
    """A file on any server. Its sum is part of the recipe, so that it is always the same file."""

    def __init__(self, params: job.Params, _kind: str) -> None:
        self._url = params.text("url")
        self._sha256 = params.text("sha256").lower()
        self._unpacks = params.one_of("unpack", ("auto", "no")) == "auto"
        parts = urlsplit(self._url)
        if parts.scheme not in ("https", "http") or not parts.netloc:
            raise job.Hopeless(f"param url is {self._url}, which is not an https URL")
        if "@" in parts.netloc:
            raise job.Hopeless(
                f"param url holds a password for {web.host_of(self._url)}; put the file where it can be read, for example a bucket"
            )
        if len(self._sha256) != 64 or any(digit not in "0123456789abcdef" for digit in self._sha256):
            raise job.Hopeless("param sha256 is not 64 hexadecimal digits; give what sha256sum prints for the file")
        self._host = web.host_of(self._url)
        self._name = PurePosixPath(unquote(parts.path)).name or "file"

    def plan(self) -> Plan:
        try:
            size = web.size_at(self._url)
        except web.Refused as refused:
            raise self._explained(refused) from refused
        check_names([self._name], self._host)
        file = File(self._name, size, self._sha256)
        return Plan(f"{self._name} of {self._host}", (file,), {"source": "url", "url": job.without_secrets(self._url)})

    def fetch(self, files: list[File], folder: Path) -> None:
        for file in files:
            try:
                web.download(self._url, file, folder)
            except web.Refused as refused:
                raise self._explained(refused) from refused

    def finish(self, folder: Path, result: Path) -> Path:
        if not self._unpacks or not is_archive(self._name):
            return folder
        unpack(folder / self._name, result)
        return result

    def _explained(self, refused: web.Refused) -> job.Hopeless:
        what = {
            401: "asks for a password, which url cannot give; put the file where it can be read, for example a bucket",
            403: "does not let it be read; a signed URL may have expired",
            404: "does not have it; see that url is right",
            410: "does not have it any more; see that url is right",
        }.get(refused.status, "refuses it")
        return job.Hopeless(f"{self._host} answers {refused.status} to {self._name}: it {what}")
