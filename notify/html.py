"""An email's HTML from its plain text: paragraphs, line breaks, links. Pure; every other character is only a character."""

import html
import re

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


def html_of(text: str) -> str:
    """A whole document, with nothing that a reader would have to fetch."""
    paragraphs = [f"<p>{_lines(one)}</p>" for one in re.split(r"\n\s*\n", text.strip()) if one]
    body = "\n".join(paragraphs)
    return f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'


def _lines(paragraph: str) -> str:
    made, end = [], 0
    for found in _LINK.finditer(paragraph):
        address = html.escape(found[0])
        made += [html.escape(paragraph[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join((*made, html.escape(paragraph[end:]))).replace("\n", "<br>\n")
