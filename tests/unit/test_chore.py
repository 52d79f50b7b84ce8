"""One kind of chore in the background: one at a time, also while one that was stopped hangs; what its process says is told."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import Refused
from hotline1022.service.background.chore import Chore
from hotline1022.service.background.work import Progress
from hotline1022.service.importing.folder import SHOWN, folders_in
from hotline1022.service.recordings.key_work import made_at
from hotline1022.web.chores_wire import RebuildView
from hotline1022.web.types import WorkState
from tests.lab.waiting import until

NOW = datetime(2026, 11, 29, tzinfo=UTC)


async def as_told(told: Any) -> Mapping[str, object]:
    return dict(told)


async def test_no_other_one_is_begun_before_one_that_hangs_has_ended() -> None:
    answers = asyncio.Event()
    given: list[Mapping[str, object]] = []

    async def hangs(what: str, asked: Mapping[str, object], progress: Progress) -> Mapping[str, object]:
        given.append(asked)
        progress(1, 2)
        try:
            return dict(await asyncio.Future[Mapping[str, object]]())
        finally:  # as a process that is killed while its disk does not answer
            await answers.wait()

    chore = Chore("rebuild", make=RebuildView, do=hangs, end=as_told, clock=lambda: NOW)
    run = asyncio.create_task(chore.run())
    try:
        with pytest.raises(Refused) as none:
            chore.stop()
        assert none.value.error_id == "rebuild-none"
        with acts(Acting(actor="token:a", origin="192.0.2.1", act="POST /api/x")):
            assert chore.begin({"since": ""}).asked_by == "token:a"
        await until(lambda: chore.view is not None and chore.view.done == 1)
        assert given == [{"since": "", "actor": "token:a", "origin": "192.0.2.1"}]
        with pytest.raises(Refused, match="token:a asked for runs still") as second:
            chore.begin({})
        assert second.value.error_id == "rebuild-running"
        assert chore.stop().state is WorkState.STOPPED
        await until(lambda: chore._work.ending)
        with pytest.raises(Refused, match="has not ended") as third:
            chore.begin({})
        assert third.value.error_id == "rebuild-running"
        answers.set()
        await until(lambda: not chore._work.ending)
        assert chore.begin({}).state is WorkState.RUNNING
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run
    assert chore.view is not None and chore.view.state is WorkState.STOPPED


def test_folders_are_told_by_name_and_bounded(tmp_path: Path) -> None:
    for number in range(SHOWN + 5):
        (tmp_path / f"f{number:04d}").mkdir()
    for odd in (".hidden", "back\\slash", "a\nb"):
        (tmp_path / odd).mkdir()
    (tmp_path / "a-file").touch()
    (tmp_path / "a-link").symlink_to(tmp_path / "f0000")
    found = folders_in(tmp_path)
    assert len(found) == SHOWN and found[0] == "f0000" and list(found) == sorted(found)


def test_a_keys_time_is_that_of_its_name() -> None:
    told = made_at("20261129T020000000001Z-0123.key")
    assert told is not None and told.isoformat() == "2026-11-29T02:00:00.000001+00:00"
    assert made_at("mine-0123.key") is None


async def test_a_result_that_fits_no_view_ends_it_and_the_next_one_may_begin() -> None:
    async def strange(what: str, asked: Mapping[str, object], progress: Progress) -> Mapping[str, object]:
        return {"of_a_later_version": 1}

    chore = Chore("rebuild", make=RebuildView, do=strange, end=as_told, clock=lambda: NOW)
    run = asyncio.create_task(chore.run())
    try:
        for _ in range(2):
            chore.begin({"since": ""})
            await until(lambda: chore.view is not None and chore.view.state is WorkState.FAILED)
            assert chore.view is not None and chore.view.error.startswith("TypeError")
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run
