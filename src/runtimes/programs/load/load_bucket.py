"""Files of a bucket, which fetch.sh has listed and copied to the volume: there is nothing to download."""

from __future__ import annotations

import json
from pathlib import Path

import job
from load_files import File, Plan, Source


class Bucket(Source):
    """A folder of a bucket."""

    def __init__(self, params: job.Params, _kind: str) -> None:
        self._url = params.text("url")

    def begin(self, folder: Path) -> None:
        job.remove_leftovers()  # The copy is of now, and what is at the top of an earlier attempt.
        super().begin(folder)

    def plan(self) -> Plan:
        listing = json.loads((job.checkpoints() / "bucket.json").read_text(encoding="utf-8"))
        files = tuple(File(entry["Path"], entry["Size"]) for entry in listing)
        if not files:
            raise job.Hopeless(f"{self._url} holds no files; see that the bucket and the folder are right")
        return Plan(self._url, files, {"source": "bucket", "url": self._url})

    def fetch(self, files: list[File], _folder: Path) -> None:
        """Only what changed in the bucket while it was copied is missing."""
        raise job.Again(f"{files[0].path} of {self._url} is not as it was listed; it changed while it was copied")
