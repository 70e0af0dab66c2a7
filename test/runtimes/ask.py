"""
Asks a Server as its users do, by the client of OpenAI, and prints what it answers as JSON: ask.py URL MODEL QUESTION

    {"models": [...], "answer": "...", "pieces": ["...", ...], "call": {"name": "...", "arguments": {...}}}
"""

from __future__ import annotations

import json
import sys

from openai import OpenAI

PAINT = {
    "type": "function",
    "function": {
        "name": "paint",
        "description": "Paints",
        "parameters": {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]},
    },
}


def main(url: str, model: str, question: str) -> None:
    client = OpenAI(base_url=url, api_key="none", max_retries=0, timeout=120)
    asked = {"model": model, "messages": [{"role": "user", "content": question}], "temperature": 0}
    completions = client.chat.completions
    streamed = completions.create(**asked, max_tokens=24, stream=True)
    pieces = [chunk.choices[0].delta.content for chunk in streamed if chunk.choices and chunk.choices[0].delta.content]
    task = [{"role": "user", "content": "Paint it red."}]
    (call,) = completions.create(**{**asked, "messages": task}, max_tokens=64, tools=[PAINT]).choices[0].message.tool_calls
    print(
        json.dumps(
            {
                "models": [served.id for served in client.models.list()],
                "answer": completions.create(**asked, max_tokens=24).choices[0].message.content,
                "pieces": pieces,
                "call": {"name": call.function.name, "arguments": json.loads(call.function.arguments)},
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
