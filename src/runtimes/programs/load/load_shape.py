"""Brings the rows of a dataset into the shape that trainers read: train.jsonl, eval.jsonl and dataset.json.

The same rows, settings and seed give the same bytes on every machine: which rows are kept and which are for evaluation is decided by
hashes of the rows, not by a generator of random numbers.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import re
import shutil
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import job
from load_files import digest, files_in, some, write_json
from load_rows import Row, files_of, rows_of

FORMATS = ("messages", "prompt-completion", "text", "preference")

#: Fields of each format, with whether a row must have them.
FIELDS: dict[str, dict[str, bool]] = {
    "messages": {"messages": True, "tools": False},
    "prompt-completion": {"prompt": True, "completion": True},
    "text": {"text": True},
    "preference": {"prompt": False, "chosen": True, "rejected": True},
}

#: Who speaks, as ShareGPT and its relatives name them.
ROLES = {
    **{"human": "user", "user": "user", "prompter": "user"},
    **{"gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant", "bot": "assistant", "model": "assistant"},
    **{"system": "system", "developer": "developer"},
    **{"tool": "tool", "function": "tool", "function_response": "tool", "observation": "tool"},
}

ALPACA = (
    "Below is an instruction that describes a task{input_words}. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n{input_part}### Response:\n{output}"
)
PLACEHOLDER = re.compile(r"\{([^{}\s][^{}]*)\}")


class Skip(Exception):
    """A row that has nothing where it needs something: it is left out and counted."""


@dataclass(frozen=True)
class Settings:
    format: str
    subset: str
    split: str
    eval_split: str
    columns: dict[str, str]
    template: str
    eval_fraction: float
    limit: int
    seed: int

    @classmethod
    def of(cls, params: job.Params) -> Settings:
        columns: dict[str, str] = {}
        for pair in params.items("columns"):
            name, equals, source = pair.partition("=")
            if not equals or not name.strip() or not source.strip():
                raise job.Hopeless(f"param columns has {json.dumps(pair)}; write field=column, for example prompt=question")
            columns[name.strip()] = source.strip()
        return cls(
            format=params.one_of("format", FORMATS),
            subset=params.text("subset"),
            split=params.text("split"),
            eval_split=params.text("evalSplit"),
            columns=columns,
            template=params.raw_text("template"),
            eval_fraction=params.number("evalFraction"),
            limit=params.integer("limit"),
            seed=params.integer("seed"),
        )


@dataclass
class Shaped:
    """Rows of one split, in a file, one object a line."""

    path: Path
    #: The first eight bytes of a hash of each row.
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    left_out: int = 0
    sources: tuple[str, ...] = ()


def shape(folder: Path, result: Path, params: job.Params, facts: dict[str, object]) -> Path:
    """Writes the shaped dataset into a new folder."""
    settings = Settings.of(params)
    name = str(facts.get("repo") or facts.get("url") or facts.get("reference") or "the dataset")
    shutil.rmtree(result, ignore_errors=True)
    result.mkdir(parents=True)
    train = shaped_split(folder, result / "train.all", settings, settings.split, name)
    kept = chosen(train, settings.limit)
    if settings.eval_split:
        evaluation = shaped_split(folder, result / "eval.all", settings, settings.eval_split, name)
        parts = {"train": (train, kept), "eval": (evaluation, chosen(evaluation, settings.limit))}
    else:
        held_out = evaluated_on(train, kept, settings.eval_fraction)
        parts = {"train": (train, kept - held_out), **({"eval": (train, held_out)} if held_out else {})}
    files = [written(source, rows, result / f"{part}.jsonl") for part, (source, rows) in parts.items()]
    for part in result.glob("*.all"):
        part.unlink()
    left_out = train.left_out + (parts["eval"][0].left_out if settings.eval_split else 0)
    about: dict[str, object] = {
        "format": settings.format,
        "columns": sorted({column for file in files for column in file.pop("columns")}),
        "files": files,
        "leftOut": left_out,
        "seed": settings.seed,
        "source": {**facts, "files": sorted({path for source, _ in parts.values() for path in source.sources})},
    }
    write_json(result / "dataset.json", about)
    rows = " and ".join(f"{file['rows']} to {'train' if file['path'] == 'train.jsonl' else 'evaluate'} on" for file in files)
    without = f"; {left_out} rows without a value are left out" if left_out else ""
    print(f"progress: {rows}{without}", flush=True)
    return result


def shaped_split(folder: Path, path: Path, settings: Settings, split: str, name: str) -> Shaped:
    """All rows of a split, in their new shape."""
    sources = files_of((file for file, _ in files_in(folder)), subset=settings.subset, split=split, name=name)
    result = Shaped(path, sources=tuple(sources))
    shaper = Shaper(settings, name)
    progress = job.Progress()
    with path.open("wb") as output:
        for source in sources:
            for number, row in enumerate(rows_of(folder, source), 1):
                try:
                    line = line_of(shaper.shape(row, f"row {number} of {source}"))
                except Skip:
                    result.left_out += 1
                    continue
                output.write(line)
                result.hashes.append(hash_of(line, settings.seed))
                progress.tell(f"{len(result.hashes)} rows of {split} shaped")
    if not result.hashes:
        raise job.Hopeless(
            f"{name} has no rows in {some(sources)}"
            if result.left_out == 0
            else f"none of the {result.left_out} rows of {name} has a value in {some(shaper.needed())}; see that columns names the right ones"
        )
    return result


def line_of(row: Row) -> bytes:
    try:
        return (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "surrogatepass")
    except (TypeError, ValueError) as error:
        raise job.Hopeless(f"a row holds a value that is no text ({error}); name columns of text") from error


def hash_of(line: bytes, seed: int) -> int:
    return int.from_bytes(hashlib.blake2b(line, digest_size=8, key=str(seed).encode()).digest(), "big")


def chosen(shaped: Shaped, limit: int) -> set[int]:
    """The numbers of the rows to keep: all, or as many as the limit with the smallest hashes."""
    every = range(len(shaped.hashes))
    if limit <= 0 or limit >= len(shaped.hashes):
        return set(every)
    return set(heapq.nsmallest(limit, every, key=lambda number: (shaped.hashes[number], number)))


def evaluated_on(shaped: Shaped, kept: set[int], fraction: float) -> set[int]:
    """The numbers of the rows to evaluate on: those with the largest hashes, so that equal rows are on the same side."""
    if fraction <= 0:
        return set()
    count = max(1, round(len(kept) * fraction))
    if count >= len(kept):
        raise job.Hopeless(
            f"evalFraction {fraction:g} of {len(kept)} rows leaves none to train on; give more rows, or evalFraction 0"
        )
    return set(heapq.nlargest(count, kept, key=lambda number: (shaped.hashes[number], number)))


def written(shaped: Shaped, rows: set[int], path: Path) -> dict[str, Any]:
    """Writes the chosen rows in their order, and describes the file."""
    columns: set[str] = set()
    with shaped.path.open("rb") as source, path.open("wb") as output:
        for number, line in enumerate(source):
            if number in rows:
                output.write(line)
                columns.update(json.loads(line))
    return {"path": path.name, "rows": len(rows), "size": path.stat().st_size, "sha256": digest(path), "columns": columns}


def value_at(row: Row, column: str) -> Any:
    """The value of a column, or of a path into one: answers.text.0."""
    if column in row:
        return row[column]
    value: Any = row
    for part in column.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit():
            if int(part) >= len(value):
                return None  # An empty list of answers, for example: the row has no value.
            value = value[int(part)]
        else:
            raise KeyError(column)
    return value


class Shaper:
    """Turns rows of one dataset into rows of one format. All rows must have values of one type in a column."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._types: dict[str, str] = {}

    def shape(self, row: Row, where: str) -> Row:
        makers: dict[str, Callable[[Row, str], Row]] = {
            "messages": self._messages_row,
            "prompt-completion": self._prompt_completion_row,
            "text": self._text_row,
            "preference": self._preference_row,
        }
        return makers[self._settings.format](row, where)

    def needed(self) -> list[str]:
        return sorted(set(self._settings.columns.values()) | set(self._types)) or list(FIELDS[self._settings.format])

    # The four formats

    def _messages_row(self, row: Row, where: str) -> Row:
        template = self._settings.template
        if template == "sharegpt" or (not template and self._has_conversation(row)):
            result: Row = {"messages": self._conversation(row, where)}
            tools = self._optional(row, "tools")
            return {**result, "tools": json.loads(tools) if isinstance(tools, str) else tools} if tools else result
        prompt, completion = self._turns(row, where)
        return {"messages": [*self._system(row, where), *as_messages(prompt, "user"), *as_messages(completion, "assistant")]}

    def _prompt_completion_row(self, row: Row, where: str) -> Row:
        if self._settings.template == "sharegpt":
            messages = self._conversation(row, where)
            if len(messages) < 2 or messages[-1]["role"] != "assistant":
                raise Skip
            return {"prompt": messages[:-1], "completion": messages[-1:]}
        prompt, completion = self._turns(row, where)
        return {"prompt": prompt, "completion": completion}

    def _text_row(self, row: Row, where: str) -> Row:
        template = self._settings.template
        if template == "alpaca":
            given = self._text(row, "input", where, optional=True)
            return {
                "text": ALPACA.format(
                    input_words=", paired with an input that provides further context" if given else "",
                    instruction=self._text(row, "instruction", where),
                    input_part=f"### Input:\n{given}\n\n" if given else "",
                    output=self._text(row, "output", where),
                )
            }
        if template == "sharegpt":
            raise job.Hopeless(
                "template sharegpt makes messages; set format to messages or prompt-completion, or template to a text"
            )
        return {"text": self._filled(row, where) if template else self._text(row, "text", where)}

    def _preference_row(self, row: Row, where: str) -> Row:
        template = self._settings.template
        result: Row = {}
        if template == "sharegpt":
            result["prompt"] = self._conversation(row, where)
        elif template:
            result["prompt"] = self._prompt(row, where)
        elif self._has(row, "prompt"):
            result["prompt"] = self._turn(row, "prompt", where)
        for name in ("chosen", "rejected"):
            result[name] = self._turn(row, name, where)
        if len({isinstance(value, str) for value in result.values()}) > 1:
            result = {name: as_messages(value, "user" if name == "prompt" else "assistant") for name, value in result.items()}
        return result

    # Their parts

    def _turns(self, row: Row, where: str) -> tuple[Any, Any]:
        """Prompt and completion: both texts, or both messages."""
        completion = (
            self._text(row, "output", where) if self._settings.template == "alpaca" else self._turn(row, "completion", where)
        )
        prompt = self._prompt(row, where) if self._settings.template else self._turn(row, "prompt", where)
        if isinstance(prompt, str) != isinstance(completion, str):
            return as_messages(prompt, "user"), as_messages(completion, "assistant")
        return prompt, completion

    def _prompt(self, row: Row, where: str) -> str:
        """The prompt that a template makes."""
        if self._settings.template != "alpaca":
            return self._filled(row, where)
        given = self._text(row, "input", where, optional=True)
        return self._text(row, "instruction", where) + (f"\n\n{given}" if given else "")

    def _filled(self, row: Row, where: str) -> str:
        template = self._settings.template
        names = PLACEHOLDER.findall(template)
        if not names:
            raise job.Hopeless(
                f"param template is {json.dumps(template)}, in which there is no column; write alpaca, sharegpt, or a text with {{column}} in it"
            )
        return PLACEHOLDER.sub(lambda match: self._text(row, match[1], where, optional=True), template)

    def _system(self, row: Row, where: str) -> list[Row]:
        text = self._text(row, "system", where, optional=True) if self._has(row, "system") else ""
        return [{"role": "system", "content": text}] if text else []

    def _has_conversation(self, row: Row) -> bool:
        return "prompt" not in self._settings.columns and any(
            self._has(row, name) for name in ("messages", "conversations", "conversation")
        )

    def _conversation(self, row: Row, where: str) -> list[Row]:
        names = ("messages",) if "messages" in self._settings.columns else ("messages", "conversations", "conversation")
        name = next((name for name in names if self._has(row, name)), None)
        if name is None:
            raise self._no_column("messages", row)
        value = value_at(row, self._settings.columns.get(name, name))
        messages = parsed(value)
        if not messages:
            raise Skip
        return [message_of(message, where) for message in messages]

    def _turn(self, row: Row, name: str, where: str) -> Any:
        """A text, or a list of messages."""
        value = self._value(row, name)
        messages = parsed(value)
        if messages:
            self._same_type(name, "messages", where)
            return [message_of(message, where) for message in messages]
        return self._as_text(value, name, where)

    def _text(self, row: Row, name: str, where: str, *, optional: bool = False) -> str:
        if optional:
            value = self._value(row, name) if self._has(row, name) or name not in ("input", "system") else None
            return "" if value is None or value == "" else self._as_text(value, name, where)
        return self._as_text(self._value(row, name), name, where)

    def _as_text(self, value: Any, name: str, where: str) -> str:
        """Numbers are texts where all of the column are numbers."""
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Skip
        if isinstance(value, str):
            self._same_type(name, "text", where)
            return value
        if isinstance(value, (bool, int, float)):
            self._same_type(name, "a number", where)
            return json.dumps(value)
        kind = {"list": "a list", "dict": "an object", "bytes": "bytes"}.get(type(value).__name__, type(value).__name__)
        column = self._settings.columns.get(name, name)
        raise job.Hopeless(
            f"column {column} of {self._name} is {kind} in {where}, where {name} must be text;"
            f" name a column of text, or a value in it: columns: {name}={column}.…"
        )

    def _same_type(self, name: str, kind: str, where: str) -> None:
        before = self._types.setdefault(name, kind)
        if before != kind:
            column = self._settings.columns.get(name, name)
            raise job.Hopeless(
                f"column {column} of {self._name} is {kind} in {where} and {before} in rows before; it must be one of the two in all rows"
            )

    def _value(self, row: Row, name: str) -> Any:
        try:
            return value_at(row, self._settings.columns.get(name, name))
        except KeyError:
            raise self._no_column(name, row) from None

    def _optional(self, row: Row, name: str) -> Any:
        return self._value(row, name) if self._has(row, name) else None

    def _has(self, row: Row, name: str) -> bool:
        try:
            value_at(row, self._settings.columns.get(name, name))
        except KeyError:
            return False
        return True

    def _no_column(self, name: str, row: Row) -> job.Hopeless:
        column = self._settings.columns.get(name)
        if column is not None:
            return job.Hopeless(f"{self._name} has no column {column}, which columns names for {name}; it has {some(row, 20)}")
        example = next(iter(row), "column")
        return job.Hopeless(
            f"{self._name} has no column {name}, which format {self._settings.format} needs; it has {some(row, 20)}:"
            f" say which holds it, for example columns: {name}={example}"
        )


def parsed(value: Any) -> list[Any] | None:
    """A list of messages, also where it is kept as JSON text; `None` of anything else."""
    if isinstance(value, str) and value.lstrip().startswith("[{"):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, list) and all(isinstance(item, dict) for item in value) else None


def message_of(message: Row, where: str) -> Row:
    """A message with the names of today: role and content."""
    speaker = message.get("role", message.get("from"))
    content = message.get("content", message.get("value"))
    role = ROLES.get(str(speaker).lower())
    if role is None:
        raise job.Hopeless(f"a message in {where} is of {json.dumps(speaker, default=str)}; known are {some(sorted(ROLES), 20)}")
    rest = {key: value for key, value in message.items() if key not in ("role", "from", "content", "value") and value is not None}
    if content is None and "tool_calls" not in rest:
        raise Skip
    if content is not None and not isinstance(content, (str, list)):
        raise job.Hopeless(f"a message in {where} has a content that is neither text nor a list of parts")
    kept: Row = {key: rest[key] for key in ("tool_calls", "name", "tool_call_id", "reasoning_content") if key in rest}
    return {"role": role, "content": content or "", **kept}


def as_messages(value: Any, role: str) -> list[Row]:
    return value if isinstance(value, list) else [{"role": role, "content": value}]
