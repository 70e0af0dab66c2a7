"""Downloads files of one commit, in a process that load_hub.py can end: reads what to load from stdin, tells of an error on stdout."""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import job
import load_hub

#: Files at a time. Xet has its own parallelism within a file.
WORKERS = 4


def main() -> None:
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    from huggingface_hub import constants, hf_hub_download

    # A mirror may well serve larger files over HTTP than the public hub does.
    constants.MAX_HTTP_DOWNLOAD_SIZE = sys.maxsize

    def one(path: str) -> None:
        load_hub.asked(
            lambda: hf_hub_download(
                order["repo"],
                path,
                repo_type=order["kind"],
                revision=order["commit"],
                local_dir=order["folder"],
                token=load_hub.token() or False,
            ),
            order["repo"],
            order["kind"],
            order["commit"],
        )

    again: job.Again | None = None
    pool = ThreadPoolExecutor(WORKERS)
    for done in as_completed([pool.submit(one, path) for path in order["files"]]):
        error = done.exception()
        if isinstance(error, job.Again):
            again = error  # The other files go on, so that the next attempt has less to do.
        elif error is not None:
            tell(error)
    if again is not None:
        tell(again)


def end_with_parent() -> None:
    """Ends the process where the one that has started it is gone: stdin is open as long as that runs."""
    sys.stdin.read()
    job.end_quietly(job.AGAIN)


def tell(error: BaseException) -> None:
    """Ends the process with the error as its answer."""
    text = str(error) if isinstance(error, (job.Again, job.Hopeless)) else f"{type(error).__name__}: {error}"
    print(json.dumps({"error": job.one_line(text), "hopeless": isinstance(error, job.Hopeless)}), flush=True)
    job.end_quietly(1)


if __name__ == "__main__":
    main()
    job.end_quietly(job.DONE)
