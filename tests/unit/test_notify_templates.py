"""Texts of messages: never longer than they say, what is cut, and which own files are refused."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import ConfigError
from hotline1022.notify.audience import NAMES, TOLD, AlarmEvent, Audience
from hotline1022.notify.sms import split
from hotline1022.notify.template_check import PLACEHOLDERS
from hotline1022.notify.templates import fill, load
from hotline1022.notify.types import Encoding, TicketEvent
from tests.unit.notify_made import LONGEST, TEMPLATES

SHIPPED = Path(__file__).parents[2] / "notify" / "templates.toml"


@pytest.mark.parametrize("name", sorted(name for name in NAMES if name.endswith(".sms")))
def test_an_sms_is_never_longer_than_its_template_says(name: str) -> None:
    template = TEMPLATES[name]
    filled = fill(template, LONGEST)
    assert filled.parts == len(split(filled.text, template.encoding)) <= template.parts
    assert filled.text.isascii(), "GSM-7 without marks"
    for kept in ("code", "deadline", "link"):
        if f"{{{kept}}}" in template.text:
            assert LONGEST[kept] in filled.text, "what people need is never cut"
    marked = replace(template, encoding=Encoding.UCS2)
    assert fill(marked, dict.fromkeys(PLACEHOLDERS, "ế")).text.startswith(("1022", "Tổng", "ế 1022"))


def test_the_citizen_gets_the_code_in_one_part() -> None:
    assert fill(TEMPLATES["citizen.made.sms"], LONGEST).parts == 1


def test_what_is_cut_is_the_answer_first() -> None:
    filled = fill(TEMPLATES["citizen.completed.sms"], LONGEST | {"agency": "Sở Xây dựng"})
    assert "..." in filled.text
    assert filled.text.endswith("Neu chua dong y, moi ong/ba goi 1022.")
    assert 290 < len(filled.text) <= 306


@given(st.fixed_dictionaries({name: st.text(max_size=400) for name in sorted(PLACEHOLDERS - {"code", "deadline"})}))
def test_no_value_makes_an_sms_longer_or_two_lines(values: dict[str, str]) -> None:
    given = values | {
        "code": "4711-22",
        "deadline": "16:45 05/12/2026",
        "phone": "0901234567",
        "urgent": "",
        "link": "",
    }
    for name in ("citizen.answered.sms", "specialist.made.sms", "leader.overdue.sms"):
        filled = fill(TEMPLATES[name], given)
        assert filled.parts <= 2 and "\n" not in filled.text and "4711-22" in filled.text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{code}", "{cdoe}", "{cdoe} is no placeholder"),
        ("{code}", "{code!r}", "a name in braces alone"),
        ("{code}", "{code:>9}", "a name in braces alone"),
        ("{code}", "{0}", "{0} is no placeholder"),
        ("{code}", "{code.x}", "is no placeholder"),
        ("{code}", "{code", "braces"),
        ('"citizen.made.sms"', '"citizen.maed.sms"', "citizen.maed.sms is no template"),
        ('encoding = "gsm7"', 'encoding = "latin"', "write gsm7 or ucs2"),
        ('encoding = "gsm7"', 'encoding = ""', "an SMS is gsm7 or ucs2"),
        ('class = "care"', 'class = "spam"', "care or advertising"),
        ("parts = 1", "parts = 9", "1 to 5 parts"),
        ("parts = 1", 'parts = "1"', "of the wrong kind"),
        ("parts = 1", "prats = 1", "exactly the keys"),
        ("bấm phím", "bấm phím " * 30, "even without values"),
        ("[", "[[", "is not TOML"),
        ("{code}", "{tickets}", "{tickets} is no placeholder"),
        ("{count}", "{code}", "{code} is no placeholder; known are agency, count"),
    ],
)
def test_templates_with_a_fault_are_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    begin = text.index('["citizen')
    file = tmp_path / "own.toml"
    file.write_text(text[:begin] + text[begin:].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert caught.value.error_id == "templates-invalid"
    assert says in str(caught.value) and "; " in str(caught.value)


def test_what_an_own_file_does_not_say_is_the_shipped_text(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    own = 'text = "Mã {code}"\nencoding = "gsm7"\nclass = "care"\nparts = 1\n'
    file.write_text(f'["citizen.made.sms"]\n{own}', encoding="utf-8")
    found, shipped = load(file), load()
    assert found["citizen.made.sms"].text == "Mã {code}"
    assert {name for name in found if found[name] != shipped[name]} == {"citizen.made.sms"}
    assert set(found) == set(shipped)


def test_an_own_file_and_one_more_than_is_known(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    assert load(file) == TEMPLATES
    file.write_text(SHIPPED.read_text(encoding="utf-8") + '\n["mayor.made.sms"]\ntext = ""\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mayor\.made\.sms is no template"):
        load(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_every_template_is_used_and_every_event_has_people() -> None:
    assert set(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))) == NAMES
    assert set(TOLD) == set(TicketEvent)


def test_audiences_have_templates_in_both_channels() -> None:
    assert len(NAMES) == 2 * (sum(len(people) for people in TOLD.values()) + len(AlarmEvent))
    assert {name.partition(".")[0] for name in NAMES} == {one.value for one in Audience}
