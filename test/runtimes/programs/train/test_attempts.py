"""What attempts at one training hand on to each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import attempts


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUBSTRATUS_CONTENT", str(tmp_path))
    folder = tmp_path / "artifacts" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def checkpoint(folder: Path, step: int, state: str | None = None) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    (path / "trainer_state.json").write_text(json.dumps({"global_step": step}) if state is None else state)
    return path


def test_there_is_no_checkpoint_at_first() -> None:
    assert attempts.newest_checkpoint() is None


def test_the_newest_checkpoint_has_the_highest_step(checkpoints: Path) -> None:
    for step in (9, 100, 20):
        checkpoint(checkpoints, step)
    newest = attempts.newest_checkpoint()
    assert newest is not None
    assert newest.name == "checkpoint-100"


def test_a_checkpoint_that_is_not_whole_is_passed_over(checkpoints: Path) -> None:
    whole = checkpoint(checkpoints, 10)
    checkpoint(checkpoints, 20, '{"global_st')
    checkpoint(checkpoints, 30, '{"global_step": 29}')
    (checkpoints / "checkpoint-40").mkdir()
    (checkpoint(checkpoints, 50) / "checkpoint-is-incomplete.txt").write_text("")
    checkpoint(checkpoints, 60).rename(checkpoints / "checkpoint-60-old")
    assert attempts.newest_checkpoint() == whole


def test_metrics_go_back_with_the_checkpoint(checkpoints: Path) -> None:
    lines = [{"step": step, "loss": 9 - step} for step in (1, 2, 3)]
    attempts.metrics_file().write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 4, "lo')
    attempts.rewind_metrics(2)
    assert attempts.read_metrics(checkpoints / "metrics.jsonl") == lines[:2]
    attempts.rewind_metrics(0)
    assert (checkpoints / "metrics.jsonl").read_text() == ""


def test_a_line_of_metrics_is_printed_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    attempts.add_metrics({"step": 1, "loss": 2.5})
    assert capsys.readouterr().out == '{"step": 1, "loss": 2.5}\n'
    assert attempts.read_metrics(attempts.metrics_file()) == [{"step": 1, "loss": 2.5}]


def test_the_summary_says_where_the_run_ended() -> None:
    lines: list[dict[str, object]] = [
        {"step": 1, "epoch": 0.5, "loss": 3.0, "gpu_peak_bytes": 7},
        {"step": 2, "epoch": 1.0, "loss": 2.0, "gpu_peak_bytes": 9},
        {"step": 2, "epoch": 1.0, "loss": None, "eval_loss": 2.5, "gpu_peak_bytes": None},
    ]
    expected = {"steps": 2, "epochs": 1.0, "first_loss": 3.0, "loss": 2.0, "eval_loss": 2.5, "gpu_peak_bytes": 9}
    assert attempts.summary(lines) == expected
    assert attempts.summary([])["loss"] is None
