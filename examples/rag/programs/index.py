"""Splits documents into passages, and stores them with their embeddings: index.py FOLDER

Safe to run again: a passage that has not changed is replaced by itself, and one that is no longer there goes.
"""

import sys
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from langchain_core.documents import Document
from langchain_text_splitters import MarkdownTextSplitter
from services import COLLECTION, passages_in, vector_database
from weaviate import WeaviateClient

#: Characters of a passage: a paragraph or two.
LENGTH = 800


def passages(folder: Path) -> list[Document]:
    splitter = MarkdownTextSplitter(chunk_size=LENGTH, chunk_overlap=0)
    documents = [Document(path.read_text(encoding="utf-8"), metadata={"source": path.name}) for path in sorted(folder.glob("*.md"))]
    return splitter.split_documents(documents)


def store(passages: list[Document], database: WeaviateClient) -> None:
    ids = [str(uuid5(NAMESPACE_URL, f"{each.metadata['source']} {each.page_content}")) for each in passages]
    passages_in(database).add_documents(passages, ids=ids)
    failed = database.batch.failed_objects  # LangChain only logs them
    if failed:
        raise SystemExit(f"{len(failed)} of {len(passages)} passages were not stored: {failed[0].message}")
    collection = database.collections.get(COLLECTION)
    for stale in {str(each.uuid) for each in collection.iterator()} - set(ids):
        collection.data.delete_by_id(stale)


def main(folder: Path) -> None:
    found = passages(folder)
    if not found:
        raise SystemExit(f"there is no document in {folder}; put files named *.md there")
    with vector_database() as database:
        store(found, database)
    print(f"stored {len(found)} passages of {len({each.metadata['source'] for each in found})} documents")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
