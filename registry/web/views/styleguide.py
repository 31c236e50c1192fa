"""Every part of a page in every state, on one page: what is changed is looked at here."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry.web.clouds import Dot, cloud
from registry.web.figures import Figure, axis_around
from registry.web.states import STATES

COLOURS = ("paper", "surface", "sunken", "line", "edge", "ink", "quiet", "link", "brass")
TONES = ("good", "bad", "better", "unsure", "told", "off", "busy")
# Claimed, measured, half the interval, verdict: examples, not measurements.
_EXAMPLES = (
    (0.917, 0.9173, 0.0054, "confirmed"),
    (0.95, 0.9173, 0.0054, "overstated"),
    (0.87, 0.8989, 0.0026, "understated"),
    (0.90, 0.8974, 0.0330, "inconclusive"),
)


def _figure(claimed: float, value: float, half: float, verdict: str) -> Figure:
    low, high = value - half, value + half
    axis = axis_around(claimed, (low, value, high), 1.0)
    state = STATES[verdict]
    return Figure(
        claim=axis.at(claimed),
        near_start=axis.at(claimed - 0.005),
        near_width=axis.at(claimed + 0.005) - axis.at(claimed - 0.005),
        low=axis.at(low),
        high=axis.at(high),
        value=axis.at(value),
        span_width=axis.at(high) - axis.at(low),
        state=state,
        words=f"Example: claimed {claimed:.1%}, measured {value:.1%}.",
        first="",
        last="",
        claim_words=f"{100 * claimed:.1f} %",
        value_words=f"{100 * value:.1f} %",
    )


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show the parts."""
    dots = [Dot(claimed, value, STATES[verdict]) for claimed, value, _, verdict in _EXAMPLES]
    context = {
        "colours": COLOURS,
        "tones": TONES,
        "states": STATES.values(),
        "figures": [_figure(*example) for example in _EXAMPLES],
        "cloud": cloud(dots),
        "looked_at": len(dots),
        "page": SimpleNamespace(previous="back", next="on"),
    }
    return render(request, "style_guide.html", context)
