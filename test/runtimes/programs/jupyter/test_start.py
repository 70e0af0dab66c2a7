"""start.sh: a first notebook, and what opens VS Code through Jupyter."""

from __future__ import annotations

import json
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from packages import Index, lock_of, serving, wheel

PROGRAM = Path(__file__).parents[4] / "src" / "runtimes" / "programs" / "jupyter"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with serving(wheel(tmp_path, "1.0")) as state:
        yield state


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an image, which sees what its user installs."""
    folder = tmp_path_factory.mktemp("image")
    venv.create(folder, with_pip=True, system_site_packages=True)
    return folder / "bin"


class Notebook:
    def __init__(self, root: Path, image: Path, index: str) -> None:
        self.program, self.work, self.log = root / "opt", root / "content/work", root / "log"
        self.work.mkdir(parents=True)
        self.program.mkdir()
        for name in ("start.sh", "start.ipynb"):
            shutil.copy(PROGRAM / name, self.program)
        self.env = {
            "PATH": f"{image}:/usr/bin:/bin",
            "HOME": str(self.work),
            "SUBSTRATUS_CONTENT": str(root / "content"),
            "TERMINATION_LOG": str(self.log),
            "PIP_INDEX_URL": index,
            "PIP_RETRIES": "0",
        }

    def with_vscode(self, lock: str) -> None:
        shutil.copy(PROGRAM / "extensions.json", self.program)
        (self.program / "requirements.txt").write_text(lock)

    def start(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", str(self.program / "start.sh"), *command], env=self.env, capture_output=True, text=True, check=False)


@pytest.fixture
def notebook(tmp_path: Path, image: Path, index: Index) -> Notebook:
    return Notebook(tmp_path, image, index.url)


def test_a_first_notebook_is_there_once(notebook: Notebook) -> None:
    assert notebook.start("echo", "started").stdout == "started\n"
    assert (notebook.work / "start.ipynb").is_file()
    (notebook.work / "start.ipynb").unlink()
    notebook.start("true")
    assert not (notebook.work / "start.ipynb").exists()


def test_a_kernel_finds_what_is_installed_while_it_runs(notebook: Notebook) -> None:
    code = (
        "import pathlib, site; folder = pathlib.Path(site.USER_SITE); folder.mkdir(parents=True, exist_ok=True);"
        " (folder / 'colours.py').write_text(''); import colours; print('found')"
    )
    assert notebook.start("python3", "-c", code).stdout == "found\n"


def test_the_first_notebook_opens_what_the_pod_has() -> None:
    cells = json.loads((PROGRAM / "start.ipynb").read_text())["cells"]
    code = "".join(line for cell in cells if cell["cell_type"] == "code" for line in cell["source"])
    assert "/content/model" in code
    assert "/content/data" in code


def test_packages_are_installed_onto_the_disk_once(notebook: Notebook, index: Index, tmp_path: Path) -> None:
    notebook.with_vscode(lock_of(tmp_path / "tiny-1.0-py3-none-any.whl"))
    first = notebook.start("python3", "-c", "import tiny; print(tiny.WHERE)")
    assert (first.returncode, first.stdout.startswith(str(notebook.work / ".local"))) == (0, True), first.stderr
    assert json.loads((notebook.work / ".vscode/extensions.json").read_text())["recommendations"]
    notebook.env["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple"
    assert notebook.start("python3", "-c", "import tiny").returncode == 0
    assert index.downloads == ["tiny-1.0-py3-none-any.whl"]


def test_what_the_user_changed_stays(notebook: Notebook, tmp_path: Path) -> None:
    notebook.with_vscode(lock_of(tmp_path / "tiny-1.0-py3-none-any.whl"))
    notebook.start("true")
    settings = notebook.work / ".vscode/extensions.json"
    settings.write_text("{}")
    assert notebook.start("true").returncode == 0
    assert settings.read_text() == "{}"


def test_an_index_that_cannot_be_reached_is_named_without_its_password(notebook: Notebook, tmp_path: Path) -> None:
    notebook.with_vscode(lock_of(tmp_path / "tiny-1.0-py3-none-any.whl"))
    notebook.env["PIP_INDEX_URL"] = "http://me:secret@127.0.0.1:9/simple"
    ended = notebook.start("echo", "started")
    message = notebook.log.read_text()
    assert (ended.returncode, ended.stdout) == (75, "")
    assert message.startswith("VS Code cannot be added to Jupyter: ")
    assert message.endswith("; see that the index http://***@127.0.0.1:9/simple is reached and has the packages\n")
    assert "secret" not in message


def test_the_command_of_vs_code_has_no_door_of_its_own() -> None:
    command = json.loads((PROGRAM / "jupyter_server_config.json").read_text())["ServerProxy"]["servers"]["vscode"]["command"]
    assert "--socket={unix_socket}" in command
    assert not [word for word in command if word.startswith(("--bind-addr", "--port"))]
    assert command[0] == "/opt/vscode/bin/code-server"
