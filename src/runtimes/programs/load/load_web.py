"""Downloads over HTTP with Python's own client: resumed where a connection was cut, tried again where a server is at fault."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from email.message import Message
from functools import cache
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import urlsplit

import job
from load_files import CHUNK, PART, File

#: Times without a new byte before a download is given up.
TRIES = 6
#: Seconds without a byte after which a connection counts as cut.
TIMEOUT = 60.0
#: Most bytes of an answer that is read whole.
MOST_JSON = 64 * 1024 * 1024

Headers = Mapping[str, str]
T = TypeVar("T")


class Refused(Exception):
    """An answer that another attempt would get too."""

    def __init__(self, status: int, url: str, headers: Message, body: str = "") -> None:
        super().__init__(f"{status} from {host_of(url)}")
        self.status = status
        self.headers = headers
        self.body = body


class SameHostRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only, and from https to https only. Credentials stay with the first host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise job.Hopeless(f"{host_of(req.full_url)} redirects from https to {urlsplit(newurl).scheme}; nothing is loaded")
        if req.get_method() == "HEAD":
            return urllib.request.Request(newurl, method="HEAD")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def host_of(url: str) -> str:
    """The host of a URL, without the credentials that it may hold."""
    return urlsplit(url).netloc.rpartition("@")[2]


@cache
def opener() -> urllib.request.OpenerDirector:
    """Made once: it reads the authorities that it trusts."""
    return urllib.request.build_opener(SameHostRedirects())


def open_url(url: str, headers: Headers, method: str = "GET", timeout: float = TIMEOUT) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, method=method)
    for name, value in headers.items():
        # Not sent again to where a redirect leads: a store that signs its URLs refuses two credentials, and another host must not see ours.
        if name.lower() in ("authorization", "cookie"):
            request.add_unredirected_header(name, value)
        else:
            request.add_header(name, value)
    request.add_header("User-Agent", "cdk-substratus")
    try:
        response: http.client.HTTPResponse = opener().open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code in (408, 425, 429) or error.code >= 500:
            raise
        with error:
            raise Refused(error.code, url, error.headers, error.read(4096).decode("utf-8", "replace")) from error
    return response


def reason_of(error: BaseException) -> str:
    """Why a request failed, in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"it answers {error.code}"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        return reason_of(error.reason)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); give its authority in caBundle"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    return str(error).strip() or type(error).__name__


FAILURES = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, EOFError)


def trying(url: str, act: Callable[[], T]) -> T:
    """Tries again what failed for the network's or the server's sake."""
    for tries in range(1, TRIES + 1):
        try:
            return act()
        except FAILURES as error:
            if tries == TRIES:
                raise Again(url, error) from error
            job.pause(tries)
    raise AssertionError


class Again(job.Again):
    """A server that failed as often as it was asked."""

    def __init__(self, url: str, error: BaseException) -> None:
        super().__init__(f"{host_of(url)} cannot be read: {reason_of(error)}; asked {TRIES} times, another attempt asks again")


def read_json(url: str, headers: Headers | None = None) -> tuple[object, HTTPMessage]:
    """A JSON answer and its headers."""
    body, answered = read(url, headers)
    try:
        return json.loads(body), answered
    except ValueError as error:
        raise job.Hopeless(f"{host_of(url)} does not answer with JSON; is it what it is taken for?") from error


def read(url: str, headers: Headers | None = None) -> tuple[bytes, HTTPMessage]:
    def act() -> tuple[bytes, HTTPMessage]:
        with open_url(url, headers or {}) as response:
            body = response.read(MOST_JSON + 1)
            if len(body) > MOST_JSON:
                raise job.Hopeless(f"{host_of(url)} answers with more than {job.size_of(MOST_JSON)} of text")
            return body, response.headers

    return trying(url, act)


def size_at(url: str, headers: Headers | None = None) -> int | None:
    """The size of what a URL holds; `None` if the server does not say."""

    def act() -> int | None:
        try:
            with open_url(url, headers or {}, method="HEAD") as response:
                length = response.headers.get("Content-Length")
                return int(length) if length is not None and not response.headers.get("Content-Encoding") else None
        except Refused as error:
            if error.status in (403, 405, 501):
                return None  # Signed URLs and small servers know GET only.
            raise

    return trying(url, act)


def download(url: str, file: File, folder: Path, headers: Callable[[], Headers] = dict) -> None:
    """Downloads a file. What is there of it is not asked for again. Bytes beyond its size are an error, and so are missing ones."""
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    tries = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            if file.size is None or before != file.size:
                receive(url, part, file.size, headers())
            break
        except FAILURES as error:
            after = part.stat().st_size if part.exists() else 0
            tries = 1 if after > before else tries + 1
            if tries >= TRIES:
                raise Again(url, error) from error
            job.pause(tries)
    part.replace(path)


def receive(url: str, part: Path, size: int | None, headers: Headers) -> None:
    """Appends to the part what is missing of it."""
    have = part.stat().st_size if part.exists() else 0
    if size is not None and have > size:
        part.unlink()
        have = 0
    try:
        response = open_url(url, {**headers, **({"Range": f"bytes={have}-"} if have else {}), "Accept-Encoding": "identity"})
    except Refused as error:
        if error.status != 416:
            raise
        part.unlink(missing_ok=True)  # It is longer than what is there now.
        raise ConnectionError("the file is shorter than before") from error
    with response:
        if response.status != 206:
            have = 0
        length = response.headers.get("Content-Length")
        end = size if size is not None else (have + int(length) if length is not None else None)
        with part.open("r+b" if have else "wb") as stream:
            stream.seek(have)
            stream.truncate()
            while piece := response.read(CHUNK):
                have += len(piece)
                if end is not None and have > end:
                    raise job.Hopeless(f"{host_of(url)} sends more than the {end} bytes of {part.name.removesuffix(PART)}")
                stream.write(piece)
    if end is not None and have < end:
        raise ConnectionError(f"the connection was cut after {have} of {end} bytes")


def each(act: Callable[[File], None], files: Iterable[File], workers: int = 4) -> None:
    """Acts on each file, several at a time. The first error that no attempt would mend ends it; others let the rest go on."""
    pool = ThreadPoolExecutor(workers)
    waiting = [pool.submit(act, file) for file in files]
    failure: BaseException | None = None
    for done in as_completed(waiting):
        error = done.exception()
        if isinstance(error, job.Again):
            failure = failure or error
        elif error is not None:
            pool.shutdown(wait=False, cancel_futures=True)
            raise error
    if failure is not None:
        raise failure
