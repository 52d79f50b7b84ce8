"""What a reload does with Asterisk's files: which are written, what Asterisk is told, and what the next reload tells it."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from hotline1022.service.asterisk import console, reload_asterisk
from hotline1022.service.asterisk.engine import AsteriskInstance
from hotline1022.service.asterisk.engine_find import AsteriskEngine
from hotline1022.service.asterisk.reload_asterisk import tell_asterisk
from hotline1022.service.asterisk.render import own_texts
from hotline1022.service.reload_plan import COMMANDS, at_start_only, commands
from hotline1022.service.settings.config import load
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Settings


def test_files_with_a_command_are_files_of_ours(tmp_path: Path) -> None:
    settings = Settings()
    rendered = own_texts(settings, ensure_secrets(tmp_path, settings.lines.numbers))
    assert set(COMMANDS) <= set(rendered)
    assert at_start_only(tuple(rendered)) and "hl1022/manager.conf" in at_start_only(tuple(rendered))
    assert all(name in COMMANDS for name, text in rendered.items() if "exten =>" in text), (
        "dialplan that is never reloaded"
    )
    assert commands(("hl1022/queues.conf", "hl1022/extensions.conf", "queues.conf")) == (
        "queue reload all",
        "dialplan reload",
    )


async def test_files_that_are_not_to_be_written_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path)})
    etc = settings.paths.asterisk / "etc"
    etc.mkdir(parents=True)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reload_asterisk, "_write", refuse)
    (said,) = await tell_asterisk(settings, {}, {"hl1022/queues.conf": "new", "cel.conf": "new"}, set())
    assert "cannot be written (Permission denied)" in said and "say on its console: queue reload all" in said
    assert "restart Asterisk for cel.conf" in said and "hl1022/queues.conf" in said


async def test_an_asterisk_that_does_not_run_reads_its_files_when_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path)})
    etc = settings.paths.asterisk / "etc"
    (etc / "hl1022").mkdir(parents=True)
    (etc / "same.conf").write_text("same")
    monkeypatch.setattr(console, "find_engine", lambda _: engine(tmp_path))
    said = await tell_asterisk(
        settings, {}, {"hl1022/queues.conf": "new", "cel.conf": "new", "same.conf": "same"}, set()
    )
    assert said == [
        "Asterisk does not run here: it reads its new files when it starts.",
        f"Needs a restart of Asterisk: cel.conf in {etc}.",
    ]
    file = etc / "hl1022" / "queues.conf"
    assert file.read_text() == "new" and file.stat().st_mode & 0o777 == 0o600
    assert not list(etc.rglob("*.new"))
    assert await tell_asterisk(settings, {}, {"hl1022/queues.conf": "new"}, set()) == []


class Console:
    """That of an Asterisk which runs: notes what it is told, and says what it answers."""

    def __init__(self, told: list[str], answer: Callable[[str], str]) -> None:
        self._told, self._answer = told, answer

    def __call__(self, *_: object) -> Self:
        """As it is made anew each time."""
        return self

    async def adopt(self) -> bool:
        return True

    async def cli(self, command: str) -> str:
        self._told.append(command)
        return self._answer(command)


async def test_what_asterisk_could_not_be_told_is_told_by_the_next_reload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path)})
    (settings.paths.asterisk / "etc" / "hl1022").mkdir(parents=True)
    told: list[str] = []
    answers = ["Module 'res_pjsip.so' is not loaded.", "done"]

    monkeypatch.setattr(console, "find_engine", lambda _: engine(tmp_path))
    monkeypatch.setattr(console, "AsteriskInstance", Console(told, lambda _: answers[0]))
    owed: set[str] = set()
    files = {"hl1022/pjsip.conf": "new"}
    (said,) = await tell_asterisk(settings, {}, files, owed)
    assert "could not be told" in said and "Say on its console: module reload res_pjsip.so;" in said
    assert owed == {"hl1022/pjsip.conf"} and told == ["module reload res_pjsip.so"]
    answers.pop(0)
    (said,) = await tell_asterisk(settings, {}, files, owed)
    assert said.startswith("Asterisk has read anew: module reload res_pjsip.so;") and not owed
    assert await tell_asterisk(settings, {}, files, owed) == []


async def test_a_module_that_is_new_is_loaded_before_the_dialplan_and_the_dialplan_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path)})
    etc = settings.paths.asterisk / "etc"
    (etc / "hl1022").mkdir(parents=True)
    (etc / "modules.conf").write_text("[modules]\nload=app_dial.so\n")
    told: list[str] = []
    answers = {
        "module load func_export.so": "Unable to load module func_export.so",
        "dialplan reload": "Dialplan reloaded.",
    }

    monkeypatch.setattr(console, "find_engine", lambda _: engine(tmp_path))
    monkeypatch.setattr(console, "AsteriskInstance", Console(told, answers.__getitem__))
    owed: set[str] = set()
    files = {
        "modules.conf": "[modules]\nload=app_dial.so\nload=func_export.so\n",
        "hl1022/cascade.conf": "new",
    }
    said = await tell_asterisk(settings, {}, files, owed)
    assert "could not be told" in said[0] and told == ["module load func_export.so"], "no dialplan without it"
    answers["module load func_export.so"] = "Loaded func_export.so"
    (again,) = await tell_asterisk(settings, {}, files, owed)
    assert again == "Asterisk has read anew: module load func_export.so; dialplan reload." and not owed
    assert told[1:] == ["module load func_export.so", "dialplan reload"]


def engine(folder: Path) -> AsteriskEngine:
    return AsteriskEngine(
        command=("/nowhere/asterisk",), version=(22, 10, 1), modules=folder, documentation=folder, sounds=None
    )


def test_asterisk_starts_again_from_what_a_reload_left(tmp_path: Path) -> None:
    pbx = AsteriskInstance(tmp_path / "pbx", {"a.conf": "old\n", "hl1022/b.conf": "old\n"}, engine(tmp_path))
    pbx.write()
    (pbx.etc / "hl1022" / "b.conf").write_text("new\n")
    (pbx.etc / "a.conf").unlink()
    pbx.keep_files()
    pbx.write()
    assert (pbx.etc / "a.conf").read_text() == "old\n" and (pbx.etc / "hl1022" / "b.conf").read_text() == "new\n"
