"""What is to be loaded, and whether it is there: plan, choice of files, sizes and sums, and the move to where it is published."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import job

#: Ends the name of a file that is not whole yet, whose download goes on where it was cut.
PART = ".part~"

#: What a file system needs for itself beside the files.
MARGIN = 64 * 1024 * 1024

#: What we write into an artifact about where it comes from.
SOURCE = "source.json"

#: Second copies of the weights in other formats, which would double the artifact. gpt-oss-120b: 121 GiB, of which 61 are needed.
SECOND_COPIES = (
    *("original/*", "metal/*", "onnx/*", "openvino/*", "checkpoints/*", "consolidated*"),
    *("*.onnx", "*.msgpack", "*.h5", "*.tflite", "*.gguf", "*.pth", "*.ot"),
)
OLD_WEIGHTS = ("*.bin", "*.pt")

SPLIT_NAME = re.compile(r"-(\d{5})-of-(\d{5})(?=\.[^.]+$)")
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class File:
    """A file to load, and how to tell whether it is whole."""

    path: str
    #: Absent where the server does not say.
    size: int | None
    sha256: str = ""
    #: Of the content as git knows it, for files that are not large.
    git_sha1: str = ""


@dataclass(frozen=True)
class Plan:
    """What a source holds."""

    #: Source for messages, such as `Qwen/Qwen3-0.6B at 6130ef3`.
    name: str
    files: tuple[File, ...]
    #: For source.json.
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(file.size or 0 for file in self.files)


class Source:
    """A place from which files are loaded."""

    def begin(self, folder: Path) -> None:
        """Makes the folder, with what an earlier attempt has left for it."""
        take_back(folder)

    def plan(self) -> Plan:
        raise NotImplementedError

    def fetch(self, files: list[File], folder: Path) -> None:
        """Downloads each of the files to its path in the folder. What cannot succeed raises `job.Hopeless`, what may `job.Again`."""
        raise NotImplementedError

    def finish(self, folder: Path, _result: Path) -> Path:
        """The folder with the files of the artifact: those downloaded, or in a new folder what was packed in them."""
        return folder

    def stop(self) -> None:
        """Ends what `fetch` has started, from the handler of a signal."""


class Repository(Source):
    """A repository of a hub: what its params say."""

    def __init__(self, params: job.Params, kind: str) -> None:
        self._repo = params.text("repo")
        self._revision = params.text("revision")
        self._include = params.items("include")
        self._exclude = params.items("exclude")
        self._kind = kind

    def _chosen(self, paths: Iterable[str], name: str) -> list[str]:
        return choose(sorted(paths), include=self._include, exclude=self._exclude, kind=self._kind, name=name)


def matching(paths: Iterable[str], pattern: str) -> list[str]:
    """The paths that a glob of the hub matches: `*` matches slashes too, and a folder stands for all in it."""
    whole = pattern + "*" if pattern.endswith("/") else pattern
    return [path for path in paths if fnmatch.fnmatchcase(path, whole)]


def some(names: Iterable[str], most: int = 8) -> str:
    """The first of the names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def choose(paths: list[str], *, include: list[str], exclude: list[str], kind: str, name: str) -> list[str]:
    """The paths to load: those included, without those excluded; of a model, without second copies unless they are included by name."""
    if include:
        chosen: set[str] = set()
        for pattern in include:
            found = matching(paths, pattern)
            if not found:
                raise job.Hopeless(
                    f"include {pattern} matches none of the {len(paths)} files of {name}; it has {some(sorted(paths))}"
                )
            chosen.update(found)
    else:
        chosen = set(paths) - second_copies(paths) if kind == "model" else set(paths)
        chosen -= {".gitattributes", ".gitignore"}
    for pattern in exclude:
        chosen -= set(matching(chosen, pattern))
    if not chosen:
        raise job.Hopeless(f"nothing is left of {name}: include and exclude leave out all of its {len(paths)} files")
    result = sorted(chosen)
    if kind == "model":
        check_gguf(result, name)
    check_names(result, name)
    return result


def second_copies(paths: list[str]) -> set[str]:
    """The files that hold again, in another format, what the safetensors files hold, or else the files of PyTorch."""
    outside = [path for path in paths if not any(fnmatch.fnmatchcase(path, pattern) for pattern in SECOND_COPIES)]
    if any(path.endswith(".safetensors") for path in outside):
        patterns: tuple[str, ...] = (*SECOND_COPIES, *OLD_WEIGHTS)
    elif any(fnmatch.fnmatchcase(path, pattern) for path in outside for pattern in OLD_WEIGHTS):
        patterns = SECOND_COPIES
    else:
        return set()
    return {path for path in paths if any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)}


