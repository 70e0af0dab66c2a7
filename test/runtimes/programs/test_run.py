"""run.sh: installs the libraries of a program once, or not at all where the image holds them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packages import Index, lock_of, serving, wheel

RUN = Path(__file__).parents[3] / "src" / "runtimes" / "programs" / "run.sh"
PROGRAM = "import sys, tiny\nprint(sys.argv[1:], tiny.WHERE)\n"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with serving(wheel(tmp_path, "1.0")) as state:
        yield state


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an image, with pip, without any library of ours."""
    folder = tmp_path_factory.mktemp("image")
    venv.create(folder, with_pip=True)
    return folder


def prebuilt(folder: Path, path: Path, *, with_pip: bool = False) -> Path:
    """The Python of an image that holds a package."""
    venv.create(folder, with_pip=with_pip)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(next((folder / "lib").glob("python3*")) / "site-packages")
    return folder / "bin/python3"


@dataclass
class Pod:
    root: Path
    python: Path
    index: str
    uv: bool

    @property
    def checkpoints(self) -> Path:
        return self.root / "content/artifacts/checkpoints"

    @property
    def message(self) -> str:
        return (self.root / "log").read_text().strip()

    def start(self, *, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        (self.root / "log").unlink(missing_ok=True)
        uv = shutil.which("uv")
        tools = [str(Path(uv).parent)] if self.uv and uv else []
        environment = {
            "PATH": os.pathsep.join([*tools, "/usr/bin", "/bin"]),
            "SUBSTRATUS_PYTHON": str(self.python),
            "SUBSTRATUS_CONTENT": str(self.root / "content"),
            "TERMINATION_LOG": str(self.root / "log"),
            "TMPDIR": str(self.root / "tmp"),
            "UV_DEFAULT_INDEX": self.index,
            "UV_HTTP_RETRIES": "0",
            "PIP_RETRIES": "0",
        }
        command = ["sh", str(self.root / "opt/run.sh"), "load.py", "huggingface", "model"]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
        )

    def run(self) -> tuple[int, str]:
        process = self.start()
        out, _ = process.communicate(timeout=60)
        return process.returncode, out


@pytest.fixture(params=["uv", "pip"])
def pod(request: pytest.FixtureRequest, tmp_path: Path, index: Index, image: Path) -> Pod:
    if request.param == "uv" and shutil.which("uv") is None:
        pytest.skip("uv is not on the PATH")
    for folder in ("opt", "content/artifacts", "tmp"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(RUN, tmp_path / "opt/run.sh")
    (tmp_path / "opt/load.py").write_text(PROGRAM)
    (tmp_path / "opt/requirements.txt").write_text(lock_of(tmp_path / "tiny-1.0-py3-none-any.whl"))
    return Pod(tmp_path, image / "bin/python3", index.url, request.param == "uv")


def test_libraries_are_installed_once_and_a_restarted_pod_asks_no_index(pod: Pod, index: Index) -> None:
    code, out = pod.run()
    assert code == 0
    assert out.startswith("progress: installing 1 libraries\n['huggingface', 'model'] ")
    assert str(pod.checkpoints / ".libraries") in out
    assert index.downloads == ["tiny-1.0-py3-none-any.whl"]

    pod.index = "http://127.0.0.1:9/simple"
    code, again = pod.run()
    assert (code, again) == (0, out.split("\n", 1)[1])


def test_the_wheels_are_gone_once_they_are_installed(pod: Pod) -> None:
    assert pod.run()[0] == 0
    assert sorted(path.name for path in pod.checkpoints.iterdir()) == [".libraries"]


def test_an_image_that_holds_the_libraries_needs_no_index_and_nothing_is_written(pod: Pod, tmp_path: Path) -> None:
    pod.python = prebuilt(tmp_path / "prebuilt", tmp_path / "tiny-1.0-py3-none-any.whl")
    pod.index = "http://127.0.0.1:9/simple"
    code, out = pod.run()
    assert code == 0
    assert out.startswith("['huggingface', 'model'] ")
    assert "/prebuilt/" in out
    assert not pod.checkpoints.exists()


def test_another_version_in_the_image_does_not_count(pod: Pod, tmp_path: Path) -> None:
    pod.python = prebuilt(tmp_path / "older", wheel(tmp_path, "0.9"), with_pip=not pod.uv)
    code, out = pod.run()
    assert code == 0
    assert str(pod.checkpoints) in out


def test_an_image_whose_python_is_managed_by_its_system_is_left_as_it_is(pod: Pod, image: Path) -> None:
    library = next((image / "lib").glob("python3*"))
    (library / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=not here\n")
    try:
        assert pod.run()[0] == 0
        assert not list((library / "site-packages").glob("tiny*"))
    finally:
        (library / "EXTERNALLY-MANAGED").unlink()


def test_another_lock_replaces_the_libraries_of_the_former(pod: Pod) -> None:
    assert pod.run()[0] == 0
    lock = pod.root / "opt/requirements.txt"
    lock.write_text("# another\n" + lock.read_text())
    assert pod.run()[0] == 0
    assert len(list((pod.checkpoints / ".libraries").iterdir())) == 1


def test_an_index_that_is_not_reached_is_tried_again_and_its_password_is_not_printed(pod: Pod) -> None:
    pod.index = "http://user:secret@127.0.0.1:9/simple"
    process = pod.start()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 75
    assert pod.message.startswith(
        "the libraries of load.py cannot be installed; see that the index http://***@127.0.0.1:9/simple is reached and has them,"
        " or use an image that holds them (",
    )
    assert "secret" not in pod.message
    assert stderr.rstrip().endswith(pod.message)


def test_a_file_other_than_the_lock_names_is_never_installed(pod: Pod, index: Index) -> None:
    index.wheels = {"tiny-1.0-py3-none-any.whl": wheel(pod.root, "1.1").read_bytes()}
    assert pod.run()[0] == 65
    assert pod.message.startswith(
        "the libraries of load.py cannot be installed: the index serves other files than the lock names;"
        " have the mirror serve those of pypi.org (",
    )
    assert not [path for path in (pod.checkpoints / ".libraries").iterdir() if path.suffix != ".part"]


def test_a_stop_while_installing_ends_at_once_with_75_and_the_next_attempt_installs(pod: Pod, index: Index) -> None:
    index.slow.set()
    process = pod.start()
    assert index.asked.wait(30)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 75
    assert (
        pod.message
        == "load.py was stopped while its libraries were installed; the next attempt goes on with those that are there"
    )
    index.slow.clear()
    assert pod.run()[0] == 0


def test_an_image_without_python_is_named(pod: Pod) -> None:
    pod.python = Path("/nowhere/python3")
    assert pod.run()[0] == 65
    assert pod.message == "the image has no /nowhere/python3, which load.py needs; use an image with Python 3.11 or newer"


def test_a_full_disk_is_named(pod: Pod) -> None:
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("a small disk is mounted by root only")
    artifacts = pod.root / "content/artifacts"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", artifacts], check=True)
    try:
        assert pod.run()[0] == 65
        assert pod.message == (
            f"no space left on {pod.checkpoints} to install the libraries of load.py; give the resource a larger disk"
        )
    finally:
        subprocess.run(["umount", "-l", artifacts], check=True)
