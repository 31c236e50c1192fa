"""What templates need: states, sizes, addresses, and text from outside made visible."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from registry.converters import fits_address, fits_sha
from registry.models import Repo, Revision
from registry.web.search import Link
from registry.web.states import STATES, State

register = template.Library()

# Characters that change the order of what stands around them, or that nobody can see.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_CHOSEN = ' aria-current="true"'
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@register.filter
def visible(text: object) -> str:
    """Show characters that hide, or that turn text round, as their code points."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", str(text))


@register.simple_tag
def state(
    of: State | str, *, size: str = "", count: int | None = None, word: str = ""
) -> SafeString:
    """Draw a state: icon, word, colour; with ``count`` the number of things in that state.

    ``word`` says something else with the same icon and colour.
    """
    shown = of if isinstance(of, State) else STATES[of]
    words = (word or shown.word) if count is None else f"{count} {shown.word.lower()}"
    return format_html(
        '<span class="state tone-{} {}"><svg viewBox="0 0 16 16" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        '<path d="{}"/></svg>{}</span>',
        shown.tone,
        size,
        shown.icon,
        words,
    )


@register.simple_tag
def choices(links: Iterable[Link]) -> SafeString:
    """Write the choices of a facet as list items: a hundred on a page, so not by a template."""
    items = (
        f'<li><a href="?{conditional_escape(link.query)}"'
        f"{_CHOSEN if link.is_chosen else ''}><span>{conditional_escape(visible(link.word))}</span>"
        f" <small>{conditional_escape(link.count)}</small></a></li>"
        for link in links
    )
    return mark_safe("".join(items))  # noqa: S308 - each part is escaped above


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
    return _time(at, "j M Y") if at else "–"


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Write a time to the second, in UTC."""
    return _time(at, "j M Y, H:i:s") if at else "–"


def _time(at: datetime, pattern: str) -> SafeString:
    at = at.astimezone(UTC)
    words = date_format(at, pattern) + (" UTC" if "H" in pattern else "")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), words)


@register.simple_tag
def repo_url(repo: Repo) -> str:
    """Return the address of a repo's page: by name while it holds that name, else by number."""
    if repo.state == Repo.State.PRESENT and fits_address(repo.name):
        return reverse("web:repo-show", args=[repo.name])
    return reverse("web:repo-by-number", args=[repo.pk])


@register.simple_tag
def history_url(repo: Repo) -> str:
    """Return the address of a repo's history."""
    if repo.state == Repo.State.PRESENT and fits_address(repo.name):
        return reverse("web:repo-history", args=[repo.name])
    return reverse("web:number-history", args=[repo.pk])


@register.simple_tag
def revision_url(revision: Revision) -> str:
    """Return the permanent address of a revision."""
    if fits_address(revision.repo.name) and fits_sha(revision.sha):
        return reverse("web:revision-show", args=[revision.repo.name, revision.sha])
    return reverse("web:repo-by-number", args=[revision.repo_id])