def check_gguf(paths: list[str], name: str) -> None:
    """One quantization only, and all of its parts: a server opens one."""
    weights = [path for path in paths if path.endswith(".gguf") and "mmproj" not in path.lower()]
    groups: dict[str, list[str]] = {}
    for path in weights:
        groups.setdefault(SPLIT_NAME.sub("", path), []).append(path)
    if len(groups) > 1:
        example = PurePosixPath(sorted(groups)[0]).name
        raise job.Hopeless(
            f"{name} has {len(groups)} GGUF files to choose from, and a server opens one; set include to one of them,"
            f" for example include: {example}; there are {some(sorted(groups))}"
        )
    for group in groups.values():
        match = SPLIT_NAME.search(group[0])
        if match and len(group) != int(match[2]):
            raise job.Hopeless(
                f"{group[0]} of {name} is one of {int(match[2])} parts, of which include takes {len(group)}; include all"
            )


def check_names(paths: list[str], name: str) -> None:
    """No path may lead out of the artifact, or be that of a file of ours."""
    for path in paths:
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts or not parts or "\\" in path or "\0" in path:
            raise job.Hopeless(f"{name} names a file {path!r}, which leads out of the artifact; nothing is loaded")
        if parts[0] in (*job.NOT_PUBLISHED, SOURCE):
            raise job.Hopeless(
                f"{name} has {path}, and {parts[0]} is a name of the platform; leave it out, for example exclude: {parts[0]}*"
            )


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below the folder, by its path in it. Links are not followed."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            yield path.relative_to(folder).as_posix(), path


def bytes_in(folder: Path) -> int:
    """The bytes that are on the disk: a file may be made at its full size before it is written."""
    total = 0
    for _, path in files_in(folder):
        try:
            status = path.lstat()
        except OSError:
            continue  # moved meanwhile
        total += min(status.st_size, status.st_blocks * 512) if status.st_blocks else status.st_size
    return total


def digest(path: Path, algorithm: str = "sha256", prefix: bytes = b"") -> str:
    """The sum of a file, read in pieces."""
    total = hashlib.new(algorithm, prefix, usedforsecurity=False)
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            total.update(piece)
    return total.hexdigest()


def fault_of(file: File, folder: Path) -> str | None:
    """What is wrong with a file on the disk; `None` if it is whole."""
    path = folder / file.path
    if path.is_symlink() or not path.is_file():
        return f"{file.path} is not there"
    size = path.stat().st_size
    if file.size is not None and size != file.size:
        return f"{file.path} has {size} bytes instead of {file.size}"
    if file.sha256:
        found, expected, kind = digest(path), file.sha256, "sha256"
    elif file.git_sha1:
        found, expected, kind = digest(path, "sha1", f"blob {size}\0".encode()), file.git_sha1, "git hash"
    else:
        return None
    return None if found == expected else f"{file.path} has {kind} {found} instead of {expected}"


def faults(files: Iterable[File], folder: Path) -> dict[File, str]:
    """The files that are not whole, and why."""
    every = list(files)
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda file: fault_of(file, folder), every)
        return {file: fault for file, fault in zip(every, found, strict=True) if fault is not None}


def prune(folder: Path, files: Iterable[File]) -> None:
    """Deletes what is not of the plan: orphans of a killed attempt, or files of another revision."""
    kept = {file.path for file in files}
    kept |= {path + PART for path in kept}
    for name, path in list(files_in(folder)):
        if name not in kept:
            path.unlink()
    remove_empty_folders(folder)


def remove_empty_folders(folder: Path) -> None:
    for root, _, _ in os.walk(folder, topdown=False):
        path = Path(root)
        if path != folder and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()


def check_disk(needed: int, name: str) -> None:
    """Fails before the first byte where the volume is too small."""
    free = shutil.disk_usage(job.artifacts()).free
    if needed > 0 and needed + MARGIN > free:
        raise job.Hopeless(
            f"{name} needs {job.size_of(needed)} and {job.artifacts()} has {job.size_of(free)} free; give the resource a larger disk (resources.disk)"
        )


def take_back(folder: Path) -> None:
    """Moves what an attempt that ended while it moved its files has left at the top back to where it came from."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in job.leftovers():
        if entry.is_symlink() or not entry.is_dir():
            move(entry, folder / entry.name)
            continue
        for name, path in list(files_in(entry)):
            move(path, folder / entry.name / name)
        shutil.rmtree(entry)


def move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def publish(folder: Path) -> None:
    """Moves what is in the folder to the top of the volume: on one file system, so that no file is ever there in part."""
    for entry in sorted(folder.iterdir()):
        entry.replace(job.artifacts() / entry.name)


def record(folder: Path, known: Iterable[File] = ()) -> list[dict[str, object]]:
    """Path, size and sha256 of each file, in the order of their paths."""
    sums = {file.path: file.sha256 for file in known if file.sha256}
    return [
        {"path": name, "size": path.stat().st_size, "sha256": sums.get(name) or digest(path)}
        for name, path in sorted(files_in(folder))
        if name != SOURCE
    ]


def write_json(path: Path, value: object) -> None:
    """The same bytes for the same value."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
