"""What templates need: states, sizes, addresses, and text from outside made visible."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from django import template
from django.template import defaultfilters
from django.template.defaultfilters import floatformat, stringfilter
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from analysis import metrics
from registry.converters import dataset_address, fits_address, fits_sha
from registry.dates import day_words, moment_words
from registry.models import Claim, Repo, Revision
from registry.web.addresses import Address
from registry.web.figures import Figure
from registry.web.interval_drawing import drawn
from registry.web.search import Link, ListedRepo, RepoRow
from registry.web.states import STATES, State

register = template.Library()

# Characters that change the order of what stands around them, or that nobody can see.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CHOSEN = ' aria-current="true"'
_UNBROKEN, SHORT = ' class="nowrap"', 30
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@register.filter
def visible(text: object) -> str:
    """Show characters that hide, or that turn text round, as their code points."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", str(text))


@register.filter
def breakable(text: object) -> SafeString:
    """Let a name such as ``ResNetForImageClassification`` break where one of its words begins."""
    words = _HUMP.split(visible(text))
    return format_html_join(mark_safe("<wbr>"), "{}", ((word,) for word in words))


@register.filter
def metric_word(claim: Claim) -> str:
    """Return what a claim calls its metric, else what people call it, else its key."""
    if claim.metric_name:
        return claim.metric_name
    known = metrics.find(claim.metric)
    if known is None:
        return claim.metric
    return known.name[:1].upper() + known.name[1:]


@register.filter(is_safe=True)
@stringfilter
def truncatechars(text: str, length: int) -> str:
    """Cut as Django's own filter does; nearly all texts fit, which that one takes long to see."""
    return text if len(text) <= length else str(defaultfilters.truncatechars(text, length))


@register.simple_tag
def state(
    of: State | str, *, size: str = "", count: int | None = None, word: str = ""
) -> SafeString:
    """Draw a state: icon, word, colour; with ``count`` the number of things in that state.

    ``word`` says something else with the same icon and colour.
    """
    shown = of if isinstance(of, State) else STATES[of]
    words = (word or shown.word) if count is None else f"{count} {shown.word.lower()}"
    return _state(shown.tone, size, shown.icon, words)


@lru_cache(maxsize=1_000)
def _state(tone: str, size: str, icon: str, words: str) -> SafeString:
    return format_html(
        '<span class="state tone-{} {}"><svg viewBox="0 0 16 16" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        '<path d="{}"/></svg>{}</span>',
        tone,
        size,
        icon,
        words,
    )


@register.simple_tag
def interval(figure: Figure | None, *, labelled: bool = False) -> SafeString:
    """Draw a claim beside the interval of its measurement; nothing where there is none."""
    return drawn(figure, is_labelled=labelled) if figure else SafeString()


@register.simple_tag
def choices(links: Iterable[Link]) -> SafeString:
    """Write the choices of a facet as list items: a hundred on a page, so not by a template."""
    items = (
        f'<li><a href="?{escape(link.query)}"{_CHOSEN if link.is_chosen else ""}>'
        f"<span>{_escaped(link.word)}</span> <small>{escape(link.count)}</small></a></li>"
        for link in links
    )
    return mark_safe("".join(items))  # noqa: S308 - each part is escaped above


def _escaped(text: str) -> str:
    """Escape as templates do: of a plain text the standard library's is the same, and quicker."""
    return escape(visible(text))


@register.simple_tag
def repo_lines(rows: Iterable[RepoRow], sort: str, extra_title: str) -> SafeString:
    """Write the rows of the list of models: twenty-five on a page, so not by a template."""
    title = escape(extra_title)
    lines = (
        f'<tr role="row">{_cells(row)}'
        + (_extra(title, _sorted_by(row, sort)) if title else "")
        + f"{_counters(row.repo)}</tr>"
        for row in rows
    )
    return mark_safe("".join(lines))  # noqa: S308 - what comes from outside is escaped below


def _cells(row: RepoRow) -> str:
    repo = row.repo
    quiet = "not evaluated" if row.claims else "nothing to measure"
    findings = f'<span class="quiet">{quiet}</span>'
    if row.tally:
        drawn = "".join(state(of, count=number) for of, number in row.tally)
        findings = f'<span class="tally">{drawn}</span>'
    name = _escaped(repo.name)
    choose = ""
    if fits_address(repo.name) and _compares(get_script_prefix()):
        choose = (
            f'<input type="checkbox" name="m" value="{escape(repo.name)}"'
            f' aria-label="Compare {name}">'
        )
    return (
        f'<th scope="row" role="rowheader">{choose}<a href="{escape(repo_url(repo))}" data-row>'
        f"<bdi>{name}</bdi></a><small>{_about(row)}</small></th>"
        f'<td role="cell" data-label="Claims" class="number">{row.claims:,}</td>'
        f'<td role="cell" data-label="Findings" class="whole">{findings}</td>'
    )


