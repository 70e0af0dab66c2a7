"""Where the rows of a dataset are, and what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

import rows
from job import Hopeless


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"text": "a"}\n')
    return folder


@pytest.mark.parametrize(
    ("names", "train", "evaluation"),
    [
        (["train.jsonl", "eval.jsonl", "dataset.json", "source.json"], ["train.jsonl"], ["eval.jsonl"]),
        (["data/train-00.parquet", "data/train-01.parquet", "data/validation-00.parquet"],
            ["data/train-00.parquet", "data/train-01.parquet"], ["data/validation-00.parquet"]),
        (["rows.csv"], ["rows.csv"], []),
        (["all.jsonl", "test.jsonl", "sub/dev.jsonl"], ["all.jsonl"], ["sub/dev.jsonl"]),
        (["train/a.json", "train/b.json", "valid/a.json"], ["train/a.json", "train/b.json"], ["valid/a.json"]),
        (["train.jsonl", ".cache/train.jsonl"], ["train.jsonl"], []),
        (["contest.jsonl"], ["contest.jsonl"], []),
    ],
)  # fmt: skip
def test_finds_the_files_to_train_and_to_evaluate_on(
    tmp_path: Path, names: list[str], train: list[str], evaluation: list[str]
) -> None:
    found = rows.rows_files(write(tmp_path, *names))
    assert [[str(path.relative_to(tmp_path)) for path in paths] for paths in found] == [train, evaluation]


def test_reads_csv(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("prompt,completion\nHi,Hello\n")
    assert list(rows.read_rows(path)) == [{"prompt": "Hi", "completion": "Hello"}]


def test_reads_parquet_and_counts(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "train.parquet"
    parquet.write_table(pyarrow.table({"text": ["a", "b"]}), path)
    assert rows.checked_form("sft", [path]) == ("text", 2)
    parquet.write_table(pyarrow.table({"text": [1, 2]}), path)
    with pytest.raises(Hopeless, match=r"^row 1 of train\.parquet cannot be trained on: text is the number 1, not a text$"):
        rows.checked_form("sft", [path])
    path.write_text("PAR")
    with pytest.raises(Hopeless, match=r"^train\.parquet is not a parquet file \(.*\); import the dataset again$"):
        rows.checked_form("sft", [path])


@pytest.mark.parametrize(
    ("task", "row", "form", "is_conversation"),
    [
        ("sft", {"messages": [{"role": "user", "content": "a"}]}, "messages", True),
        ("sft", {"prompt": "a", "completion": "b", "text": "ab"}, "prompt-completion", False),
        ("sft", {"text": "a"}, "text", False),
        (
            "dpo",
            {"chosen": [{"role": "assistant", "content": "a"}], "rejected": [{"role": "assistant", "content": "b"}]},
            "preference",
            True,
        ),
        ("dpo", {"prompt": "a", "chosen": "b", "rejected": "c"}, "preference", False),
    ],
)
def test_the_columns_decide_the_form(task: str, row: rows.Row, form: str, is_conversation: bool) -> None:
    assert rows.form_of(task, "train.jsonl", row) == form
    assert rows.row_problem(form, row) == ""
    assert rows.is_conversation(form, row) is is_conversation
