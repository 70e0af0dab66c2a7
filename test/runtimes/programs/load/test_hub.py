"""load.py huggingface: the real client against a stand-in that speaks the hub's protocol."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from loading import LoadPod, sha256, some_bytes

from hub import Hub

WEIGHTS = some_bytes(300_000, "weights")
FILES = {
    "config.json": b'{"model_type": "tiny"}\n',
    "tokenizer.json": b'{"version": "1.0"}',
    "chat_template.jinja": b"{{ messages }}",
    "model.safetensors": WEIGHTS,
    ".gitattributes": b"*.safetensors filter=lfs\n",
}
NAME = "acme/tiny"


def wait_for(condition: object, seconds: float = 120) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_model_is_loaded_verified_and_described(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME, licence="apache-2.0").commit(FILES)
    ended = pod.run("huggingface", repo=NAME)
    assert (ended.code, ended.message) == (0, "")
    published = pod.published()
    assert sorted(published) == ["chat_template.jinja", "config.json", "model.safetensors", "source.json", "tokenizer.json"]
    assert published["model.safetensors"] == WEIGHTS
    source = pod.json("source.json")
    assert {name: source[name] for name in source if name != "files"} == {
        "kind": "model",
        "source": "huggingface",
        "repo": NAME,
        "revision": "main",
        "commit": commit,
        "licence": "apache-2.0",
        "gated": False,
    }
    assert source["files"] == [
        {"path": path, "size": len(FILES[path]), "sha256": sha256(FILES[path])}
        for path in ("chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json")
    ]
    assert not list(pod.artifacts.rglob("*.incomplete"))
    assert not (pod.artifacts / ".cache").exists()


def test_the_same_commit_gives_the_same_bytes(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    assert pod.run("huggingface", repo=NAME).code == 0
    first = pod.published()
    assert pod.run("huggingface", repo=NAME).code == 0
    assert pod.published() == first


def test_files_are_downloaded_by_commit_even_while_the_branch_moves(pod: LoadPod, hub: Hub) -> None:
    repo = hub.repo(NAME)
    commit = repo.commit(FILES, tag="v1")
    repo.commit({**FILES, "config.json": b"{}"})
    assert pod.run("huggingface", repo=NAME, revision="v1").code == 0
    assert pod.json("source.json")["commit"] == commit
    assert pod.published()["config.json"] == FILES["config.json"]
    resolved = [request.path for request in hub.asked("*/resolve/*", "HEAD")]
    assert resolved
    assert all(f"/resolve/{commit}/" in path for path in resolved)


def test_a_second_copy_in_another_format_is_left_out(pod: LoadPod, hub: Hub) -> None:
    copies = (
        "pytorch_model.bin",
        "original/consolidated.00.pth",
        "metal/model.bin",
        "onnx/model.onnx",
        "model-Q4_K_M.gguf",
        "tf_model.h5",
    )
    hub.repo(NAME).commit({**FILES, **dict.fromkeys(copies, b"copy")})
    assert pod.run("huggingface", repo=NAME).code == 0
    assert sorted(pod.published()) == ["chat_template.jinja", "config.json", "model.safetensors", "source.json", "tokenizer.json"]


def test_weights_of_pytorch_are_loaded_where_there_are_no_others(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit({"config.json": b"{}", "pytorch_model.bin": b"weights", "tf_model.h5": b"copy"})
    assert pod.run("huggingface", repo=NAME).code == 0
    assert sorted(pod.published()) == ["config.json", "pytorch_model.bin", "source.json"]


def test_include_and_exclude_choose_files(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit({**FILES, "sub/a.txt": b"a", "sub/b.txt": b"b"})
    assert pod.run("huggingface", repo=NAME, include="*.json, sub/", exclude="sub/b*").code == 0
    assert sorted(pod.published()) == ["config.json", "source.json", "sub/a.txt", "tokenizer.json"]


def test_a_dataset_as_it_is(pod: LoadPod, hub: Hub) -> None:
    hub.repo("acme/rows", "dataset").commit({"README.md": b"# rows", "data/train-00000-of-00001.parquet": b"rows"})
    assert pod.run("huggingface", "dataset", repo="acme/rows").code == 0
    assert sorted(pod.published()) == ["README.md", "data/train-00000-of-00001.parquet", "source.json"]
    assert pod.json("source.json")["kind"] == "dataset"


# Gates


def gated(hub: Hub) -> None:
    hub.repo("acme/gated", gated=True).commit(FILES)
    hub.tokens = {"hf_granted": {"acme/gated"}, "hf_other": set()}


def test_a_gated_repository_without_a_token_names_the_licence_page(pod: LoadPod, hub: Hub) -> None:
    gated(hub)
    ended = pod.run("huggingface", repo="acme/gated")
    assert (ended.code, ended.message) == (
        65,
        f"acme/gated is gated: accept its licence at {hub.url}/acme/gated and give that account's token in HF_TOKEN",
    )
    assert hub.asked("*/resolve/*", "HEAD") == []


def test_a_token_that_is_not_valid(pod: LoadPod, hub: Hub) -> None:
    gated(hub)
    pod.env["HF_TOKEN"] = "hf_wrong_secret"
    ended = pod.run("huggingface", repo="acme/gated")
    assert (ended.code, ended.message) == (
        65,
        "the token in HF_TOKEN is not valid; make one at https://huggingface.co/settings/tokens",
    )
    assert "hf_wrong_secret" not in ended.out + ended.err


def test_a_licence_that_is_not_accepted_names_its_page(pod: LoadPod, hub: Hub) -> None:
    gated(hub)
    pod.env["HF_TOKEN"] = "hf_other"
    ended = pod.run("huggingface", repo="acme/gated")
    assert (ended.code, ended.message) == (
        65,
        f"the account of HF_TOKEN may not load acme/gated: accept its licence at {hub.url}/acme/gated, or see there whether the request is"
        " granted yet; a fine-grained token needs the permission to read gated repositories",
    )


def test_a_gated_repository_is_loaded_with_its_token_which_no_other_host_sees(pod: LoadPod, hub: Hub) -> None:
    gated(hub)
    pod.env["HF_TOKEN"] = "hf_granted"
    ended = pod.run("huggingface", repo="acme/gated")
    assert (ended.code, ended.message) == (0, "")
    assert pod.json("source.json")["gated"] is True
    assert hub.asked("/cdn/*")
    assert not [request for request in hub.asked("/cdn/*") if "authorization" in map(str.lower, request.headers)]
    assert "hf_granted" not in ended.out + ended.err + str(pod.published())


def test_a_repository_that_is_not_there_or_private(pod: LoadPod, hub: Hub) -> None:
    ended = pod.run("huggingface", repo="acme/none")
    host = hub.url.removeprefix("http://")
    assert (ended.code, ended.message) == (
        65,
        f"{host} has no model acme/none, or it is private and HF_TOKEN is not set; see {hub.url}/acme/none",
    )
    hub.tokens = {"hf_other": set()}
    hub.repo("acme/private", private=True).commit(FILES)
    pod.env["HF_TOKEN"] = "hf_other"
    ended = pod.run("huggingface", "dataset", repo="acme/private")
    assert (ended.code, ended.message) == (
        65,
        f"{host} has no dataset acme/private, or the account of HF_TOKEN may not see it; see {hub.url}/datasets/acme/private",
    )


# What is asked for is not there


def test_a_revision_that_does_not_exist_names_those_that_do(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES, tag="v1")
    ended = pod.run("huggingface", repo=NAME, revision="v9")
    assert (ended.code, ended.message) == (65, "acme/tiny has no revision v9; it has main, v1")


def test_a_glob_that_matches_nothing_names_the_files(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME).commit(FILES)
    ended = pod.run("huggingface", repo=NAME, include="*Q4_K_M*.gguf")
    assert (ended.code, ended.message) == (
        65,
        f"include *Q4_K_M*.gguf matches none of the 5 files of acme/tiny at {commit[:7]}; it has .gitattributes, chat_template.jinja,"
        " config.json, model.safetensors, tokenizer.json",
    )


def test_everything_excluded(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME).commit(FILES)
    ended = pod.run("huggingface", repo=NAME, exclude="*")
    assert (ended.code, ended.message) == (
        65,
        f"nothing is left of acme/tiny at {commit[:7]}: include and exclude leave out all of its 5 files",
    )


GGUF = {
    "tiny-Q4_K_M.gguf": b"4",
    "tiny-Q8_0-00001-of-00002.gguf": b"8",
    "tiny-Q8_0-00002-of-00002.gguf": b"8",
    "mmproj-tiny.gguf": b"m",
}


def test_two_quantizations_are_a_choice_to_make(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME).commit(GGUF)
    ended = pod.run("huggingface", repo=NAME, include="*.gguf")
    assert (ended.code, ended.message) == (
        65,
        f"acme/tiny at {commit[:7]} has 2 GGUF files to choose from, and a server opens one; set include to one of them,"
        " for example include: tiny-Q4_K_M.gguf; there are tiny-Q4_K_M.gguf, tiny-Q8_0.gguf",
    )
    assert pod.run("huggingface", repo=NAME).message == ended.message


def test_one_quantization_with_all_of_its_parts_is_loaded(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME).commit(GGUF)
    assert pod.run("huggingface", repo=NAME, include="*Q8_0*.gguf,*mmproj*").code == 0
    assert sorted(pod.published()) == [
        "mmproj-tiny.gguf",
        "source.json",
        "tiny-Q8_0-00001-of-00002.gguf",
        "tiny-Q8_0-00002-of-00002.gguf",
    ]
    ended = pod.run("huggingface", repo=NAME, include="*Q8_0-00001*")
    assert (ended.code, ended.message) == (
        65,
        f"tiny-Q8_0-00001-of-00002.gguf of acme/tiny at {commit[:7]} is one of 2 parts, of which include takes 1; include all",
    )


def test_a_file_with_a_name_of_the_platform(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME).commit({"source.json": b"{}", "config.json": b"{}"})
    ended = pod.run("huggingface", repo=NAME)
    assert (ended.code, ended.message) == (
        65,
        f"acme/tiny at {commit[:7]} has source.json, and source.json is a name of the platform; leave it out, for example exclude: source.json*",
    )


# What goes wrong on the way


def test_errors_of_the_server_in_the_middle_are_overcome(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/api/models/*", status=503)
    hub.fail("*/tree/*cursor*", status=502)
    hub.fail("*/resolve/*", status=504, times=2)
    hub.fail("/cdn/*", status=500)
    ended = pod.run("huggingface", repo=NAME)
    assert (ended.code, ended.message) == (0, "")
    assert pod.published()["model.safetensors"] == WEIGHTS


def test_a_connection_that_is_cut_is_taken_up_where_it_was(pod: LoadPod, hub: Hub) -> None:
    large = some_bytes(1 << 16) * 192
    hub.repo(NAME).commit({"model.safetensors": large})
    hub.fail("/cdn/*", cut=11 << 20)
    assert pod.run("huggingface", repo=NAME).code == 0
    assert pod.published()["model.safetensors"] == large
    ranges = [{name.lower(): value for name, value in request.headers.items()}.get("range") for request in hub.asked("/cdn/*")]
    assert ranges == [None, f"bytes={10 << 20}-"]


def test_a_server_that_stays_broken_is_left_to_another_attempt(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/cdn/*", status=503, times=-1)
    ended = pod.run("huggingface", repo=NAME)
    host = hub.url.removeprefix("http://")
    assert (ended.code, ended.message) == (75, f"{host} answers 503 to acme/tiny; another attempt goes on with what is there")
    assert pod.published() == {}


def test_no_hub_at_all(pod: LoadPod) -> None:
    pod.env["HF_ENDPOINT"] = "http://127.0.0.1:9"
    ended = pod.run("huggingface", repo=NAME)
    assert (ended.code, ended.message) == (
        75,
        "127.0.0.1:9 cannot be reached: [Errno 111] Connection refused; another attempt goes on with what is there",
    )


def test_a_file_with_a_wrong_sum_is_downloaded_once_again(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/cdn/*", corrupt=True)
    ended = pod.run("huggingface", repo=NAME)
    assert ended.code == 0
    assert "model.safetensors has sha256 " in ended.out
    assert pod.published()["model.safetensors"] == WEIGHTS


def test_a_wrong_sum_twice_ends_it_and_nothing_is_published(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/cdn/*", corrupt=True, times=-1)
    ended = pod.run("huggingface", repo=NAME)
    wrong = sha256(bytes(byte ^ 1 for byte in WEIGHTS))
    assert (ended.code, ended.message) == (
        65,
        f"model.safetensors has sha256 {wrong} instead of {sha256(WEIGHTS)}, twice; the file is damaged where it is kept or on its way"
        " (a mirror, a proxy), or the sum in the recipe is not its sum",
    )
    assert pod.published() == {}


def test_a_small_file_with_other_bytes_is_noticed_too(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/api/resolve-cache/*config.json*", corrupt=True, method="GET")
    ended = pod.run("huggingface", repo=NAME)
    assert ended.code == 0
    assert "config.json has git hash " in ended.out
    assert pod.published()["config.json"] == FILES["config.json"]


def test_a_download_that_hangs_is_begun_again_without_xet(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME, hanging_xet=True).commit(FILES)
    pod.env |= {"HF_HUB_DISABLE_XET": "0", "SUBSTRATUS_STALL_SECONDS": "4"}
    ended = pod.run("huggingface", repo=NAME)
    assert ended.code == 0
    assert "no byte of acme/tiny arrived for 4 s; downloading again without Xet" in ended.out
    assert hub.asked("*/xet-read-token/*")
    assert pod.published()["model.safetensors"] == WEIGHTS


def test_servers_of_xet_that_are_out_of_reach_are_done_without(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME, hanging_xet=True).commit(FILES)
    hub.fail("/_cas/*", status=404, times=-1)
    pod.env["HF_HUB_DISABLE_XET"] = "0"
    ended = pod.run("huggingface", repo=NAME)
    assert ended.code == 0
    assert "another attempt goes on with what is there; downloading again without Xet" in ended.out
    assert pod.published()["model.safetensors"] == WEIGHTS


def test_a_hub_that_hangs_for_ever_is_left_to_another_attempt(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/cdn/*", cut=1000, hang=60, times=-1)
    pod.env["SUBSTRATUS_STALL_SECONDS"] = "1"
    ended = pod.run("huggingface", repo=NAME)
    assert (ended.code, ended.message) == (
        75,
        "acme/tiny hangs: no byte arrived for 1 s, 4 times; another attempt goes on with what is there",
    )


# An attempt after another


def test_after_a_kill_the_next_attempt_goes_on_with_the_files_that_are_whole(pod: LoadPod, hub: Hub) -> None:
    second = some_bytes(200_000, "second")
    hub.repo(NAME).commit({**FILES, "model-2.safetensors": second})
    hub.fail("/cdn/*", cut=1000, hang=60)
    process = pod.start("huggingface", repo=NAME)
    wait_for(lambda: len([path for path in pod.downloads.rglob("*") if path.suffix in (".json", ".safetensors", ".jinja")]) >= 4)
    process.send_signal(signal.SIGKILL)
    pod.ended(process)
    assert pod.published() == {}

    hub.requests.clear()
    ended = pod.run("huggingface", repo=NAME)
    assert ended.code == 0
    assert "4 of 5 files are there and whole" in ended.out
    assert len(hub.asked("/cdn/*")) == 1
    assert pod.published()["model-2.safetensors"] == second
    assert pod.published()["model.safetensors"] == WEIGHTS
    assert not list(pod.artifacts.rglob("*.incomplete"))


def test_a_file_that_was_damaged_between_two_attempts_is_downloaded_again(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    assert pod.run("huggingface", repo=NAME).code == 0
    with (pod.artifacts / "model.safetensors").open("r+b") as stream:
        stream.write(b"damaged")
    hub.requests.clear()
    assert pod.run("huggingface", repo=NAME).code == 0
    assert pod.published()["model.safetensors"] == WEIGHTS
    assert len(hub.asked("/cdn/*")) == 1


def test_an_attempt_that_was_killed_while_it_moved_its_files_is_taken_up(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit({**FILES, "sub/a.txt": b"a"})
    assert pod.run("huggingface", repo=NAME).code == 0
    whole = pod.published()
    pod.downloads.mkdir(parents=True, exist_ok=True)
    (pod.artifacts / "model.safetensors").rename(pod.downloads / "model.safetensors")
    (pod.artifacts / "of-another.txt").write_text("left by something else")
    hub.requests.clear()
    assert pod.run("huggingface", repo=NAME).code == 0
    assert pod.published() == whole
    assert hub.asked("/cdn/*") == []


def test_a_stop_ends_at_once_with_75_and_what_is_there_is_kept(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit(FILES)
    hub.fail("/cdn/*", cut=1000, hang=60, times=-1)
    process = pod.start("huggingface", repo=NAME)
    wait_for(lambda: (pod.downloads / "config.json").is_file() and hub.asked("/cdn/*"))
    process.terminate()
    ended = pod.ended(process, 5)
    assert (ended.code, ended.message) == (75, "stopped while loading; the next attempt goes on with what is there")
    assert (pod.downloads / "config.json").is_file()


# Room


@pytest.fixture
def small_disk(pod: LoadPod) -> object:
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("a small disk is mounted by root only")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=66m", "tmpfs", pod.artifacts], check=True)
    yield
    subprocess.run(["umount", "-l", pod.artifacts], check=True)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_too_small_is_told_before_the_first_byte(pod: LoadPod, hub: Hub) -> None:
    commit = hub.repo(NAME).commit({"model.safetensors": some_bytes(3 << 20)})
    ended = pod.run("huggingface", repo=NAME)
    assert (ended.code, ended.message) == (
        65,
        f"acme/tiny at {commit[:7]} needs 3.0 MiB and {pod.artifacts} has 66.0 MiB free; give the resource a larger disk (resources.disk)",
    )
    assert hub.asked("/cdn/*") == []


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_another_fills_meanwhile(pod: LoadPod, hub: Hub) -> None:
    hub.repo(NAME).commit({"model.safetensors": some_bytes(1 << 20)})
    hub.fail("/cdn/*", cut=1000, hang=2)
    process = pod.start("huggingface", repo=NAME)
    wait_for(lambda: hub.asked("/cdn/*"))
    with (pod.artifacts / "checkpoints/filler").open("wb") as stream, pytest.raises(OSError, match="No space"):
        while True:
            stream.write(bytes(1 << 20))
    ended = pod.ended(process)
    assert (ended.code, ended.message) == (
        65,
        f"no space left on {pod.artifacts}; give the resource a larger disk (resources.disk)",
    )


# Mistakes of the platform


def test_a_param_that_is_missing_is_a_mistake_of_the_platform(pod: LoadPod) -> None:
    ended = pod.run("oci")
    assert (ended.code, ended.message) == (
        70,
        "params.json has no reference; this is a mistake of the platform, which fills in every default",
    )


def test_an_unknown_runtime_is_a_mistake_of_the_platform(pod: LoadPod) -> None:
    process = subprocess.run(
        [sys.executable, pod.programs / "load.py", "ftp", "model"],
        env={"TERMINATION_LOG": str(pod.root / "log")},
        capture_output=True,
        check=False,
    )
    assert process.returncode == 70
    assert (pod.root / "log").read_text() == (
        "load.py takes a runtime (huggingface, modelscope, url, oci, ollama, bucket) and a kind (model, dataset), and got ftp model\n"
    )
