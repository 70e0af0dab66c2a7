"""Loads a repository of the Hugging Face Hub with the hub's own client, which is watched, and whose result is not believed but verified.

`snapshot_download` may return with a part of the files (https://github.com/huggingface/huggingface_hub/issues/3007), its downloads may hang
for ever (https://github.com/huggingface/xet-core/issues/883), and Xet may take more memory than a pod has
(https://github.com/huggingface/huggingface_hub/issues/3300). So: the commit first, then the list of its files, then each file by that commit,
in a process of its own that is ended where no byte arrives.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import job
from load_files import File, Plan, Repository, bytes_in, some

if TYPE_CHECKING:
    from huggingface_hub import HfApi

T = TypeVar("T")

#: Seconds without a byte after which a download counts as hung.
STALL_SECONDS = 300.0
#: How often a hung download is begun again in one attempt.
RESTARTS = 3
TRIES = 6

#: Of the client: no questions to PyPI, no bars, no telemetry; and buffers of Xet that a small pod has room for (of 8 GB at most by default).
SETTINGS = {
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_VERBOSITY": "error",
    "HF_HUB_DOWNLOAD_TIMEOUT": "60",
    "HF_HUB_ETAG_TIMEOUT": "30",
    "HF_XET_RECONSTRUCTION_DOWNLOAD_BUFFER_SIZE": "268435456",
    "HF_XET_RECONSTRUCTION_DOWNLOAD_BUFFER_PERFILE_SIZE": "67108864",
    "HF_XET_RECONSTRUCTION_DOWNLOAD_BUFFER_LIMIT": "1073741824",
    "HF_XET_CHUNK_CACHE_SIZE_BYTES": "0",
}

PUBLIC = "https://huggingface.co"


def settings() -> dict[str, str]:
    """The environment of the client. A user's own value counts, and a mirror does not pass on the hosts of Xet."""
    result = {name: os.environ.get(name) or value for name, value in SETTINGS.items()}
    result["HF_HOME"] = os.environ.get("HF_HOME") or str(Path(tempfile.gettempdir()) / "huggingface")
    if os.environ.get("HF_ENDPOINT"):
        # https://github.com/huggingface/huggingface_hub/issues/4475
        result["HF_HUB_DISABLE_XET"] = os.environ.get("HF_HUB_DISABLE_XET") or "1"
    return result


def endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or PUBLIC).rstrip("/")


def token() -> str | None:
    return os.environ.get("HF_TOKEN", "").strip() or None


def client() -> HfApi:
    """The hub's client. It reads its settings when it is imported."""
    os.environ.update(settings())
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint(), token=token() or False)


