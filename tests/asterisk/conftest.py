"""The order of the files that play with real telephones: the longest first, so that at the end nobody waits for one alone."""

from pathlib import Path

import pytest

#: seconds of a file on a quiet machine, where it is a minute or more; what is not here comes between
_LONG = {
    "test_cascade_audio.py": 240,
    "test_cascade.py": 240,
    "test_cascade_without_service.py": 220,
    "test_cascade_api.py": 200,
    "test_cascade_take_back.py": 190,
    "test_emergency.py": 180,
    "test_happy.py": 160,
    "test_without_service.py": 150,
    "test_status.py": 120,
    "test_run.py": 110,
    "test_disk_full.py": 140,
    "test_same_either_way.py": 95,
    "test_audio.py": 90,
    "test_lab_itself.py": 85,
    "test_asterisk_ends.py": 80,
    "test_full_queue.py": 75,
}
_UNKNOWN = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: -_LONG.get(item.path.name, _UNKNOWN) if item.path.parent == here else 0)
