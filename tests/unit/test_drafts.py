"""How a write of one of several windows is taken in: nothing newer is ever put over by something older, nothing is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.drafts import Drafted, TakenIn, Typed, Writing, began, take_in
from hotline1022.core.errors import Refused

AT = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
FIRST = began(AT)


def write(before: Drafted | None, window: str, seen: int, **texts: str) -> TakenIn:
    return take_in(before, Writing(window=window, seen=seen, texts=texts), owner="user:1", call="c", at=AT)


def test_what_one_window_types_is_kept_field_by_field() -> None:
    first = write(None, "a", 0, name="Lan")
    second = write(first.draft, "a", FIRST, content="Mất nước", name="Lan Anh")
    assert (second.draft.version, second.draft.text("name"), second.draft.text("content")) == (
        FIRST + 1,
        "Lan Anh",
        "Mất nước",
    )
    assert second.draft.text("phone", "0901") == "0901", "what nobody typed in is as the page fills it"
    assert write(second.draft, "a", FIRST + 1, name="").draft.text("name", "Lan") == "", (
        "taken out is not the same as never typed"
    )


def test_the_same_sent_again_changes_nothing() -> None:
    first = write(None, "a", 0, name="Lan")
    again = write(first.draft, "a", 0, name="Lan")
    assert (again.changed, again.kept, again.draft) == (False, (), first.draft)
    assert write(None, "a", 0).changed is False


def test_a_window_whose_answer_was_lost_goes_on_in_its_own_words() -> None:
    first = write(None, "a", 0, name="La")
    assert write(first.draft, "a", 0, name="Lan").draft.text("name") == "Lan"


def test_older_words_of_another_window_stay_out_and_the_window_is_told() -> None:
    first = write(None, "a", 0, name="Lan", content="Mất nước")
    newer = write(first.draft, "b", FIRST, name="Lan Anh")
    late = write(newer.draft, "a", FIRST, name="Lan Hương", content="Mất nước hai ngày")
    assert late.kept == ("name",)
    assert (late.draft.text("name"), late.draft.text("content")) == ("Lan Anh", "Mất nước hai ngày")
    seen = write(late.draft, "a", late.draft.version, name="Lan Hương")
    assert (seen.kept, seen.draft.text("name")) == ((), "Lan Hương"), "who has seen the newer words may change them"


def test_what_is_gone_is_not_written_on() -> None:
    with pytest.raises(Refused) as error:
        write(None, "a", 3, name="Lan")
    assert error.value.error_id == "draft-gone"


def test_a_window_that_shows_the_draft_of_a_ticket_does_not_write_into_the_next_one() -> None:
    first = write(write(None, "a", 0, content="Mất nước").draft, "a", 0, content="Mất nước hai ngày").draft
    later = AT + timedelta(seconds=5)
    following = take_in(
        None, Writing(window="a", seen=0, texts={"content": "Đèn hỏng"}), owner="user:1", call="c", at=later
    )
    assert following.draft.version > first.version
    with pytest.raises(Refused) as error:
        write(following.draft, "b", first.version, content="Mất nước ba ngày")
    assert error.value.error_id == "draft-gone"


def test_a_draft_of_an_older_version_of_the_product_goes_on() -> None:
    typed = {"content": Typed(text="Mất nước", at=3, window="a")}
    old = Drafted(owner="user:1", call="c", version=3, made_at=AT, changed_at=AT, fields=typed)
    assert write(old, "a", 3, content="Mất nước hai ngày").draft.version == 4


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.booleans(), st.sampled_from(["name", "content"]), st.text(max_size=3)),
        max_size=25,
    )
)
def test_two_windows_in_any_order(steps: list[tuple[str, bool, str, str]]) -> None:
    """A window that has not looked changes no word that another one wrote since; versions grow by one."""
    draft: Drafted | None = None
    seen = {"a": 0, "b": 0}
    for window, looks, field, text in steps:
        if looks and draft is not None:
            seen[window] = draft.version
        before: Any = draft.fields.get(field) if draft else None
        taken = write(draft, window, seen[window], **{field: text})
        foreign = before is not None and before.at > seen[window] and before.window != window and before.text != text
        assert (field in taken.kept) is foreign
        after = taken.draft.fields.get(field)
        if foreign:
            assert after == before
        else:
            assert taken.draft.text(field) == text
        assert taken.draft.version == (
            (draft.version if draft else FIRST - 1) + 1 if taken.changed else (draft and draft.version) or 0
        )
        if taken.changed:
            draft = taken.draft
        if draft is not None and not taken.kept:
            seen[window] = draft.version
