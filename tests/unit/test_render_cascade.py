"""Whose number a called specialist or leader is shown, by the settings."""

from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.service.asterisk.render import placeholders
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Cascade, Settings, Trunk

TRUNK = Trunk(host="192.0.2.1", from_user="02743822222")


@pytest.mark.parametrize(
    ("caller", "trunk", "shown", "asserted"),
    [
        ("asserted", TRUNK, "1022 <02743822222>", "<sip:${HL_PAI}@192.0.2.1>"),
        ("asserted", replace(TRUNK, from_user="", username="acc"), "1022 <acc>", "<sip:${HL_PAI}@192.0.2.1>"),
        ("asserted", replace(TRUNK, from_domain="1022.example"), "1022 <02743822222>", "<sip:${HL_PAI}@1022.example>"),
        ("asserted", Trunk(host="192.0.2.1"), "1022 <1022>", "<sip:${HL_PAI}@192.0.2.1>"),
        ("citizen", TRUNK, "${HL_PAI} <${HL_PAI}>", ""),
        ("hotline", TRUNK, "1022 <02743822222>", ""),
    ],
)
def test_whose_number_is_shown(tmp_path: Path, caller: str, trunk: Trunk, shown: str, asserted: str) -> None:
    settings = Settings(cascade=Cascade(caller=caller), trunk=trunk)
    made = placeholders(settings, ensure_secrets(tmp_path, settings.lines.numbers))
    assert made["cascade_caller"] == shown
    lines = made["cascade_identity"].splitlines()
    if not asserted:
        assert all(line.startswith(";") for line in lines), "nothing is asserted"
        return
    withheld, header = lines
    assert withheld == ' same => n,GotoIf($["${HL_PAI}" = ""]?known)', "without a number nothing is asserted"
    assert header == f" same => n,Set(PJSIP_HEADER(add,P-Asserted-Identity)={asserted})"
