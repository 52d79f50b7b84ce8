"""Who gave a command is whom the operating system knows: nothing that the shell was told to say."""

import asyncio
import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.db.unit import Database
from hotline1022.service.cli.main import main
from hotline1022.service.cli.shell_user import shell_user
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CITIZEN_TONE, file, tone

TRUE = f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
TABLE = "calldate,src,dst,duration,billsec,uniqueid,recordingfile\n2026-11-24 08:00:00,0901234567,1022,2,2,1.1,a.wav\n"


async def test_a_forged_name_stands_nowhere_in_the_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_settings(monkeypatch)
    for one in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(one, "giam-doc")
    monkeypatch.setenv("HOTLINE1022_RECORDINGS_KEYS", str(tmp_path / "keys"))
    monkeypatch.setattr(os, "nice", lambda _: 0)
    (tmp_path / "monitor").mkdir()
    (tmp_path / "monitor" / "a.wav").write_bytes(file(tone(CITIZEN_TONE, 2000)))
    (tmp_path / "cdr.csv").write_text(TABLE)

    async def ask(data: str, *words: str) -> None:
        monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / data))
        done = await asyncio.to_thread(CliRunner().invoke, main, list(words))
        assert done.exit_code == 0, done.output

    await ask("a", "people", "add", "1001", "Lan", "--pin", "47114")
    await ask("a", "recordings", "key", "new")
    await ask("a", "recordings", "import", str(tmp_path / "monitor"), "--csv", str(tmp_path / "cdr.csv"))
    await ask("a", "recordings", "reseal")
    await ask("a", "backup", str(tmp_path / "shelf"))
    (backup,) = (tmp_path / "shelf").glob("2*")
    await ask("b", "restore", str(backup))
    found: dict[str, str] = {}
    for data in ("a", "b"):
        async with Database(tmp_path / data / "db" / "hotline.sqlite") as database, database.reading() as tx:
            found |= {entry.kind: entry.actor async for some in tx.audit.entries() for entry in some}
    wanted = {"act", "key-made", "recording-imported", "recording-sealed", "backup-made", "backup-restored"}
    assert wanted <= set(found) and {found[kind] for kind in wanted} == {TRUE}, found


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_111)
    assert shell_user() == "4000111"
