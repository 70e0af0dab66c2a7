"""Unpacks archives that nobody has looked at: nothing in them leads out of the folder, and nothing grows without bounds."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

import zstandard

import job
from load_files import CHUNK, MARGIN

TARS = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".tar.bz2", ".tar.xz")
ARCHIVES = (*TARS, ".zip")


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


class Unpacker:
    """Writes the members of an archive below a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._room = shutil.disk_usage(job.artifacts()).free - MARGIN

    def target(self, member: str) -> Path:
        """Where a member goes."""
        path = PurePosixPath(member)
        if path.is_absolute() or ".." in path.parts or "\\" in member or "\0" in member:
            raise job.Hopeless(f"{self._name} holds {member!r}, which leads out of the folder; it is not unpacked")
        return self._folder.joinpath(*path.parts)

    def refuse(self, member: str, what: str) -> job.Hopeless:
        return job.Hopeless(f"{self._name} holds {member!r}, which is {what}; pack files and folders only")

    def write(self, member: str, stream: IO[bytes]) -> None:
        path = self.target(member)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as output:
            while piece := stream.read(CHUNK):
                self._room -= len(piece)
                if self._room < 0:
                    raise job.Hopeless(
                        f"{self._name} unpacks to more than {job.artifacts()} has room for; give the resource a larger disk (resources.disk)"
                    )
                output.write(piece)


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks an archive into a new folder, without the one folder at its top where it has but one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unpacker = Unpacker(folder, archive.name)
    try:
        if archive.name.lower().endswith(".zip"):
            unpack_zip(archive, unpacker)
        else:
            unpack_tar(archive, unpacker)
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zstandard.ZstdError,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise job.Hopeless(
            f"{archive.name} cannot be unpacked: {error}; its sum is right, so the file itself is at fault"
        ) from error
    lift(folder)
    if not any(folder.iterdir()):
        raise job.Hopeless(f"{archive.name} is an empty archive")


def unpack_tar(archive: Path, unpacker: Unpacker) -> None:
    with opened_tar(archive) as tar:
        unpack_members(tar, unpacker)


def unpack_members(tar: tarfile.TarFile, unpacker: Unpacker, prefix: str = "") -> None:
    """Writes the members below a prefix."""
    for member in tar:
        name = member.name.removeprefix("./")
        if prefix and not f"{name}/".startswith(prefix):
            continue
        name = name[len(prefix) :].strip("/") if prefix else name
        if PurePosixPath(name).name.startswith(".wh."):
            continue  # How an image layer deletes a file of the layer below.
        if member.isdir():
            if name not in ("", "."):
                unpacker.target(name).mkdir(parents=True, exist_ok=True)
        elif member.isreg():
            stream = tar.extractfile(member)
            if stream is not None:
                unpacker.write(name, stream)
        elif not (member.issym() or member.islnk()):
            raise unpacker.refuse(member.name, "a device or a pipe")
        else:
            raise unpacker.refuse(member.name, f"a link to {member.linkname!r}")


@contextmanager
def opened_tar(archive: Path, compression: str | None = None) -> Iterator[tarfile.TarFile]:
    """A tar as a stream: only what is asked for is in memory."""
    name = archive.name.lower()
    if (compression or name).endswith((".zst", ".zstd", "zstd")):
        with (
            archive.open("rb") as raw,
            zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            yield tar
    else:
        with archive.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|*") as tar:
            yield tar


def unpack_zip(archive: Path, unpacker: Unpacker) -> None:
    with zipfile.ZipFile(archive) as file:
        for member in file.infolist():
            mode = member.external_attr >> 16
            if stat.S_ISLNK(mode):
                raise unpacker.refuse(member.filename, "a link")
            if member.is_dir():
                unpacker.target(member.filename).mkdir(parents=True, exist_ok=True)
                continue
            if member.flag_bits & 1:
                raise job.Hopeless(f"{archive.name} is encrypted; pack it without a password")
            with file.open(member) as stream:
                unpacker.write(member.filename, stream)


def lift(folder: Path) -> None:
    """Lifts the files out of the one folder that an archive was packed from: model-1.0/config.json becomes config.json."""
    entries = list(folder.iterdir())
    if len(entries) != 1 or not entries[0].is_dir():
        return
    outer = folder.with_name(folder.name + ".outer")
    shutil.rmtree(outer, ignore_errors=True)
    folder.rename(outer)
    (outer / entries[0].name).rename(folder)
    outer.rmdir()
