"""Another language is a file: what it lacks is told in one sentence and said in Vietnamese, what is no catalogue is refused, and days
and numbers are written as it says.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline1022.core.catalogue import catalogue_of, differences, read_texts
from hotline1022.core.clock import day_as_written, written
from hotline1022.core.errors import ConfigError
from hotline1022.core.words import day_written, languages, number_written, shipped, speak, words
from hotline1022.faq.sheet import Rows, template, texts_of
from hotline1022.notify.trial import trial
from hotline1022.notify.types import Channel
from hotline1022.service.cli.main import main
from hotline1022.service.reload_plan import NEEDS_RESTART
from hotline1022.service.settings.config import SettingsError, load
from hotline1022.service.settings.desk import DeskSettings
from hotline1022.service.settings.language import lacking, use_language
from hotline1022.web.desk.deadlines_form import meant, said
from hotline1022.web.desk.figures_said import share
from hotline1022.web.desk.render import whole
from hotline1022.web.page_render import fill
from tests.lab.pseudo_language import as_toml, pseudo, spoken, written_to
from tests.unit.test_words import HOUSE, ROOMS

MODEL = shipped()
AT = datetime(2026, 11, 30, 7, 5, 9, tzinfo=UTC)


def changed(folder: Path, **changes: Any) -> Path:
    """The pseudo-language with these texts, by keys with __ for the dot; None leaves one out."""
    texts = dict(pseudo().texts)
    for name, text in changes.items():
        key = name.replace("__", ".").replace("_", "-")
        texts.pop(key, None)
        if text is not None:
            texts[key] = text
    return written_to(folder, texts)


def test_a_whole_catalogue_lacks_nothing(tmp_path: Path) -> None:
    found, lacks = catalogue_of(changed(tmp_path))
    assert not lacks and found.texts == pseudo().texts
    assert lacking(DeskSettings(catalogue=str(tmp_path / "own.toml"))) == lacking(DeskSettings()) == ""
    assert as_toml(MODEL.texts) and not differences(dict(MODEL.texts), MODEL)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"page__title": None}, "1 texts are missing: page.title; the Vietnamese"),
        ({"page__colour": "x"}, "1 keys are not known: page.colour; the Vietnamese"),
        ({"page__title": "Ticket"}, "1 texts do not fit: page.title (lacks {code}); the Vietnamese"),
        ({"page__title": "Ticket {code} {name}"}, "page.title (there is no {name} here)"),
        ({"page__title": "Ticket {code.__class__}"}, "page.title (there is no {code.__class__} here)"),
        ({"page__title": "Ticket {code:>99999999}"}, "page.title (there is no {code:>99999999} here)"),
        ({"page__title": "Ticket {code"}, "page.title (has a brace too few or too many)"),
        ({"page__title": " "}, "page.title (is empty)"),
        ({"page__language": "English"}, "page.language (write the language as html does, such as en or pt-BR)"),
        ({"format__day": "%d/%m"}, "format.day (must have %Y %d %m and nothing else)"),
        ({"format__day": "%d %B %Y"}, "format.day (must have %Y %d %m and nothing else)"),
    ],
)
def test_what_it_lacks_is_told_and_said_in_vietnamese(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = changed(tmp_path, **changes)
    found, lacks = catalogue_of(path)
    assert said in lacks.said(str(path)) and str(path) in lacks.said(str(path))
    assert lacking(DeskSettings(catalogue=str(path))).endswith("[catalogue-incomplete]")
    assert found.texts.keys() == MODEL.texts.keys()
    for key in {*lacks.missing, *lacks.unfit}:
        assert found.texts[key] == MODEL.texts[key]


def test_hours_of_half_a_day_may_be_written(tmp_path: Path) -> None:
    with spoken(catalogue_of(changed(tmp_path, format__moment="%m/%d/%Y %I:%M %p"))[0]):
        assert written(AT) == "11/30/2026 02:05 PM"


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"[page\n", "is not TOML"), (b"\xff", "is not UTF-8 at byte 0"), (None, "cannot be read")],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: bytes | None, said: str) -> None:
    path = tmp_path / "own.toml"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_texts(path)
    assert caught.value.error_id == "catalogue-invalid" and str(path) in str(caught.value)


def test_a_number_where_a_text_belongs_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[page]\ntitle = 4\nskip = [1]\n")
    found, lacks = catalogue_of(path)
    assert set(lacks.unfit) == {"page.title", "page.skip"} and found.texts["page.title"] == MODEL.texts["page.title"]


# ---------------------------------------------------------------- the settings


def test_the_settings_name_it(tmp_path: Path) -> None:
    changed(tmp_path)
    (tmp_path / "1022.toml").write_text('[desk]\ncatalogue = "own.toml"\n')
    settings = load(tmp_path / "1022.toml", {})
    assert settings.desk.catalogue == str(tmp_path / "own.toml")
    try:
        use_language(settings.desk)
        assert words()("page.service") == "«Tổng đài 1022»"
    finally:
        use_language(DeskSettings())
    assert words()("page.service") == "Tổng đài 1022"
    (tmp_path / "own.toml").write_text("[page\n")
    use_language(settings.desk)  # half saved when the machine starts anew: telephones ring all the same
    assert words()("page.service") == "Tổng đài 1022"
    assert languages() == ("vi",) and {"desk.language", "desk.catalogue"} <= NEEDS_RESTART


def test_a_language_that_is_not_there_is_one_message() -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, {"HOTLINE1022_DESK_LANGUAGE": "en"})
    (problem,) = caught.value.problems
    assert problem.key == "desk.language" and "choose vi, or name a file" in str(problem)
    assert load(None, {"HOTLINE1022_DESK_LANGUAGE": "en", "HOTLINE1022_DESK_CATALOGUE": "/en.toml"})


def test_commands_write_one_and_say_what_it_lacks(tmp_path: Path) -> None:
    def run(*given: str, **env: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, given, env={"HOTLINE1022_PATHS_DATA": str(tmp_path / "data"), **env})
        return done.exit_code, done.output

    file = tmp_path / "en.toml"
    code, said = run("language", "new", str(file))
    assert code == 0 and f"{len(MODEL.texts)} texts" in said
    assert file.read_text(encoding="utf-8") == (Path(__file__).parents[2] / "web/pages/vi.toml").read_text(
        encoding="utf-8"
    )
    code, said = run("language", "new", str(file))
    assert code == 1 and "[catalogue-there]" in said
    code, said = run("language", "check", str(file))
    assert code == 0 and f"has all {len(MODEL.texts)} texts" in said and "texts are as in Vietnamese" in said
    path = changed(tmp_path, page__title="Ticket", page__skip=None, page__colour="x")
    code, said = run("language", "check", str(path))
    assert code == 1 and "[catalogue-incomplete]" in said
    assert f'[page]  # missing\nskip = "{MODEL.texts["page.skip"]}"\n' in said
    assert "page.title: lacks {code}" in said and "page.colour: is not known; leave it out" in said
    try:
        code, said = run("config", "check", HOTLINE1022_DESK_CATALOGUE=str(path))
        assert code == 0 and "note: " in said and "[catalogue-incomplete]" in said
        code, said = run("config", "check", HOTLINE1022_DESK_CATALOGUE=str(tmp_path / "nowhere.toml"))
        assert code == 1 and "[catalogue-invalid]" in said
    finally:
        speak(shipped())


# ---------------------------------------------------------------- what is said by it


def test_days_and_numbers_are_written_as_it_says() -> None:
    day = date(2026, 11, 30)
    assert (written(AT), written(AT, exactly=True)) == ("14:05 30/11/2026", "14:05:09 30/11/2026")
    assert (day_written(day), number_written(1523345), share(811)) == ("30/11/2026", "1.523.345", "81,1%")
    with spoken(pseudo()):
        assert (written(AT), written(AT, exactly=True)) == ("2026.11.30-14:05", "2026.11.30-14:05:09")
        assert (day_written(day), number_written(1523345), share(811)) == ("2026.11.30", "1'523'345", "81·1%")
        assert day_as_written("2026.11.30") == day_as_written("30/11/2026") == day_as_written("2026-11-30") == day
        assert day_as_written("٣٠/١١/٢٠٢٦") is None


def test_pages_and_messages_speak_it() -> None:
    def plain() -> str:
        return fill("plain.html", title=words()("page.none"), said="", cure="", typed=None, again=False)

    with spoken(pseudo()):
        desk = whole("desk/failure.html", 404, theme="light", title="x", said="", cure="", anew="", back="", typed=[])
        html = plain()
        message = trial(Channel.EMAIL, "a@example.vn", AT, "1")
    assert isinstance(desk.body, bytes)
    for page in (desk.body.decode(), html):
        assert '<html lang="qps-Ploc"' in page and "«" in page
    assert re.fullmatch(r"«Tổng đài 1022: .* 2026\.11\.30-14:05:09\.»", message.text) and message.subject.startswith(
        "«"
    )
    assert '<html lang="vi"' in plain() and "«" not in plain()


def test_what_people_type_is_understood_in_it(tmp_path: Path) -> None:
    with spoken(catalogue_of(changed(tmp_path, length__hour="Stunden", sheet_faq__title="x"))[0]):
        assert meant(said("4 hours")) == meant("4 stunden") == "4 hours"
        head = template({}, lambda key: words()(f"sheet-faq.{key}"))[0].columns
        cells = {place: one.name for place, one in enumerate(head)}
        row = {0: "Where?", 1: "Here.", 5: "2026.12.31"}
        (read,) = texts_of(Rows(rows=((1, cells), (2, row)), from_1904=False), {})
        assert (read.text.question, read.text.answer, read.text.valid_to) == ("Where?", "Here.", date(2026, 12, 31))
        assert not read.problems


def test_days_are_written_nowhere_by_hand() -> None:
    """But where tables of another PBX are read, and in a terminal's story of a call."""
    wrong = [
        f"{path.relative_to(HOUSE)}:{number}"
        for room in ROOMS
        for path in sorted((HOUSE / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"%d[/.]%m|%m/%d[^\"]", line) and path.name not in ("table.py", "timeline.py")
    ]
    assert not wrong, "use day_written() of core/words.py, written() of core/clock.py"
