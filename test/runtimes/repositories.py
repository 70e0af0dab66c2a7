"""
Writes what the stand-in of the hub has for the tests on a node, and for the demo: repositories.py FOLDER

    models/acme/tiny-llama    a model with random weights, which llama.cpp converts
    datasets/acme/colours     what colour things have, in the columns of Alpaca
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import tiny

ROWS = 96


def colours() -> list[tiny.Row]:
    choose = random.Random(0)  # noqa: S311 - it makes rows, not keys
    things = [*tiny.COLOURS] * (ROWS // len(tiny.COLOURS))
    choose.shuffle(things)
    return [
        {"instruction": tiny.question(thing), "input": "", "output": f"The {thing} is {tiny.COLOURS[thing]}."} for thing in things
    ]


def main(root: Path) -> None:
    model = root / "models" / "acme" / "tiny-llama"
    tiny.write_llama(model)
    # That is for the loader to say.
    (model / "source.json").unlink()
    (model / "README.md").write_text("A model for tests.\n", encoding="utf-8")
    data = root / "datasets" / "acme" / "colours"
    tiny.write_rows(data / "train.jsonl", colours())
    for folder in (model, data):
        (folder / ".hub.json").write_text(json.dumps({"licence": "apache-2.0", "tags": ["v1"]}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