def _about(row: RepoRow) -> str:
    """Say what decides whether a model comes into question at all, in one line."""
    repo, size = row.repo, row.listing.parameters
    said = [_escaped(repo.pipeline_tag or "no task given"), _escaped(repo.library)]
    said += [_escaped(repo.licence or "no licence given")]
    said += [f"{shortened(size)} parameters" if size else ""]
    said += ["gated" if repo.gate != "open" else "", "disabled by the hub" * repo.is_disabled]
    return " · ".join(
        f"<bdi{_UNBROKEN if len(one) < SHORT else ''}>{one}</bdi>" for one in said if one
    )


@lru_cache(maxsize=16)
def _compares(_: str) -> bool:
    """Say whether there is a page that compares what is chosen."""
    try:
        return bool(reverse("web:compare-show"))
    except NoReverseMatch:
        return False


def _extra(title: str, said: str) -> str:
    return f'<td role="cell" data-label="{title}" class="number">{said}</td>'


def _counters(repo: ListedRepo) -> str:
    return (
        '<td role="cell" data-label="Requests" class="number"'
        f' title="{repo.downloads:,} in 30 days, as the hub counts them">'
        f"{shortened(repo.downloads)}</td>"
        f'<td role="cell" data-label="Updated" class="nowrap">{day(repo.hub_modified_at)}</td>'
    )


def _sorted_by(row: RepoRow, sort: str) -> str:
    """Say what a list is sorted by, where its rows do not anyway."""
    said = {
        "parameters": shortened(row.listing.parameters) if row.listing.parameters else "–",
        "likes": grouped(row.repo.likes),
        "trending": floatformat(row.repo.trending),
        "gap": row.gap or "–",
    }
    return said[sort] if sort in said else day(row.repo.hub_created_at)


@register.filter
def grouped(number: int) -> str:
    """Write a whole number with commas; quicker than what knows of languages."""
    return f"{number:,}"


@register.filter
def bytes_shown(count: int | None) -> str:
    """Write a number of bytes in the unit that suits it, for instance ``1.04 MiB``."""
    if count is None:
        return "–"
    size, unit = float(count), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    digits = 0 if unit == 0 else max(0, 3 - len(str(int(size))))
    return f"{size:.{digits}f} {_UNITS[unit]}"


@register.filter
def scientific(value: float) -> str:
    """Write a small number with two digits: ``1.2e−9``, ``0.40``."""
    return f"{value:.2g}".replace("e-0", "e-").replace("-", "\u2212")


@register.filter
def shortened(count: int | None) -> str:
    """Write a count in three digits: ``272 k``, ``1.34 M``, ``70.6 B``."""
    if count is None:
        return "–"
    size, sign = float(count), ""
    for sign in ("", " k", " M", " B", " T"):
        if abs(size) < 999.5 or sign == " T":
            break
        size /= 1000
    digits = 0 if not sign else max(0, 3 - len(str(int(abs(size)))))
    return f"{size:.{digits}f}{sign}"


@register.filter
def day(at: datetime | None) -> SafeString | str:
    """Write the day of a time, which itself stands in the markup."""
    if at is None:
        return "–"
    at = at.astimezone(UTC)
    # Made of a number, a word and a number: nothing to escape.
    stands = f'<time datetime="{at.isoformat(timespec="seconds")}">{_day(at.date())}</time>'
    return mark_safe(stands)  # noqa: S308


@register.filter
def date_shown(of: date | str) -> str:
    """Write a date, or the text of one: ``2022-08-16`` as ``16 Aug 2022``."""
    return _day(date.fromisoformat(of) if isinstance(of, str) else of)


_day = lru_cache(maxsize=10_000)(day_words)


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Write a time to the second, in UTC."""
    if at is None:
        return "–"
    at = at.astimezone(UTC)
    stands = at.isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', stands, moment_words(at))


@register.simple_tag
def repo_url(repo: Repo | ListedRepo) -> str:
    """Return the address of a repo's page: by name while it holds that name, else by number."""
    if repo.state == Repo.State.PRESENT and fits_address(repo.name):
        return _before_name(get_script_prefix()) + quote(repo.name)
    return reverse("web:repo-by-number", args=[repo.pk])


@lru_cache(maxsize=16)
def _before_name(_: str) -> str:
    """Return what stands before a name in an address below a prefix: looked up once, not a row."""
    return reverse("web:repo-show", args=["0"]).removesuffix("0")


@register.simple_tag
def dataset_url(name: str) -> str:
    """Return the address of a dataset's page; its name may be anything that an author wrote."""
    return dataset_address(name)


@register.simple_tag
def share_of(part: int, whole: int) -> str:
    """Write a part of a whole in per cent."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


@register.filter
def per_cent(share: float | None) -> str:
    """Write a share: ``91.20 %``."""
    return "–" if share is None else f"{100 * share:.2f} %"


@register.simple_tag
def part_url(address: Address, part: str) -> str:
    """Return the address of a part of a model, of the same kind as the page's own."""
    return address.to(part)


@register.simple_tag
def revision_url(revision: Revision) -> str:
    """Return the permanent address of a revision."""
    if fits_address(revision.repo.name) and fits_sha(revision.sha):
        return reverse("web:revision-show", args=[revision.repo.name, revision.sha])
    return reverse("web:repo-by-number", args=[revision.repo_id])