class Hub(Repository):
    """A repository of models or datasets."""

    def __init__(self, params: job.Params, kind: str) -> None:
        super().__init__(params, kind)
        self._commit = ""
        self._child: subprocess.Popen[str] | None = None

    def plan(self) -> Plan:
        api = client()
        info = self._asked(lambda: api.repo_info(self._repo, repo_type=self._kind, revision=self._revision))
        self._commit = str(info.sha)
        gated = bool(info.gated)
        if gated:
            self._asked(lambda: api.auth_check(self._repo, repo_type=self._kind))
        name = f"{self._repo} at {self._commit[:7]}"
        tree = self._asked(
            lambda: list(api.list_repo_tree(self._repo, repo_type=self._kind, revision=self._commit, recursive=True))
        )
        files: dict[str, File] = {}
        for entry in tree:
            size = getattr(entry, "size", None)
            if isinstance(size, int):
                lfs = getattr(entry, "lfs", None)
                files[entry.path] = File(
                    entry.path, size, lfs.sha256 if lfs else "", "" if lfs else str(getattr(entry, "blob_id", ""))
                )
        if not files:
            raise job.Hopeless(f"{name} has no files")
        chosen = self._chosen(files, name)
        facts: dict[str, object] = {
            "source": "huggingface",
            "repo": self._repo,
            "revision": self._revision,
            "commit": self._commit,
            "licence": licence_of(info),
            "gated": gated,
        }
        return Plan(name, tuple(files[path] for path in chosen), facts)

    def fetch(self, files: list[File], folder: Path) -> None:
        """Downloads in a process that is begun again where it hangs: first as it was, then without Xet."""
        wanted = {file.path for file in files}
        for restart in range(RESTARTS + 1):
            missing = sorted(path for path in wanted if not (folder / path).is_file())
            if not missing:
                return
            by_xet = restart == 0 and settings().get("HF_HUB_DISABLE_XET", "0") in ("0", "")
            try:
                if self._download(missing, folder, without_xet=restart > 0):
                    return
                problem = f"no byte of {self._repo} arrived for {stall_seconds():.0f} s"
            except job.Again as error:
                if not by_xet:
                    raise
                problem = str(error)  # Its servers may be out of reach, those of the hub not.
            print(f"{problem}; downloading again{' without Xet' if by_xet else ''}", flush=True)
        raise job.Again(
            f"{self._repo} hangs: no byte arrived for {stall_seconds():.0f} s, {RESTARTS + 1} times; another attempt goes on with what is there"
        )

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()

    def _download(self, paths: list[str], folder: Path, *, without_xet: bool) -> bool:
        """Whether the download ended by itself rather than by being watched."""
        order = {"repo": self._repo, "kind": self._kind, "commit": self._commit, "folder": str(folder), "files": paths}
        environment = {**os.environ, **settings(), **({"HF_HUB_DISABLE_XET": "1"} if without_xet else {})}
        program = Path(__file__).with_name("load_hub_child.py")
        with subprocess.Popen(
            [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as child:
            self._child = child
            answers: list[str] = []
            reader = threading.Thread(target=lambda: answers.extend(child.stdout or []), daemon=True)
            reader.start()
            if child.stdin is not None:
                # Left open: when it closes, this process has ended, and the child ends too.
                print(json.dumps(order), file=child.stdin, flush=True)
            finished = watched(child, folder)
            reader.join(5)
        self._child = None
        if finished:
            raise_answer(answers, child.returncode, self._repo)
        return finished

    def _asked(self, act: Callable[[], T]) -> T:
        return asked(act, self._repo, self._kind, self._revision)


def stall_seconds() -> float:
    return float(os.environ.get("SUBSTRATUS_STALL_SECONDS") or STALL_SECONDS)


def watched(child: subprocess.Popen[str], folder: Path) -> bool:
    """Waits for the child, and ends it where the folder does not grow. Whether it ended by itself."""
    last, since = -1, time.monotonic()
    while True:
        try:
            child.wait(min(1.0, stall_seconds() / 4))
            return True
        except subprocess.TimeoutExpired:
            pass
        now = bytes_in(folder)
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > stall_seconds():
            child.kill()
            child.wait()
            return False


def raise_answer(lines: list[str], code: int, repo: str) -> None:
    """The error that the child tells of."""
    for line in reversed(lines):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and "error" in answer:
            raise (job.Hopeless if answer.get("hopeless") else job.Again)(str(answer["error"]))
    if code == -9:
        raise job.Again(
            f"the download of {repo} was killed, probably for its memory; give the resource more (resources.memory), 4 GiB are enough"
        )
    if code != 0:
        raise job.Again(f"the download of {repo} ended with exit code {code}; another attempt goes on with what is there")


def licence_of(info: object) -> str:
    """The licence as the repository's card names it."""
    card = getattr(info, "card_data", None)
    for key in ("license_name", "license"):
        value = card.get(key) if card is not None else None
        if value and value != "other":
            return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    tags = getattr(info, "tags", None) or []
    return next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")


def asked(act: Callable[[], T], repo: str, kind: str, revision: str) -> T:
    """The hub's answer. What fails for its or the network's sake is asked again, anything else is explained."""
    for tries in range(1, TRIES + 1):
        try:
            return act()
        except Exception as error:
            problem = explained(error, repo, kind, revision)
            if tries == TRIES or not isinstance(problem, job.Again):
                raise problem from error
            job.pause(tries)
    raise AssertionError


def explained(error: BaseException, repo: str, kind: str, revision: str = "") -> BaseException:
    """What an error of the client means for whoever wrote the resource."""
    import httpx2
    from huggingface_hub import errors

    page = f"{PUBLIC if endpoint() == PUBLIC else endpoint()}/{'' if kind == 'model' else 'datasets/'}{repo}"
    host = urlsplit(endpoint()).netloc.rpartition("@")[2]
    if job.is_disk_full(error) or "os error 28" in str(error) or "No space left" in str(error):
        return job.Hopeless(f"no space left on {job.artifacts()}; give the resource a larger disk (resources.disk)")
    if isinstance(error, (errors.LocalEntryNotFoundError, errors.FileMetadataError)):
        if isinstance(error.__cause__, Exception):
            return explained(error.__cause__, repo, kind, revision)
        return job.Again(f"{host} does not answer as the hub does; see that HF_ENDPOINT is a mirror of it, and the proxy")
    if isinstance(error, errors.GatedRepoError):
        return gated(repo, page, error.response.status_code)
    if isinstance(error, errors.RevisionNotFoundError):
        return job.Hopeless(f"{repo} has no revision {revision}{revisions_of(repo, kind)}")
    if isinstance(error, errors.DisabledRepoError):
        return job.Hopeless(f"{repo} has been disabled by {host}; see {page}")
    if isinstance(error, errors.EntryNotFoundError):
        return job.Hopeless(f"a file of {repo} is not there any more: {error}")
    if isinstance(error, errors.HfHubHTTPError):
        return refused(error, repo, kind, page)
    if isinstance(error, errors.HFValidationError):
        return job.Hopeless(f"param repo is {repo}, which the hub cannot have: {error}")
    if isinstance(error, (httpx2.TransportError, ConnectionError, TimeoutError)):
        return job.Again(
            f"{host} cannot be reached: {str(error) or type(error).__name__}; another attempt goes on with what is there"
        )
    if isinstance(error, (OSError, RuntimeError)):
        return job.Again(f"{repo} cannot be downloaded: {error}; another attempt goes on with what is there")
    return error


def gated(repo: str, page: str, status: int) -> job.Hopeless:
    if token() is None:
        return job.Hopeless(f"{repo} is gated: accept its licence at {page} and give that account's token in HF_TOKEN")
    if status == 401:
        return job.Hopeless(
            f"the token in HF_TOKEN is not valid; make one at {PUBLIC}/settings/tokens, of an account that has accepted {page}"
        )
    return job.Hopeless(
        f"the account of HF_TOKEN may not load {repo}: accept its licence at {page}, or see there whether the request is granted yet;"
        " a fine-grained token needs the permission to read gated repositories"
    )


def refused(error: BaseException, repo: str, kind: str, page: str) -> BaseException:
    """Of an answer with an error status."""
    from huggingface_hub import errors

    if not isinstance(error, errors.HfHubHTTPError):
        return error
    status = error.response.status_code
    host = urlsplit(endpoint()).netloc.rpartition("@")[2]
    if status == 401 and error.response.headers.get("X-Error-Message") == "Invalid credentials in Authorization header":
        return job.Hopeless(f"the token in HF_TOKEN is not valid; make one at {PUBLIC}/settings/tokens")
    if isinstance(error, errors.RepositoryNotFoundError) or status in (401, 404):
        private = "the account of HF_TOKEN may not see it" if token() else "it is private and HF_TOKEN is not set"
        return job.Hopeless(f"{host} has no {kind} {repo}, or {private}; see {page}")
    if status == 403:
        return job.Hopeless(f"{host} does not let {repo} be read; see whether the token in HF_TOKEN has that permission")
    if status in (408, 425, 429) or status >= 500:
        return job.Again(f"{host} answers {status} to {repo}; another attempt goes on with what is there")
    return job.Hopeless(f"{host} answers {status} to {repo}: {error}")


def revisions_of(repo: str, kind: str) -> str:
    """The revisions that there are, for a message; empty where they cannot be listed."""
    try:
        refs = client().list_repo_refs(repo, repo_type=kind)
    except Exception:  # noqa: BLE001 - only words of a message
        return "; see its branches, tags and commits"
    names = [ref.name for ref in (*refs.branches, *refs.tags)]
    return f"; it has {some(names)}"
