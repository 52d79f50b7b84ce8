"""The journal's name in Asterisk's files: short enough for Asterisk, and the file that the service reads."""

from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError
from hotline1022.service.asterisk.render import JOURNAL_NAME_BYTES, foreign_texts, own_texts
from hotline1022.service.settings.config import load
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Settings


def settings_in(data: Path) -> Settings:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(data)})
    assert settings.paths.data == data
    return settings


def journal_in(text: str) -> str:
    return next(line[1:-1] for line in text.splitlines() if line.startswith("["))


@pytest.mark.parametrize("deep", ["d", "d" * 120])
def test_the_own_asterisk_writes_where_the_service_reads(tmp_path: Path, deep: str) -> None:
    settings = settings_in(tmp_path / deep)
    secrets = ensure_secrets(tmp_path / "secrets", settings.lines.numbers)
    name = journal_in(own_texts(settings, secrets)["hl1022/cel_custom.conf"])
    assert len(name.encode()) <= JOURNAL_NAME_BYTES
    folder = settings.paths.asterisk / "log" / "cel-custom"
    folder.mkdir(parents=True)
    settings.paths.journal.mkdir(parents=True)
    (folder / name).write_text("x", encoding="utf-8")
    assert (settings.paths.journal / "cel.jsonl").read_text(encoding="utf-8") == "x"


def test_also_when_asterisk_lies_elsewhere_behind_a_link(tmp_path: Path) -> None:
    data, disk = tmp_path / "data", tmp_path / "other" / "disk"
    (disk / "log" / "cel-custom").mkdir(parents=True)
    data.mkdir()
    settings = settings_in(data)
    settings.paths.asterisk.symlink_to(disk)
    settings.paths.journal.mkdir()
    secrets = ensure_secrets(tmp_path / "secrets", settings.lines.numbers)
    name = journal_in(own_texts(settings, secrets)["hl1022/cel_custom.conf"])
    (settings.paths.asterisk / "log" / "cel-custom" / name).write_text("x", encoding="utf-8")
    assert (settings.paths.journal / "cel.jsonl").exists()


def test_an_existing_pbx_gets_no_name_that_would_be_cut_off(tmp_path: Path) -> None:
    room = JOURNAL_NAME_BYTES - len(b"//journal/cel.jsonl")
    fits = settings_in(Path("/" + "d" * room))
    secrets = ensure_secrets(tmp_path / "secrets", fits.lines.numbers)
    assert len(journal_in(foreign_texts(fits, secrets)["hl1022/cel_custom.conf"])) == JOURNAL_NAME_BYTES
    with pytest.raises(ConfigError, match=r"paths\.data") as refused:
        foreign_texts(settings_in(Path("/" + "d" * (room + 1))), secrets)
    assert refused.value.error_id == "data-path-long"
