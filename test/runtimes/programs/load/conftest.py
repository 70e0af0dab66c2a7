from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loading import LoadPod

from hub import Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(page_size=2) as hub:
        yield hub


@pytest.fixture
def pod(tmp_path: Path, hub: Hub) -> LoadPod:
    return LoadPod(tmp_path, {"HF_ENDPOINT": hub.url})
