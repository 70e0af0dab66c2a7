"""What our programs have in common: their settings, how they end, and how they tell of progress."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

DONE = 0
HOPELESS = 65
BUG = 70
AGAIN = 75

#: A line of progress is for a status; so are the seconds between two of them.
PROGRESS_LENGTH = 120
PROGRESS_SECONDS = 10.0

#: Kubernetes keeps as much of a termination log.
MESSAGE_BYTES = 4000

#: Entries at the top of the volume that are not the artifact.
NOT_PUBLISHED = ("checkpoints", "lost+found")

#: Variables whose values are never printed.
SECRETS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "MODELSCOPE_API_TOKEN", "REGISTRY_PASSWORD")

Value = str | int | float | bool


class Hopeless(Exception):
    """No other attempt would end otherwise: exit code 65."""


class Again(Exception):
    """Another attempt may succeed: exit code 75."""


class Bug(Exception):
    """A mistake of the platform, not of its user: exit code 70."""


def content() -> Path:
    """The folder of the contract: params.json, model, data, artifacts."""
    return Path(os.environ.get("SUBSTRATUS_CONTENT") or "/content")


def artifacts() -> Path:
    return content() / "artifacts"


def checkpoints() -> Path:
    """Kept between attempts and never published."""
    return artifacts() / "checkpoints"


def leftovers() -> list[Path]:
    """What an interrupted attempt has left where the artifact goes."""
    return [entry for entry in artifacts().iterdir() if entry.name not in NOT_PUBLISHED]


def remove_leftovers() -> None:
    for entry in leftovers():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def pause(tries: int) -> None:
    """Waits 2, 4, 8 … seconds before a host is asked again."""
    base = float(os.environ.get("SUBSTRATUS_RETRY_SECONDS") or 2.0)
    time.sleep(min(base * 2 ** (tries - 1), 60.0))


class Params:
    """The settings, all of which are there: the platform fills in the defaults."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    @classmethod
    def read(cls) -> Params:
        path = content() / "params.json"
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Bug(f"{path} cannot be read: {error}") from error
        if not isinstance(values, dict):
            raise Bug(f"{path} is not an object")
        return cls(values)

    def raw_text(self, name: str) -> str:
        """A text with the spaces around it."""
        value = self._get(name)
        if not isinstance(value, str):
            raise Hopeless(f"param {name} is {json.dumps(value)}, which is not text")
        return value

    def text(self, name: str) -> str:
        return self.raw_text(name).strip()

    def items(self, name: str) -> list[str]:
        """The parts of a comma-separated list."""
        return [part for part in (part.strip() for part in self.text(name).split(",")) if part]

    def integer(self, name: str) -> int:
        value = self.number(name)
        if value != int(value):
            raise Hopeless(f"param {name} is {value}, which is not a whole number")
        return int(value)

    def number(self, name: str) -> float:
        """A number, or a text that is one: floats travel as texts."""
        value = self._get(name)
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise ValueError
            return float(value)
        except ValueError:
            raise Hopeless(f"param {name} is {json.dumps(value)}, which is not a number") from None

    def flag(self, name: str) -> bool:
        value = self._get(name)
        if value not in (True, False, "true", "false"):
            raise Hopeless(f"param {name} is {json.dumps(value)}; use true or false")
        return value in (True, "true")

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in known:
            words = ", ".join(json.dumps(word) for word in known)
            raise Hopeless(f"param {name} is {json.dumps(value)}; use one of {words}")
        return value

    def _get(self, name: str) -> object:
        if name not in self._values:
            raise Bug(f"params.json has no {name}; this is a mistake of the platform, which fills in every default")
        return self._values[name]


def without_secrets(text: str) -> str:
    """The text without tokens and without the credentials of URLs."""
    for name in SECRETS:
        secret = os.environ.get(name, "").strip()
        if secret:
            text = text.replace(secret, "***")
    return re.sub(r"//[^/@\s]+@", "//***@", text)


def one_line(text: str) -> str:
    """The text as one line that fits a termination log."""
    line = " ".join(without_secrets(text).split())
    return line.encode("utf-8")[:MESSAGE_BYTES].decode("utf-8", "ignore")


class Progress:
    """Tells how far a program is: at most one line each ten seconds, and the last text that was given."""

    def __init__(self, every: float = PROGRESS_SECONDS) -> None:
        self._every = every
        self._next = 0.0
        self._lock = threading.Lock()

    def tell(self, text: str, now: bool = False) -> None:
        """Prints the text, unless another was printed less than ten seconds ago."""
        with self._lock:
            moment = time.monotonic()
            if not now and moment < self._next:
                return
            self._next = moment + self._every
        print("progress: " + one_line(text)[:PROGRESS_LENGTH], flush=True)


def size_of(count: float) -> str:
    """Bytes as a person reads them: 15.3 GiB."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def time_of(seconds: float) -> str:
    """A time left as a person reads it: 4 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the error, or what caused it, is a full disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


def end(code: int, text: str) -> NoReturn:
    """Ends the program with one line for the status."""
    line = one_line(text)
    # Not print: a signal may have come in the middle of one.
    os.write(2, (line + "\n").encode("utf-8", "replace"))
    # Where there is no termination log, the end of stderr is the status.
    with contextlib.suppress(OSError):
        Path(os.environ.get("TERMINATION_LOG") or "/dev/termination-log").write_text(line + "\n", encoding="utf-8")
    end_quietly(code)


def end_quietly(code: int) -> NoReturn:
    """Ends at once: not sys.exit, for threads of a library must not keep a program that has ended."""
    with contextlib.suppress(RuntimeError, OSError):
        sys.stdout.flush()
    os._exit(code)


def on_stop(act: Callable[[], None]) -> None:
    """Calls `act` when Kubernetes stops the pod. Afterwards the program must end by itself, with `Again`."""

    def handler(_signal: int, _frame: FrameType | None) -> None:
        act()

    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)


def run(main: Callable[[], None]) -> NoReturn:
    """Runs a program, and ends it with the exit code and the line that its end deserves."""
    try:
        main()
    except Hopeless as error:
        end(HOPELESS, str(error))
    except Again as error:
        end(AGAIN, str(error))
    except Bug as error:
        end(BUG, str(error))
    except Exception as error:  # noqa: BLE001 - the last resort, which must leave a line in the status
        if is_disk_full(error):
            end(HOPELESS, f"no space left on {artifacts()}; give the resource a larger disk")
        print(without_secrets(traceback.format_exc()), file=sys.stderr)
        end(1, f"{type(error).__name__}: {error}")
    end_quietly(DONE)
