"""How numbers, costs and states look on the pages."""

import json
from collections.abc import Callable
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from papers.metrics import Metric
from runners.figures.comparison import look_of
from runners.figures.style import KINDS, Look, Plot
from runners.standing.comparing import Entry
from runners.standing.digits import with_decimals, with_interval

register = template.Library()
SHAPES = {  # style.SYMBOLS as paths
    "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "square": "M-4-4h8v8h-8z",
    "diamond": "M0-5L5 0L0 5L-5 0z",
    "triangle-up": "M0-5L5 4H-5z",
    "triangle-down": "M0 5L5-4H-5z",
    "cross": "M-2-5h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
    "x": "M-5-3L-3-5L0-2L3-5L5-3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0z",
    "star": "M0-5L1.5-1.5L5-1.5L2.2 1L3.2 5L0 2.6L-3.2 5L-2.2 1L-5-1.5L-1.5-1.5z",
}
MINUS, DASH = "−", "–"
STATES = {
    "queued": ("Queued", "◷"),
    "running": ("Running", "▶"),
    "finished": ("Finished", "✓"),
    "failed": ("Failed", "✕"),
    "cancelled": ("Cancelled", "⊘"),
}


@register.simple_tag
def site_url() -> str:
    """Where others find this site: what a page is quoted with."""
    return str(settings.SITE_URL)


@register.filter
def number(value: float | str | None, digits: int = 3) -> str:
    """0.123 with a true minus; "–" for nothing."""
    if value is None or isinstance(value, str):
        return DASH
    return with_decimals(value, digits).replace("-", MINUS)


@register.filter
def inside(label: str) -> str:
    """A label inside a sentence: "mean gap", but "NLL" and "W₁"."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


@register.simple_tag
def rounded(value: float | None, low: float | None, high: float | None, digits: int = 3) -> str:
    """A value with as many digits as its interval supports; so many where it has none."""
    return DASH if value is None else with_interval(value, low, high, digits).replace("-", MINUS)


@register.filter
def of(counts: dict[int, int], key: int | None) -> int:
    """How many there are of a key."""
    return counts.get(key or 0, 0)


@register.simple_tag
def interval(low: float | None, high: float | None, digits: int = 3) -> SafeString:
    """± half the width of a 95 % interval, to the digit that it supports."""
    if low is None or high is None:
        return SafeString("")
    least, most, half = (rounded(value, low, high, digits) for value in (low, high, (high - low) / 2))
    return format_html('<span class="pm" title="95 % interval {} to {}, over seeds">± {}</span>', least, most, half)


@register.simple_tag
def cell(metrics: dict[str, Any], metric: Metric) -> str:
    """The mean of a metric in a row."""
    told = metrics.get(metric.name, {})
    return rounded(told.get("value"), told.get("low"), told.get("high"), metric.digits)


@register.simple_tag
def distance(metrics: dict[str, Any], metric: Metric) -> SafeString:
    """How far the scores of a metric are from its target on average: what it is ranked by."""
    off = metrics.get(metric.name, {}).get("distance")
    if off is None:
        return SafeString("")
    title = f"Mean distance of the scores from {metric.target:g}, which ranks"
    return format_html('<span class="pm" title="{}">{} off</span>', title, number(off, metric.digits))


@register.simple_tag
def column(row: Any, name: str) -> SafeString:
    """The cell of a row under one of a board's fixed columns; nothing under those that the row's own cells fill."""
    make = COLUMNS.get(name)
    return make(row) if make else SafeString("")


def author_cell(row: Any) -> SafeString:
    submission = row.submission
    if submission.author is None or not submission.author.is_active:
        return format_html("<td>{}</td>", submission.author_name)
    address = reverse("author", args=[submission.author_name])
    return format_html('<td><a href="{}">{}</a></td>', address, submission.author_name)


@register.filter
def ranks(standing: Any) -> str:
    """ "2–4" where the data can't tell; nothing for who takes no place."""
    if standing.rank is None:
        return ""
    low, high = standing.rank_low, standing.rank_high
    return str(low) if low == high else f"{low}{DASH}{high}"


@register.filter
def duration(seconds: float | None) -> str:
    if seconds is None:
        return DASH
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@register.filter
def money(amount: float | None) -> str:
    return DASH if amount is None else f"{amount:.2g} {settings.CURRENCY}"


@register.filter
def size(count: int | None) -> str:
    if count is None:
        return DASH
    if count < 1 << 20:
        return f"{count / (1 << 10):.0f} KiB"
    return f"{count / (1 << 20):.0f} MiB" if count < 1 << 30 else f"{count / (1 << 30):.1f} GiB"


COLUMNS: dict[str, Callable[[Any], SafeString]] = {
    "seconds": lambda row: format_html(
        '<td class="num" title="{}, inside the method, all plays">{}</td>',
        row.run.device_name,
        duration(row.run.seconds),
    ),
    "cpu": lambda row: format_html('<td class="num">{}</td>', duration(row.run.cpu_seconds)),
    "memory": lambda row: format_html('<td class="num">{}</td>', size(row.run.memory_bytes)),
    "money": lambda row: format_html('<td class="num">{}</td>', money(row.run.money)),
    "device": lambda row: format_html('<td title="{}">{}</td>', row.run.device_name, row.run.device or DASH),
    "author": author_cell,
    "date": lambda row: format_html(
        '<td class="num dim">{}</td>', timezone.localtime(row.run.ended).date().isoformat() if row.run.ended else ""
    ),
}


@register.simple_tag
def state(run: Any) -> SafeString:
    label, sign = STATES[run.status]
    extra = f" (attempt {run.attempt})" if run.crashes and run.is_open else ""
    return format_html(
        '<span class="state {}"><span aria-hidden="true">{}</span> {}{}</span>', run.status, sign, label, extra
    )


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def percent(fraction: float) -> int:
    return round(100 * fraction)


@register.filter
def at(items: Any, index: int) -> Any:
    return items[index]


@register.simple_tag
def swatch(look: Look) -> SafeString:
    """A method's colour and symbol, as charts draw it."""
    symbol = look.symbol.removesuffix("-open")
    return format_html(
        '<svg class="swatch" viewBox="-6 -6 12 12" aria-hidden="true"><path d="{}" fill="{}" stroke="{}"/></svg>',
        SHAPES[symbol],
        look.colour if symbol == look.symbol else "none",
        look.colour,
    )


@register.simple_tag
def swatch_of(entry: Entry) -> SafeString:
    """That of an entry of the compare page."""
    return swatch(look_of(entry))


@register.simple_tag
def shape(kind: str) -> SafeString:
    """The symbol of a kind of method, in no method's colour."""
    return swatch(Look("currentColor", KINDS[kind]))


@register.filter
def drawn(plot: Plot, key: str) -> SafeString:
    """A figure's data in a script tag, for site.js: as Django's json_script, in a tenth of its time."""
    text = json.dumps(plot, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04X}")
    return format_html('<script id="{}" type="application/json">{}</script>', key, SafeString(text))


@register.simple_tag
def plot_style(plot: Plot) -> SafeString:
    """How many rows a chart has and how many names its legend: the style sheet makes it high enough for both."""
    is_by_rows = plot["layout"]["yaxis"].get("type") == "category" and "error_y" not in plot["data"][0]
    rows = len({case for trace in plot["data"] for case in trace.get("y") or ()}) if is_by_rows else 0
    names = {trace["name"] for trace in plot["data"] if trace.get("showlegend", True) and trace.get("name")}
    return format_html(
        "--rows: {}; --names: {}", rows, len(names) if len(names) > 1 or "showlegend" in plot["layout"] else 0
    )
