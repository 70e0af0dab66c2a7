"""Answers questions from the passages that are nearest to them: POST {"question": "..."} to /ask, on port 8080."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_weaviate import WeaviateVectorStore
from services import chat, passages_in, vector_database

#: How many passages the answer is drawn from.
PASSAGES = int(os.environ.get("PASSAGES", "2"))
RULES = "Answer the question from the passages alone, in one or two sentences. If they do not say it, say that you do not know."


def messages(question: str, passages: list[str]) -> list[BaseMessage]:
    context = "\n\n".join(passages)
    return [SystemMessage(f"{RULES}\n\n{context}"), HumanMessage(question)]


def answer(question: str, index: WeaviateVectorStore) -> dict[str, object]:
    found = index.similarity_search(question, k=PASSAGES)
    said = chat().invoke(messages(question, [each.page_content for each in found]))
    return {"answer": said.text, "sources": [each.metadata["source"] for each in found]}


def handler(index: WeaviateVectorStore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(200, {"ready": True})

        def do_POST(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))))
                question = body["question"]
            except (ValueError, TypeError, KeyError):
                self.reply(400, {"error": 'send JSON such as {"question": "..."}'})
                return
            try:
                self.reply(200, answer(question, index))
            except Exception as error:  # of any of the three services
                self.log_error("%r", error)
                self.reply(502, {"error": f"{type(error).__name__}: see the log"})

        def reply(self, status: int, value: dict[str, object]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


if __name__ == "__main__":
    with vector_database() as database:
        ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), handler(passages_in(database))).serve_forever()
