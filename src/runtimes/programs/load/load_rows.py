"""Reads the rows of data files: which files hold a split, and their rows one by one, however large they are."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import job
from load_files import some

Row = dict[str, Any]

#: Kinds of data files, the best first: of two copies of the same rows, the first is read.
KINDS = {
    "parquet": (".parquet",),
    "arrow": (".arrow",),
    "jsonl": (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
    "json": (".json", ".json.gz"),
    "csv": (".csv", ".tsv", ".csv.gz", ".tsv.gz"),
}

#: What describes a dataset, and is none of its data.
DESCRIPTIONS = {
    "dataset_infos.json",
    "dataset_info.json",
    "dataset_dict.json",
    "state.json",
    "dataset.json",
    "source.json",
    "config.json",
}

#: Names by which splits go, as the datasets library knows them.
SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}

#: A cell of CSV may be a whole document.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
BATCH = 1000


def kind_of(path: str) -> str | None:
    """The kind of a data file by its name; `None` of any other file."""
    name = PurePosixPath(path).name.lower()
    if name in DESCRIPTIONS or name.startswith("."):
        return None
    return next((kind for kind, ends in KINDS.items() if name.endswith(ends)), None)


def split_of(path: str) -> str | None:
    """The split that a file's name tells of, or else a folder of it."""
    for part in reversed(PurePosixPath(path).parts):
        words = re.split(r"[^a-z0-9]+", part.lower())
        for split, names in SPLITS.items():
            if any(word in names for word in words):
                return split
    return None


def in_subset(path: str, subset: str) -> bool:
    """Whether a file is in the folder of a subset, or has it in its name."""
    path_of = PurePosixPath(path)
    if f"/{path_of.parent.as_posix()}/".find(f"/{subset.strip('/')}/") >= 0:
        return True
    return subset.lower() in re.split(r"[^A-Za-z0-9]+", path_of.name.lower()) or path_of.name.lower().startswith(
        f"{subset.lower()}-"
    )


def files_of(paths: Iterable[str], *, subset: str, split: str, name: str) -> list[str]:
    """The data files that hold a split, of one kind."""
    every = sorted(paths)
    data = [path for path in every if kind_of(path)]
    if not data:
        raise job.Hopeless(f"{name} has no data files (parquet, jsonl, json, csv, arrow); it has {some(every)}")
    if subset:
        chosen = [path for path in data if in_subset(path, subset)]
        if not chosen:
            folders = sorted({PurePosixPath(path).parent.as_posix() for path in data} - {"."})
            raise job.Hopeless(f"{name} has no subset {subset}; it has {some(folders or data)}")
        data = chosen
    splits = {path: split_of(path) for path in data}
    wanted = next((known for known, names in SPLITS.items() if split.lower() in names), None)
    chosen = [path for path in data if splits[path] == wanted] if wanted else [path for path in data if in_subset(path, split)]
    if not chosen and wanted == "train" and not any(splits.values()):
        chosen = data  # Files that name no split are what there is to train on.
    if not chosen:
        there = sorted({known for known in splits.values() if known})
        raise job.Hopeless(f"{name} has no split {split}; it has {some(there) if there else f'one split in {some(data)}'}")
    best = next(kind for kind in KINDS if any(kind_of(path) == kind for path in chosen))
    return [path for path in chosen if kind_of(path) == best]


def rows_of(folder: Path, path: str) -> Iterator[Row]:
    """The rows of a data file, in their order."""
    readers = {"parquet": parquet_rows, "arrow": arrow_rows, "jsonl": json_lines, "json": json_rows, "csv": csv_rows}
    kind = kind_of(path)
    if kind is None:
        raise AssertionError(path)
    try:
        yield from readers[kind](folder / path)
    except (ValueError, OSError, EOFError, csv.Error) as error:
        if job.is_disk_full(error):
            raise
        raise job.Hopeless(
            f"{path} cannot be read as {kind}: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from error


def parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            yield from batch.to_pylist()


def arrow_rows(path: Path) -> Iterator[Row]:
    """Of both forms: the datasets library writes streams."""
    import pyarrow as arrow

    with arrow.memory_map(str(path)) as source:
        try:
            reader = arrow.ipc.open_file(source)
            batches: Iterable[Any] = (reader.get_batch(number) for number in range(reader.num_record_batches))
        except arrow.ArrowInvalid:
            source.seek(0)
            batches = arrow.ipc.open_stream(source)
        for batch in batches:
            for begin in range(0, batch.num_rows, BATCH):
                yield from batch.slice(begin, BATCH).to_pylist()


@contextmanager
def text_of(path: Path) -> Iterator[IO[str]]:
    if path.name.lower().endswith(".gz"):
        with gzip.open(path, "rb") as packed, io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as stream:
            yield stream
    else:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield stream


def object_of(value: object, where: str) -> Row:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is not an object")
    return value


def json_lines(path: Path) -> Iterator[Row]:
    with text_of(path) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    value = json.loads(line)
                except ValueError as error:
                    raise ValueError(f"line {number} is not JSON ({error})") from error
                yield object_of(value, f"line {number}")


def json_rows(path: Path) -> Iterator[Row]:
    """A list of objects, an object with one such list in it, or lines that are objects, whatever the name says."""
    with text_of(path) as stream:
        first = stream.read(4096).lstrip()[:1]
    if first == "[":
        yield from json_list(path)
        return
    with text_of(path) as stream:
        line = stream.readline()
        try:
            is_lines = isinstance(json.loads(line), dict) and stream.readline().strip().startswith("{")
        except ValueError:
            is_lines = False
    if is_lines:
        yield from json_lines(path)
        return
    with text_of(path) as stream:
        value = json.load(stream)
    lists = [item for item in value.values() if isinstance(item, list)] if isinstance(value, dict) else []
    if len(lists) == 1:
        for number, item in enumerate(lists[0], 1):
            yield object_of(item, f"item {number}")
    elif isinstance(value, dict) and not lists:
        yield value
    else:
        raise ValueError("it is neither a list of objects nor an object with one list in it")


def json_list(path: Path) -> Iterator[Row]:
    """The objects of a list, without the whole list in memory."""
    decoder = json.JSONDecoder()
    with text_of(path) as stream:
        text = stream.read(1 << 20).lstrip()[1:]
        number = 0
        while True:
            text = text.lstrip().removeprefix(",").lstrip()
            if text.startswith("]"):
                return
            try:
                value, end = decoder.raw_decode(text)
                if end == len(text):
                    raise ValueError  # A number may go on in the next piece.
            except ValueError:
                piece = stream.read(max(1 << 20, len(text)))
                if not piece:
                    raise ValueError(f"item {number + 1} is not whole") from None
                text += piece
                continue
            number += 1
            yield object_of(value, f"item {number}")
            text = text[end:]


def csv_rows(path: Path) -> Iterator[Row]:
    delimiter = "\t" if ".tsv" in path.name.lower() else ","
    with text_of(path) as stream:
        reader = csv.DictReader(stream, delimiter=delimiter)
        for row in reader:
            if None in row:
                raise ValueError(f"line {reader.line_num} has more cells than there are columns")
            yield dict(row)
