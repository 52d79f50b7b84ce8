"""Settings: what is accepted, from where, and that all problems are named at once with place and cure."""

import re
import tomllib
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline1022.core.errors import ConfigError
from hotline1022.service.settings.check import plain_number
from hotline1022.service.settings.config import PauseReason, Settings, SettingsError, load
from hotline1022.service.settings.read import RESERVED, secret_keys, sections

SAMPLE = Path(__file__).parents[2] / "service" / "settings" / "sample.toml"


def write(folder: Path, text: str) -> Path:
    file = folder / "hotline.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(file: Path | None = None, **env: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(file, {f"HOTLINE1022_{key}": value for key, value in env.items()})
    assert caught.value.error_id == "config-invalid"
    assert str(caught.value).count("\n") + 1 == len(caught.value.problems)
    return str(caught.value).splitlines()


def test_defaults_are_valid_and_lie_below_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {})
    assert settings.paths.data == tmp_path / "data"
    derived = [settings.paths.db, settings.paths.recordings, settings.paths.spool, settings.paths.asterisk]
    derived += [settings.paths.prompts, settings.paths.secrets, settings.paths.journal]
    assert [path.relative_to(settings.paths.data).as_posix() for path in derived] == [
        "db",
        "recordings",
        "spool",
        "asterisk",
        "prompts",
        "secrets",
        "journal",
    ]
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/data/db/hotline.sqlite"
    with pytest.raises(FrozenInstanceError):
        settings.log.level = "debug"  # type: ignore[misc]


def test_sample_loads_and_shows_every_setting_with_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = SAMPLE.read_text(encoding="utf-8")
    assert load(write(tmp_path, text), {}) == load(None, {})
    shown = {(section, key) for section, table in tomllib.loads(text).items() for key in table}
    assert shown == {(section, key) for section, keys in sections().items() for key in keys}
    for name in secret_keys():
        assert re.search(rf"^# {name.partition('.')[2]}_file = ", text, re.MULTILINE)


