"""The drawing of a claim beside its interval: fifty on a page, so it is not made by a template."""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from registry.web.figures import WIDTH, Figure

_LEFT, _RIGHT = 50, 190  # a measured value beyond these is written away from the edge
_FIRST_HIDDEN, _LAST_HIDDEN = 90, 150  # so near to an end of the axis its number would be covered


def drawn(figure: Figure, *, is_labelled: bool = False) -> SafeString:
    """Draw it; ``is_labelled`` with its numbers, larger."""
    words = escape(figure.words)
    height, brief = (46, "") if is_labelled else (24, "brief ")
    marks = _marks(figure, 4.5 if is_labelled else 6)
    if is_labelled:
        marks = f'<g transform="translate(0 10.5)">{marks}</g>{_labels(figure)}'
    # Numbers, words that are escaped, and the tone of a state of ours.
    return mark_safe(  # noqa: S308
        f'<svg class="interval {brief}tone-{figure.state.tone}" viewBox="0 0 {WIDTH:g} {height}"'
        f' role="img" aria-label="{words}">{marks}</svg>'
    )


def _marks(figure: Figure, radius: float) -> str:
    low, high, claim = figure.low, figure.high, figure.claim
    near = ""
    if figure.near_start is not None:
        near = (
            f'<rect class="near" x="{figure.near_start:g}" width="{figure.near_width:g}" y="3"'
            ' height="18" rx="2"/>'
        )
    return (
        f'<line class="base" x1="0" x2="{WIDTH:g}" y1="12" y2="12"/>{near}'
        f'<rect class="span" x="{low:g}" width="{figure.span_width:g}" y="9.5" height="5"'
        ' opacity=".45"/>'
        f'<line class="bound" x1="{low:g}" x2="{low:g}" y1="8" y2="16"/>'
        f'<line class="bound" x1="{high:g}" x2="{high:g}" y1="8" y2="16"/>'
        f'<circle class="point" cx="{figure.value:g}" cy="12" r="{radius:g}"/>'
        f'<line class="claim" x1="{claim:g}" x2="{claim:g}" y1="2" y2="22"/>'
    )


def _labels(figure: Figure) -> str:
    value = figure.value
    anchor = "start" if value < _LEFT else "end" if value > _RIGHT else "middle"
    first = ' visibility="hidden"' if value < _FIRST_HIDDEN else ""
    last = ' visibility="hidden"' if value > _LAST_HIDDEN else ""
    return (
        f'<text x="{figure.claim:g}" y="8" text-anchor="middle">claimed'
        f" {escape(figure.claim_words)}</text>"
        f'<text class="strong" x="{value:g}" y="44" text-anchor="{anchor}">'
        f"{escape(figure.value_words)}</text>"
        f'<text x="0" y="44"{first}>{escape(figure.first)}</text>'
        f'<text x="{WIDTH:g}" y="44" text-anchor="end"{last}>{escape(figure.last)}</text>'
    )
