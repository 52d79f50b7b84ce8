"""The dialplan as text: nothing from outside is used unfiltered, nothing dials out, every name is ours."""

import re
from importlib.resources import files

import pytest

from hotline1022.ami_bridge.live_events import WANTED

FILES = {
    file.name: file.read_text(encoding="utf-8")
    for file in (files("hotline1022.asterisk_conf") / "hl1022").iterdir()
    if file.name.endswith(".conf")
}
DIALPLAN = FILES["extensions.conf"] + FILES["cascade.conf"] + FILES["callback.conf"] + FILES["status.conf"]
LINES = [line for line in DIALPLAN.splitlines() if line and not line.startswith(";")]
#: what a caller, a phone or a carrier chooses
OUTSIDE = (
    "CALLERID(",
    "INVALID_EXTEN",
    "HL_PERSON",
    "HL_PIN",
    "HL_REASON",
    "MEMBERNAME",
    "CHANNEL(pjsip",
    "PJSIP_HEADER",
    "BLINDTRANSFER",
    "HL_PRESSED",
    "HL_KEYED",
)
#: set by the dialplan itself: letters of the code, not of the caller
OWN = (
    "key=${HL_PRESSED}",
    '"${HL_PRESSED}" = "1"',
    "HL_REASON=no-agents",
    "HL_REASON=timeout",
    "HL_REASON=full",
    "HL_REASON=key",
    "reason=${HL_REASON}|file=",
    "/status,${HL_KEYED})",
)


def unfiltered(line: str) -> list[str]:
    """Uses of what comes from outside that do not stand inside FILTER()."""
    bare = re.sub(r"\$\{FILTER\([^,]*,\$\{[^}]*\}\)\}", "", line)
    return [word for word in OUTSIDE if "${" + word in bare]


@pytest.mark.parametrize("line", [line for line in LINES if any(word in line for word in OUTSIDE)])
def test_every_value_from_outside_is_filtered(line: str) -> None:
    assert not unfiltered(line) or any(own in line for own in OWN), line


def test_the_linter_sees_what_it_is_for() -> None:
    assert unfiltered(" same => n,Set(X=${CALLERID(num)})") == ["CALLERID("]
    assert unfiltered(" same => n,Set(X=${FILTER(0-9,${CALLERID(num)})})") == []
    assert len([line for line in LINES if any(word in line for word in OUTSIDE)]) >= 6


def test_an_extension_that_takes_more_than_one_key_is_exact() -> None:
    patterns = {match[1] for line in LINES if (match := re.match(r"exten => (_[^,]+),", line))}
    # one key; a ticket's code; a transfer code; a number of a plan, in a context that nobody reaches from outside
    assert patterns == {"_[0-8*#]", "_[1-8*#]", "_[1-8#]", "_[2-8]XXXXXXX", "_7XX", "_[0-9]!"}, (
        "no pattern takes whatever is sent"
    )
    assert len(re.findall(r"@hl1022-step", DIALPLAN)) == 1 and "include => hl1022-step" not in DIALPLAN


def test_115_stands_before_every_other_rule() -> None:
    """Wherever keys are read, the context that holds 9 and 115 is the first that is asked."""
    sections = re.split(r"^\[", DIALPLAN, flags=re.MULTILINE)[1:]
    reading = [one for one in sections if "Background(" in one or "WaitExten(" in one]
    assert len(reading) >= 5
    for section in reading:
        rules = [line for line in section.splitlines()[1:] if line and not line.startswith(";")]
        assert rules[0] == "include => hl1022-keys-emergency", section[:60]


def test_no_code_of_a_ticket_is_written_down() -> None:
    """Neither in a fact, nor as the extension that stands beside one: the code goes to the service alone, filtered."""
    status = FILES["status.conf"]
    assert " same => n,AGI(agi://${HL_AGI}/status,${HL_KEYED})" in LINES
    assert "exten => _[2-8]XXXXXXX,1,Set(HL_KEYED=${FILTER(0-9,${EXTEN})})\n same => n,Goto(look,1)" in status
    facts = [line for line in status.splitlines() if "CELGenUserEvent(" in line]
    assert len(facts) >= 8
    code = status[: status.index("[hl1022-status-told]")]
    assert not [line for line in code.splitlines() if "CELGenUserEvent(" in line and "EXTEN" in line]
    assert not [line for line in facts if "HL_KEYED" in line or "HL_ANSWER" in line]


def test_nothing_dials_out_but_emergency_numbers_and_those_of_a_plan() -> None:
    dialled = [line for line in LINES if re.search(r",Dial\(|,Originate\(|,System\(|,TrySystem\(|SHELL\(|CURL\(", line)]
    emergency, step, number, guard, back, citizen = dialled
    assert "PJSIP/${HL_TRUNK}/sip:${HL_NUMBER}@" in emergency
    assert "Dial(Local/${HL_NUMBER}@hl1022-step/n," in step
    assert " same => n,Set(HL_NUMBER=${FILTER(0-9,${CUT(HL_STEP,:,1)})})" in LINES, "only digits of a plan's step"
    assert "PJSIP/${HL_TRUNK}/sip:${EXTEN}@" in number
    assert "Originate(Local/s@hl1022-left-late/n,app,Hangup,16," in guard, "it looks after a room, and calls nobody"
    assert "Dial(PJSIP/line-${HL_LINE}," in back
    assert "PJSIP/${HL_TRUNK}/sip:${HL_TO}@" in citizen


