"""A day that is chosen in a form, in words beside it: browsers write it as their own language does, and 03/04 is two days. Refuses
nothing: what is no day is said as nothing.
"""

from datetime import date

from markupsafe import Markup

from hotline1022.web.page_words import words


def in_words(day: date) -> str:
    """`Thứ Hai, ngày 30 tháng 11 năm 2026`."""
    name = words()(f"weekday.{day.isoweekday()}")
    return words()("day.said", weekday=name, day=day.day, month=day.month, year=day.year)


def marks(id: str, notes: str = "") -> Markup:
    """Attributes of the field with this id: day.js finds it, and what is said of it, besides the ids in `notes`, describes it."""
    return Markup(' data-day aria-describedby="{}"').format(" ".join([f"{id}-day", *notes.split()]))


def said(id: str, value: object) -> Markup:
    """What stands beside the field: `value` in words, and the words with which day.js says another one."""
    try:
        text = in_words(date.fromisoformat(str(value)))
    except ValueError:
        text = ""
    pattern = words()("day.said", weekday="{weekday}", day="{day}", month="{month}", year="{year}")
    names = "|".join(words()(f"weekday.{number}") for number in range(1, 8))
    html = '<small class="form-hint day-said" id="{}-day" data-pattern="{}" data-weekdays="{}">{}</small>'
    return Markup(html).format(id, pattern, names, text)
