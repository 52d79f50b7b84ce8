"""What services say to people is said by its id: each sentence has words in the catalogue with its values, is read back into them, is
said somewhere, and nothing is rung that is none. A sentence that is written anew in the code, past the table, fails here.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from string import Formatter

import pytest

from hotline1022.core.said import FORMS, Said, holes, said, understood
from hotline1022.core.sentences import SENTENCES
from hotline1022.core.words import shipped
from hotline1022.web.desk.service_words import alarm_words, doubt_words, policy_words
from tests.unit.test_words import HOUSE, ROOMS

TEXTS = shipped().texts
#: a value of each form
SAMPLE = {
    r"\d{4}-\d\d-\d\d \d\d:\d\d": "2026-11-30 14:05",
    r"\d{4}-\d\d-\d\d": "2026-11-30",
    r"\d+": "12",
    r"\d+\.\d": "3.2",
    r"[\d ]+": "12 34 56 78",
    "stamp of the audit|nightly look at the evidence": "stamp of the audit",
    "[a-z0-9-]*": "gateway-login",
    r"\w*": "esms",
}
#: words of values, in the same tables
VALUES = {"policy-fault.place", *(f"alarm-said.{one}" for one in ("what-recordings", "what-calls", "stamp", "look"))}
#: what may be rung besides: an error with its id, whose words are told; what was made by said() elsewhere
OTHERS = {"with_id", "ahead", "_told", "say", "told"}
#: where what is rung was made: passed on by the bell and its helpers, or words of Asterisk's dialplan, whose alarms have no detail
PASSED = {
    "service/alarms.py",
    "service/app.py: alarm.detail",
    "service/live/link.py: event.detail",
    "service/recordings/disk_watch.py: text",
    "service/directory/watch.py: text",
    "service/asterisk/dialplan.py: text",
    "service/evidence/nights.py: '; '.join(wrong)",
}


def sample(hole: str) -> str:
    return SAMPLE.get(FORMS.get(hole, ""), "abc")


def test_every_sentence_has_words_with_its_values() -> None:
    bare = SENTENCES.keys() - TEXTS.keys()
    assert not bare, "write words for them under the same keys in web/pages/vi.toml"
    tables = tuple(f"{id.partition('.')[0]}." for id in SENTENCES)
    assert {key for key in TEXTS if key.startswith(tables)} - SENTENCES.keys() == VALUES
    for id, sentence in SENTENCES.items():
        used = {name for _, name, _, _ in Formatter().parse(TEXTS[id]) if name}
        assert used <= holes(sentence), id


@pytest.mark.parametrize("id", SENTENCES)
def test_each_is_read_back_into_its_values(id: str) -> None:
    values = {hole: sample(hole) for hole in holes(SENTENCES[id])}
    table = id.partition(".")[0]
    assert understood(said(id, **values), table) == [Said(id=id, values=values)]


def test_several_are_read_one_by_one() -> None:
    first = said("alarm-said.nobody", name="Sở Y tế", role="leader")
    more = said("alarm-said.more", count=3)
    found = understood(f"{first}; {first}; {more}", "alarm-said")
    assert found is not None and [one.id.partition(".")[2] for one in found] == ["nobody", "nobody", "more"]
    assert understood(f"{first}; the moon is full", "alarm-said") is None


def test_none_is_told_in_english() -> None:
    for id, sentence in SENTENCES.items():
        text = said(id, **{hole: sample(hole) for hole in holes(sentence)})
        match id.partition(".")[0]:
            case "doubt":
                told = doubt_words(text)
            case "policy-fault":
                told = policy_words(f"deadlines: {text}", {})
            case _:
                told = alarm_words(text)
        assert told and told != text and "deadlines: " not in told, (id, told)


def test_moments_and_days_are_the_province_s() -> None:
    at = datetime(2026, 11, 30, 18, 5, tzinfo=UTC)
    text = said("doubt.few-looks", since=at, until=date(2026, 12, 14))
    assert "since 2026-12-01 01:05 alone" in text and text.endswith("on 2026-12-14")
    assert "từ 01:05 01/12/2026" in doubt_words(text) and "14/12/2026" in doubt_words(text)


# ---------------------------------------------------------------- the code


def functions() -> Iterator[tuple[str, ast.AST]]:
    """Every function of the rooms, with its file."""
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from (
                (str(path.relative_to(HOUSE)), node)
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            )


def called(node: ast.AST) -> str:
    """The name of what a call calls."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def _keys(value: ast.expr, function: ast.AST) -> set[str]:
    """Of a mapping that is written out in the same function."""
    assert isinstance(value, ast.Name)
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys)) if name == value.id:
                return {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    raise AssertionError(f"{value.id} is no mapping that is written out here")


def test_every_sentence_is_said_with_its_values_and_no_other() -> None:
    known: set[str] = set()
    for path, function in functions():
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and called(node) == "said" and isinstance(node.func, ast.Name)):
                continue
            match node.args:
                case [ast.Constant(value=str(id))]:
                    given = {one.arg for one in node.keywords if one.arg}
                    given |= {key for one in node.keywords if not one.arg for key in _keys(one.value, function)}
                    assert given == holes(SENTENCES[id]), (path, id)
                    known.add(id)
                case [ast.Name(id="id")]:  # of policy.py: its ids are constants of the same file
                    text = (HOUSE / path).read_text(encoding="utf-8")
                    known |= {one for one in SENTENCES if f'"{one}"' in text}
    assert known == SENTENCES.keys()


def test_nothing_is_rung_that_is_no_sentence() -> None:
    rung, wrong = 0, []
    for path, function in functions():
        known = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            if called(node) not in ("ring", "raise_alarm") or not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            rung += 1
            detail = node.args[1]
            where = f"{path}: {ast.unparse(detail)}"
            if path in PASSED or where in PASSED:
                continue
            value = known.get(detail.id, detail) if isinstance(detail, ast.Name) else detail
            if not any(called(one) in {"said", *OTHERS} for one in ast.walk(value)):
                wrong.append(where)
    assert rung > 30, "the walk saw the code"
    assert not wrong, "say it by a row of core/sentences.py"


def test_sentences_are_written_nowhere_else() -> None:
    """The longest stretch of each without a value stands in no file but the table."""
    stretches = {id: max(re.split(r"\{\w+\}", text), key=len) for id, text in SENTENCES.items()}
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*.py")):
            if path.name != "sentences.py" and path.parent.name != "cli":  # what a terminal says is its own
                text = path.read_text(encoding="utf-8")
                again = [id for id, one in stretches.items() if len(one) > 25 and one in text]
                assert not again, path
