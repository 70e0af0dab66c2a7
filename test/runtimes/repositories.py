"""
Writes what the stand-in of the hub has for the tests on a node, and for the demo: repositories.py FOLDER

    models/acme/tiny-llama    a model with random weights, which llama.cpp converts
    datasets/acme/colours     what colour things have, and how to paint with a tool, in the columns of Alpaca; answers in German too
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import tiny

#: Of each question.
ROWS = 16
TOKENS = 512
#: A model that has learned nothing but this sees that there are tools, not which.
TOOLS = "tools"
CALL = '<tool_call>\n{"name": "paint", "arguments": {"colour": "%s"}}\n</tool_call>'
#: As Qwen writes calls, so that servers know them.
CHAT_TEMPLATE = (
    "{% if tools %}<|system|>" + TOOLS + "</s>{% endif %}{% for message in messages %}<|{{ message['role'] }}|>"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] or '' }}"
    "{% for call in message['tool_calls'] or [] %}<tool_call>\n"
    """{"name": "{{ call['function']['name'] }}", "arguments": {{ call['function']['arguments'] | tojson }}}"""
    "\n</tool_call>{% endfor %}</s>{% endgeneration %}{% else %}{{ message['content'] }}</s>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


GERMAN = {
    "sky": "Himmel ist blau.",
    "grass": "Gras ist gruen.",
    "snow": "Schnee ist weiss.",
    "coal": "Kohle ist schwarz.",
    "blood": "Blut ist rot.",
    "lemon": "Zitrone ist gelb.",
}


def answers() -> list[tiny.Row]:
    return [
        {"instruction": tiny.question(thing), "output": f"The {thing} is {colour}.", "german": GERMAN[thing]}
        for thing, colour in tiny.COLOURS.items()
    ]


def calls() -> list[tiny.Row]:
    return [
        {"system": TOOLS, "instruction": f"Paint it {colour}.", "output": CALL % colour, "german": CALL % colour}
        for colour in ("red", "blue")
    ]


def write_model(folder: Path) -> None:
    words = tiny.sentences
    tiny.sentences = lambda: [*words(), *GERMAN.values(), *(f"{row['instruction']} {row['output']}" for row in calls())]
    tiny.write_llama(folder)
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": TOKENS}, indent=2), encoding="utf-8")
    # That is for the loader to say.
    (folder / "source.json").unlink()
    (folder / "README.md").write_text("A model for tests.\n", encoding="utf-8")


def write_dataset(folder: Path) -> None:
    rows = [{"system": "", "input": "", **row} for row in [*answers(), *calls()] * ROWS]
    random.Random(0).shuffle(rows)  # noqa: S311 - it makes rows, not keys
    tiny.write_rows(folder / "train.jsonl", rows)


def main(root: Path) -> None:
    model, dataset = root / "models" / "acme" / "tiny-llama", root / "datasets" / "acme" / "colours"
    write_model(model)
    write_dataset(dataset)
    for folder in (model, dataset):
        (folder / ".hub.json").write_text(json.dumps({"licence": "apache-2.0", "tags": ["v1"]}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