def test_a_citizen_is_called_by_digits_of_the_service_alone() -> None:
    """Filtered before anything is done with them; nobody's key or number leads there."""
    own = FILES["callback.conf"]
    assert own.index("Set(HL_TO=${FILTER(0-9,${HL_TO})})") < own.index("Dial(")
    others = "".join(text for name, text in FILES.items() if name != "callback.conf")
    assert "hl1022-callback" not in others.replace("#include hl1022/callback.conf", "")
    assert not re.search(r"Goto\(hl1022-callback|include => hl1022-callback", own)


@pytest.mark.parametrize(
    "name",
    [
        "extensions.conf",
        "cascade.conf",
        "callback.conf",
        "status.conf",
        "confbridge.conf",
        "queues.conf",
        "pjsip.conf",
        "manager.conf",
        "musiconhold.conf",
    ],
)
def test_every_name_is_ours(name: str) -> None:
    sections = re.findall(r"^\[([^\]]+)\]", FILES[name], flags=re.MULTILINE)
    assert sections and all(one.startswith("hl1022") for one in sections if one != "globals")


#: application → module; those of the PBX core (Set, Goto, Hangup …) need none
APPLICATIONS = {
    "AGI": "res_agi", "ChannelRedirect": "app_channelredirect", "ConfBridge": "app_confbridge", "ConfKick": "app_confbridge",
    "ExecIf": "app_exec", "MusicOnHold": "res_musiconhold", "SoftHangup": "app_softhangup",
    "StartMusicOnHold": "res_musiconhold", "StopMixMonitor": "app_mixmonitor", "StopMusicOnHold": "res_musiconhold", "CELGenUserEvent": "app_celgenuserevent", "Dial": "app_dial", "Echo": "app_echo",
    "Gosub": "app_stack", "MixMonitor": "app_mixmonitor", "Originate": "app_originate", "Playback": "app_playback", "Queue": "app_queue",
    "Read": "app_read", "Record": "app_record", "Return": "app_stack", "UserEvent": "app_userevent",
}  # fmt: skip
CORE = {"Answer", "Background", "Goto", "GotoIf", "GotoIfTime", "Hangup", "Set", "Wait", "WaitExten"}
FUNCTIONS = {
    "CHANNEL_EXISTS": "func_channel", "CONFBRIDGE": "app_confbridge", "CONFBRIDGE_INFO": "app_confbridge", "DB": "func_db", "DB_EXISTS": "func_db",
    "LOCAL": "app_stack",
    "PJSIP_HEADER": "res_pjsip_header_funcs", "REGEX": "func_strings",
    "CALLERID": "func_callerid", "CHANNEL": "func_channel", "CUT": "func_cut", "FILTER": "func_strings",
    "GROUP": "func_groupcount", "GROUP_COUNT": "func_groupcount", "IF": "func_logic", "EXPORT": "func_export", "IMPORT": "func_logic", "LEN": "func_strings",
    "QUEUE_MEMBER": "app_queue", "STRFTIME": "func_strings", "TIMEOUT": "func_timeout",
}  # fmt: skip


def test_what_the_dialplan_uses_is_loaded() -> None:
    """Asterisk skips nothing and says nothing at its start: a call would end at that line."""
    modules = (files("hotline1022.asterisk_conf") / "pbx" / "modules.conf").read_text(encoding="utf-8")
    loaded = set(re.findall(r"^load=(\w+)\.so", modules, flags=re.MULTILINE))
    applications = {
        match[1] for line in LINES if (match := re.match(r"(?:exten => [^,]+,1| same => n(?:\(\w+\))?),(\w+)\(", line))
    }
    functions = set(re.findall(r"(?:\$\{|Set\()([A-Z_]+)\(", DIALPLAN))
    assert len(applications) >= 15 and len(functions) >= 8
    assert not {APPLICATIONS[one] for one in applications - CORE} - loaded
    assert not {FUNCTIONS[one] for one in functions} - loaded


def test_asterisk_writes_what_the_link_listens_to_and_lets_nothing_else_through() -> None:
    own = set(re.findall(r"name\((\w+)\)", FILES["manager.conf"]))
    assert own == {name.decode() for name in WANTED} - {"OriginateResponse"}, "that one comes to who asked"
    whole = (files("hotline1022.asterisk_conf") / "pbx" / "manager.conf").read_text(encoding="utf-8")
    (line,) = re.findall(r"^disabledevents=(.+)$", whole, flags=re.MULTILINE)
    unwritten = set(line.split(","))
    assert {"Newexten", "VarSet"} <= unwritten and not unwritten & own
