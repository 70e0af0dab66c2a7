"""Rows of a dataset: where they are, what they hold, and whether they are fit for training."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from job import Hopeless, content

#: The builders of the library `datasets`, by the ending of a file.
BUILDERS = {".jsonl": "json", ".json": "json", ".ndjson": "json", ".parquet": "parquet", ".csv": "csv"}
#: Words in names of files that hold rows to evaluate on, and of those that are not for training at all.
EVALUATION = ("eval", "validation", "valid", "dev")
HELD_BACK = (*EVALUATION, "test")
#: Files that a loader writes about a dataset.
REPORTS = ("dataset.json", "source.json", "dataset_infos.json", "package.json")

#: What a row may hold, in the order in which it is looked for, for each task.
FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "sft": {"messages": ("messages",), "prompt-completion": ("prompt", "completion"), "text": ("text",)},
    "dpo": {"preference": ("chosen", "rejected")},
}
COLUMNS = {form: columns for forms in FORMS.values() for form, columns in forms.items()}
#: Columns that may come along.
OPTIONAL = ("prompt", "tools", "chat_template_kwargs")
NEEDS = {
    "sft": ("messages, or prompt and completion, or text", "prompt=question,completion=answer"),
    "dpo": ("chosen and rejected, and may have prompt", "chosen=better,rejected=worse"),
}

Row = dict[str, object]


def dataset_folder() -> Path:
    return content() / "data"


def rows_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files to train on, and those to evaluate on."""
    files = [
        path for path in sorted(folder.rglob("*")) if path.suffix in BUILDERS and path.is_file() and is_of_rows(path, folder)
    ]
    held_back = [path for path in files if has_word(path, folder, HELD_BACK)]
    named = [path for path in files if has_word(path, folder, ("train",))]
    train = of_one_kind(named or [path for path in files if path not in held_back])
    if not train:
        raise Hopeless(
            f"{folder} holds no file of rows to train on, such as train.jsonl or train.parquet; set the dataset of the resource"
        )
    evaluation = of_one_kind([path for path in held_back if has_word(path, folder, EVALUATION)])
    return train, evaluation


def is_of_rows(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return path.name not in REPORTS and not any(part.startswith(".") for part in parts)


def has_word(path: Path, folder: Path, words: tuple[str, ...]) -> bool:
    """Whether the name of the file, or of a folder that it is in, has one of the words."""
    parts = path.relative_to(folder).with_suffix("").parts
    return any(word in part.replace("_", "-").replace(".", "-").split("-") for part in parts for word in words)


def of_one_kind(paths: list[Path]) -> list[Path]:
    """The files that have the ending of the first one."""
    return [path for path in paths if path.suffix == paths[0].suffix]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, one by one."""
    if path.suffix == ".parquet":
        yield from parquet_rows(path)
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    else:
        yield from json_rows(path)


def parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(path).iter_batches(batch_size=1000):
            yield from batch.to_pylist()
    except pyarrow.ArrowInvalid as error:
        raise Hopeless(f"{path.name} is not a parquet file ({error}); import the dataset again") from error


def json_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise Hopeless(f"row {number} of {path.name} is not JSON ({error}); write one object a line") from error
            if not isinstance(row, dict):
                raise Hopeless(f"row {number} of {path.name} is not an object; write one object a line")
            yield row


def checked_form(task: str, paths: list[Path]) -> tuple[str, int]:
    """What the rows of the files hold, and how many there are. Fails with the first row that is not fit for the task."""
    form, count = "", 0
    for path in paths:
        for number, row in enumerate(read_rows(path), start=1):
            form = form or form_of(task, path.name, row)
            problem = row_problem(form, row)
            if problem:
                raise Hopeless(f"row {number} of {path.name} cannot be trained on: {problem}")
            count += 1
    if count == 0:
        raise Hopeless(f"{paths[0].name} has no rows; import a dataset that has some")
    return form, count


def form_of(task: str, name: str, row: Row) -> str:
    """What the columns of a row make it."""
    for form, columns in FORMS[task].items():
        if all(column in row for column in columns):
            return form
    needed, example = NEEDS[task]
    has = f"the columns {', '.join(row)}" if row else "no columns"
    raise Hopeless(
        f"{name} has {has}; {task} needs {needed}; name them in the param columns of the dataset, for example {example}"
    )


def row_problem(form: str, row: Row) -> str:
    """Why a row is not of the form; '' if it is."""
    columns = COLUMNS[form]
    if form == "preference" and row.get("prompt") is not None:
        columns = ("prompt", *columns)
    for column in columns:
        problem = value_problem(column, row.get(column), form)
        if problem:
            return problem
    if len({isinstance(row[column], str) for column in columns}) > 1:
        return f"{' and '.join(columns)} are neither all texts nor all lists of messages"
    return ""


def value_problem(column: str, value: object, form: str) -> str:
    if form == "text" or isinstance(value, str):
        if not isinstance(value, str):
            return f"{column} is {kind_of(value)}, not a text"
        return "" if form != "messages" else "messages is a text, not a list of messages with role and content"
    if not isinstance(value, list):
        return f"{column} is {kind_of(value)}, not a {'list of messages' if form == 'messages' else 'text'}"
    if not value:
        return f"{column} is an empty list"
    for place, message in enumerate(value, start=1):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return f"message {place} of {column} has no role; write objects with role and content"
    return ""


def kind_of(value: object) -> str:
    """A value's kind as a person calls it."""
    kinds = {
        bool: "true or false",
        int: f"the number {value}",
        float: f"the number {value}",
        dict: "an object",
        list: "a list",
        str: "a text",
    }
    return "missing" if value is None else kinds.get(type(value), type(value).__name__)


def is_conversation(form: str, row: Row) -> bool:
    """Whether the row is of messages, which a chat template turns into text."""
    return not isinstance(row[COLUMNS[form][0]], str)
