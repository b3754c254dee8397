"""Renders a paper's README: Markdown by a library, its HTML sanitised by another."""

import re
from functools import lru_cache
from html import unescape
from pathlib import Path

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

INTO_THE_CODE = re.compile(r'<a href="(?![a-z]+:|/|#)[^"]*"[^>]*>(.*?)</a>', re.S)  # where a page can't lead
EMPTY_HEADER = re.compile(r"<th[^>]*>\s*</th>")  # of the corner of a table: it heads nothing
HEADING = re.compile(r"<h3>(.*?)</h3>", re.S)
ANCHORED = re.compile(r'<h3 id="(.*?)">(.*?)</h3>', re.S)
TAG = re.compile(r"<[^>]*>")
REPLY_TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "br"}
COMMENT = re.compile(r"<!--.*?-->\n?", re.S)
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def html_of_text(text: str) -> SafeString:
    """The HTML of a text in Markdown, without its title; headings go down a level."""
    lines = text.splitlines()
    clean = nh3.clean(
        MARKDOWN.render("\n".join(lines[1:] if lines and lines[0].startswith("# ") else lines))
        .replace("<h3", "<h4")
        .replace("</h3", "</h4")
        .replace("<h2", "<h3")
        .replace("</h2", "</h3")
    )
    clean = INTO_THE_CODE.sub(r"<code>\1</code>", clean)
    clean = HEADING.sub(lambda found: f'<h3 id="{anchor(found[1])}">{found[1]}</h3>', clean)
    clean = EMPTY_HEADER.sub("<td></td>", clean)
    wrapped = clean.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    return mark_safe(wrapped)  # noqa: S308  # sanitised above


def anchor(title: str) -> str:
    """Where a heading is reached, told apart from the page's own: "about-who-ranks"."""
    return "about-" + re.sub(r"[^a-z0-9]+", "-", TAG.sub("", title).lower()).strip("-")


def contents(html: str) -> list[tuple[str, str]]:
    """Anchor and title of each heading of what `html_of` gives."""
    return [(name, unescape(TAG.sub("", title))) for name, title in ANCHORED.findall(html)]


def html_of_reply(text: str) -> SafeString:
    """The HTML of what somebody wrote: Markdown, in which HTML is text; links earn nothing."""
    clean = nh3.clean(MARKDOWN.render(text), tags=REPLY_TAGS, link_rel="noopener nofollow ugc")
    return mark_safe(clean)  # noqa: S308  # sanitised on the line before


def html_of(path: Path) -> SafeString:
    """The README's HTML without its title; "" where there is none. Headings go down a level, under the page's own."""
    return _html_of(path, path.stat().st_mtime) if path.exists() else SafeString("")


@lru_cache(maxsize=64)
def _html_of(path: Path, changed: float) -> SafeString:
    return html_of_text(COMMENT.sub("", path.read_text()))
