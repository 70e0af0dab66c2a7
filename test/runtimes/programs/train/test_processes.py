"""One process for each GPU: they end as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = Path(__file__).parents[4] / "src" / "runtimes" / "programs"
SEVERAL = "import sys, processes; processes.run_several(2, [sys.argv[1]], processes.Stop())"
BEGIN = (
    "import os, pathlib, signal, sys, time\nrank = int(os.environ['RANK'])\nlog = pathlib.Path(os.environ['TERMINATION_LOG'])\n"
)


def start(folder: Path, program: str) -> subprocess.Popen[str]:
    script = folder / "program.py"
    script.write_text(BEGIN + program)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{PROGRAMS}{os.pathsep}{PROGRAMS / 'train'}",
        "TERMINATION_LOG": str(folder / "log"),
    }
    command = [sys.executable, "-c", SEVERAL, str(script)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_of(process: subprocess.Popen[str], folder: Path) -> tuple[int, str]:
    process.communicate(timeout=30)
    log = folder / "log"
    return process.returncode, log.read_text().strip() if log.exists() else ""


def test_all_know_of_each_other_and_end_well(tmp_path: Path) -> None:
    names = "('RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'MASTER_ADDR')"
    process = start(tmp_path, f"sys.stdout.write(' '.join(os.environ[name] for name in {names}) + chr(10))")
    out, _ = process.communicate(timeout=30)
    assert sorted(out.splitlines()) == ["0 0 2 127.0.0.1", "1 1 2 127.0.0.1"]
    assert process.returncode == 0


def test_the_first_failure_decides_code_and_words(tmp_path: Path) -> None:
    process = start(
        tmp_path,
        "if rank == 1:\n    log.write_text('no such layer'); sys.exit(65)\ntime.sleep(1); log.write_text('lost'); sys.exit(1)",
    )
    assert end_of(process, tmp_path) == (65, "no such layer")


def test_a_killed_process_is_told(tmp_path: Path) -> None:
    process = start(tmp_path, "os.kill(os.getpid(), signal.SIGKILL) if rank == 1 else time.sleep(1)")
    words = "process 2 of 2 was killed by signal 9; if memory ran out, give the resource more of it"
    assert end_of(process, tmp_path) == (1, words)


def test_a_process_that_says_nothing_is_told(tmp_path: Path) -> None:
    assert end_of(start(tmp_path, "sys.exit(3 if rank else 0)"), tmp_path) == (3, "process 2 of 2 ended with exit code 3")


def test_sigterm_reaches_all_and_their_code_is_the_end(tmp_path: Path) -> None:
    wait = "def stopped(*_):\n    log.write_text('stopped at step 3'); sys.exit(75)\nsignal.signal(signal.SIGTERM, stopped)\n"
    process = start(tmp_path, f"{wait}open(f'{tmp_path}/ready{{rank}}', 'w').close()\ntime.sleep(30)")
    while not all((tmp_path / f"ready{rank}").exists() for rank in (0, 1)):
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert end_of(process, tmp_path) == (75, "stopped at step 3")