def test_file_then_environment(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        [trunk]
        host = "sip.carrier.example"
        channels = 60
        [queue]
        pause_reasons = [{ code = "7", name = "Nghỉ" }]
        [paths]
        data = "../elsewhere"
        """,
    )
    env = {"HOTLINE1022_TRUNK_CHANNELS": "12", "HOTLINE1022_LINES_NUMBERS": "201, 202", "HOTLINE1022_ROOT": "/x"}
    settings = load(file, env)
    assert settings.trunk.host == "sip.carrier.example"
    assert settings.trunk.match == ("sip.carrier.example",)
    assert settings.trunk.channels == 12
    assert settings.lines.numbers == ("201", "202")
    assert settings.queue.pause_reasons == (PauseReason(code="7", name="Nghỉ"),)
    assert settings.paths.data == tmp_path.parent / "elsewhere"


def test_environment_speaks_every_type(tmp_path: Path) -> None:
    env = {
        "QUEUE_PAUSE_REASONS": "1=Giải lao,2=Ho\u0323p",
        "SERVICE_ASK_SECONDS": "0.8",
        "TRUNK_SRTP": "true",
        "TRUNK_TRANSPORT": "tls",
        "ASTERISK_TLS_PORT": "5061",
        "PATHS_DATA": str(tmp_path),
        "PATHS_MENU": "",
    }
    settings = load(None, {f"HOTLINE1022_{key}": value for key, value in env.items()})
    assert settings.queue.pause_reasons[1].name == "Họp"
    assert (settings.service.ask_seconds, settings.trunk.srtp, settings.asterisk.tls_port) == (0.8, True, 5061)
    assert (settings.paths.data, settings.paths.menu) == (tmp_path, None)


def test_all_problems_at_once_each_with_file_line_and_cure(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """[asterisk]
sip_port = 70000
ami_prot = 5038

[trunk]
srtp = "yes"
match = ["10.0.0.0/8",
         "0.0.0.0/0"]

[quue]
x = 1
""",
    )
    found = problems(file, LOG_LEVEL="loud")
    assert found == [
        f'{file}:3: asterisk.ami_prot: is an unknown key; did you mean "ami_port"?',
        f"{file}:6: trunk.srtp = 'yes': is not true or false; write true or false without quotes",
        f'{file}:10: quue: is an unknown section; did you mean "queue"?',
        f"{file}:2: asterisk.sip_port = 70000: is out of range; choose from 1 to 65535",
        "environment HOTLINE1022_LOG_LEVEL: log.level = 'loud': is not one of the words; choose "
        + "debug, info, warning, error",
        f"{file}:7: trunk.match = '0.0.0.0/0': lets the whole world call in; name the carrier's own addresses",
    ]


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("HOTLINE_NUMBERS", "1022,10x", "is no telephone number"),
        ("HOTLINE_NUMBERS", "", "is empty"),
        ("HOTLINE_NUMBERS", "1022,1022", "names a number twice"),
        ("HOTLINE_SYSTEM_NAME", "hl-1", "has the wrong form"),
        ("DESK_IDLE_MINUTES", "721", "is longer than desk.session_hours"),
        ("DESK_IDLE_MINUTES", "4", "is out of range"),
        ("DESK_SESSION_HOURS", "25", "is out of range"),
        ("EMERGENCY_NUMBERS", "115,0274382233", "is no telephone number"),
        ("EMERGENCY_NUMBERS", "115,(0274)3822333", "is no telephone number"),
        ("EMERGENCY_NUMBERS", "02741022", "is the hotline's own number"),
        ("EMERGENCY_NUMBERS", "1022", "is the hotline's own number"),
        ("LINES_NUMBERS", "115", "is a number of the hotline or the emergency service"),
        ("LINES_NUMBERS", "1022", "is a number of the hotline or the emergency service"),
        ("LINES_NUMBERS", "101,101", "is given twice"),
        ("LINES_NUMBERS", "1", "is no line number"),
        ("LINES_NUMBERS", "1234567", "is no line number"),
        ("ASTERISK_BIND", "localhost", "is not an IP address"),
        ("ASTERISK_BIND", "300.1.1.1", "is not an IP address"),
        ("ASTERISK_SIP_PORT", "0", "is out of range"),
        ("ASTERISK_SIP_PORT", "5o60", "is not a whole number"),
        ("ASTERISK_AMI_PORT", "8022", "is the port of asterisk.ami_port too"),
        ("SERVICE_HTTP_PORT", "10500", "lies in the range of RTP"),
        ("ASTERISK_RTP_FIRST", "10001", "is odd"),
        ("ASTERISK_RTP_LAST", "10998", "odd number of ports"),
        ("TRUNK_CHANNELS", "600", "1206 are needed"),
        ("TRUNK_HOST", "sip carrier", "is not a host"),
        ("TRUNK_HOST", "1.2.3", "is not a host"),
        ("TRUNK_HOST", "127.0.0.1", "is our own Asterisk"),
        ("TRUNK_MATCH", "10.0.0.0/99", "is no address"),
        ("TRUNK_MODE", "registration", "registration needs it"),
        ("TRUNK_TRANSPORT", "tls", "trunk.transport = tls needs it"),
        ("TRUNK_SRTP", "on", "keys in the clear"),
        ("TRUNK_REGISTRAR", "sip.example:0", "is not a host"),
        ("TRUNK_USERNAME", "a@b", "has the wrong form"),
        ("PATHS_DATA", "/srv/a,b", "dialplan takes apart"),
        ("QUEUE_STRATEGY", "fair", "is not one of the words"),
        ("QUEUE_PAUSE_REASONS", "1=A,1=B", "is the code of two reasons"),
        ("QUEUE_PAUSE_REASONS", "x=A", "is no code"),
        ("QUEUE_PAUSE_REASONS", "1=", "is no name"),
        ("SERVICE_ASK_SECONDS", "3", "is out of range"),
        ("DATABASE_URL", "mysql://x/y", "is no address of a database"),
        ("ASTERISK_TLS_CERTIFICATE", "a.pem", "belong together"),
        ("NOTIFY_SMS_GATEWAY", "fax", "is not one of the words"),
        ("NOTIFY_SMS_GATEWAY", "http", "needs it"),
        ("NOTIFY_SMS_GATEWAY", "speedsms", "needs it"),
        ("NOTIFY_SMS_GATEWAY", "smpp", "needs it"),
        ("NOTIFY_MAIL_HOST", "mail.example.vn", "is no address that others can answer to"),
        ("NOTIFY_MAIL_USERNAME", "1022", "belong together"),
        ("NOTIFY_MAIL_FROM", "1022", "has the wrong form"),
        ("NOTIFY_QUIET_FROM", "9pm", "has the wrong form"),
        ("NOTIFY_LINK_ADDRESS", "http://1022.vn/p/", "has the wrong form"),
        ("NOTIFY_GIVE_UP_HOURS", "0", "is out of range"),
        ("TURNK_HOST", "x", 'did you mean "HOTLINE1022_TRUNK_HOST"?'),
        ("TRUNK_HSOT", "x", 'did you mean "host"?'),
    ],
)
def test_refused(variable: str, value: str, says: str) -> None:
    found = problems(None, **{variable: value})
    assert any(says in line for line in found), found
    assert all("environment HOTLINE1022_" in line or line.startswith("default:") for line in found)


@pytest.mark.parametrize("bad", [*"\n\r\t\0;[]\"'\\", "\u2028", "\x85"])
@pytest.mark.parametrize("key", ["TRUNK_SECRET", "TRUNK_HOST", "ASTERISK_BINARY", "PATHS_DATA", "EMERGENCY_NUMBERS"])
def test_what_breaks_asterisks_files_is_refused(key: str, bad: str) -> None:
    problems(None, **{key: f"a{bad}b"})


def test_every_text_of_the_tree_is_guarded() -> None:
    for section, keys in sections().items():
        for key, hint in keys.items():
            if hint in (int, float, bool):
                continue
            value = "1=a;b" if key == "pause_reasons" else "a;b"
            assert problems(None, **{f"{section}_{key}".upper(): value})


def test_secrets_are_in_no_repr_and_no_message(tmp_path: Path) -> None:
    env = {"HOTLINE1022_TRUNK_SECRET": "geheim", "HOTLINE1022_DATABASE_URL": "postgresql://u:geheim@db/hotline"}
    settings = load(None, env)
    assert settings.trunk.secret == "geheim"
    assert settings.database_url == "postgresql+asyncpg://u:geheim@db/hotline"
    assert "geheim" not in repr(settings)
    said = problems(None, TRUNK_SECRET="geheim;", DATABASE_URL="mysql://u:geheim@db/x")
    assert len(said) >= 2
    assert not any("geheim" in line for line in said)
    assert not any("geheim" in line for line in problems(write(tmp_path, '[trunk]\nsecret = ["geheim"]\n')))


def test_messages_are_not_sent_in_the_clear_nor_with_what_smpp_cannot_carry() -> None:
    mail = {"NOTIFY_MAIL_HOST": "mail.example.vn", "NOTIFY_MAIL_FROM": "1022@example.vn"}
    assert "in the clear" in problems(None, **mail, NOTIFY_MAIL_TLS="none")[0]
    env = {**mail, "NOTIFY_MAIL_HOST": "127.0.0.1", "NOTIFY_MAIL_TLS": "none"}
    assert load(None, {f"HOTLINE1022_{key}": value for key, value in env.items()}).notify.mail_tls == "none"
    smpp = {"NOTIFY_SMS_GATEWAY": "smpp", "NOTIFY_SMS_ACCOUNT": "tinh1022"}
    said = problems(None, **smpp, NOTIFY_SMS_SECRET="bi-mat-dai")
    assert "8 letters" in said[0] and "bi-mat" not in said[0]
    assert "15 letters" in problems(None, **{**smpp, "NOTIFY_SMS_ACCOUNT": "tong-dai-1022-tinh"})[0]


def test_secret_from_a_file_and_its_mode(tmp_path: Path) -> None:
    secret = tmp_path / "s"
    secret.touch(mode=0o600)
    secret.write_text("tr0ng\n", encoding="utf-8")
    file = write(tmp_path, '[trunk]\nsecret_file = "s"\n')
    assert load(file, {}).trunk.secret == "tr0ng"
    assert load(file, {"HOTLINE1022_TRUNK_SECRET": "other"}).trunk.secret == "other"
    secret.chmod(0o440)
    assert load(file, {}).trunk.secret == "tr0ng"
    secret.chmod(0o604)
    assert problems(file) == [
        f"{file}:2: trunk.secret_file = 's': {secret}: mode 0604 lets others at the secret; chmod 0600 {secret}"
    ]
    both = write(tmp_path, '[trunk]\nsecret = "x"\nsecret_file = "s"\n')
    assert "is given twice" in problems(both)[0]
    assert "cannot be read" in problems(write(tmp_path, '[trunk]\nsecret_file = "none"\n'))[0]


def test_files_that_are_no_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        load(tmp_path / "nowhere.toml", {})
    with pytest.raises(ConfigError, match=r"hotline\.toml:3: is not TOML"):
        load(write(tmp_path, "[trunk]\nport = 5060\nhost = sip\n"), {})
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[hotline]\nlanguage = "é"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load(latin, {})
    assert "is a section, not a value" in problems(write(tmp_path, "trunk = 5\n"))[0]


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("1022", "1022"),
        ("115", "115"),
        ("02741022", "+842741022"),
        ("+842741022", "+842741022"),
        ("(0274)1022", "+842741022"),
        ("(+84274)1022", "+842741022"),
        ("0901234567", "+84901234567"),
        ("02743822333", "+842743822333"),
        ("0274 3822333", None),
        ("12", None),
        ("+0901234567", None),
        ("٠٩٠", None),
    ],
)
def test_plain_number(number: str, plain: str | None) -> None:
    assert plain_number(number, "274") == plain


@example({"NOTIFY_SMS_CA": "~\x00"})
@given(st.dictionaries(st.sampled_from([f"{s}_{k}".upper() for s, ks in sections().items() for k in ks]), st.text()))
def test_any_environment_loads_or_is_refused_with_reasons(env: dict[str, str]) -> None:
    try:
        settings = load(None, {f"HOTLINE1022_{key}": value for key, value in env.items()})
    except ConfigError as error:
        assert all("; " in line for line in str(error).splitlines())
    else:
        assert isinstance(settings, Settings)


def test_reserved_names_are_no_settings() -> None:
    names = {f"HOTLINE1022_{s}_{k}".upper() for s, ks in sections().items() for k in ks}
    assert not names & RESERVED
    assert {f.name for f in fields(Settings)} == set(sections())
