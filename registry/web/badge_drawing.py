"""Draws a badge: two fields with text, as an SVG that needs no font and no style sheet of ours."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from registry.web.templatetags.assay import visible

LONGEST_LABEL, LONGEST_MESSAGE, LONGEST_TITLE = 40, 110, 300  # characters; the rest is cut
HEIGHT = 20
_SIZE, _MARGIN = 11, 6.0
_LABEL_GROUND = "#3b3a36"
_INK = ("#ffffff", "#16150f")

# Grounds by tone, as in the style sheet's light colours; yellow is bright, for its ink is dark.
GROUNDS = {
    "good": "#14633a",
    "bad": "#a1231c",
    "better": "#4637a3",
    "unsure": "#e0b040",
    "told": "#0b5a68",
    "off": "#6f6c65",
    "busy": "#6f6c65",
}

# Widths of characters in tenths of a pixel at 11 px, measured in DejaVu Sans, whose widths are
# Verdana's. A browser stretches the text to the width that is given, so another font fits, too.
_WIDTHS = {
    30: "'",
    31: "ijl",
    32: "IJ",
    35: " ,.·",
    37: "/:;\\|",
    39: "f",
    40: "-",
    43: "()[]t",
    44: "!",
    45: "r",
    51: '"',
    55: "*_`–",
    57: "s",
    58: "?z",
    60: "c",
    61: "L",
    63: "F",
    64: "k",
    65: "vxy",
    66: "P",
    67: "TYao",
    68: "e",
    70: "$0123456789ESbdghnpqu{}µ",
    72: "K",
    75: "ABVXZ",
    76: "R",
    77: "C",
    81: "U",
    82: "N",
    83: "H",
    85: "DG",
    86: "&",
    87: "OQ",
    90: "w",
    92: "#+<=>^~−×≥≤",
    95: "M",
    105: "%",
    107: "m",
    109: "W",
    110: "@…",
}
_TENTHS = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
_WIDEST = 110  # also of every sign that was not measured


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says. ``title`` is the whole of it, in words."""

    label: str
    message: str
    tone: str
    title: str = ""

    @property
    def ground(self) -> str:
        """The colour behind the message."""
        return GROUNDS[self.tone]


def cut(text: str, longest: int) -> str:
    """Return a text from outside as it can stand in a badge: shown as it is, and bounded."""
    text = " ".join(visible(text[: 4 * longest]).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def width(text: str) -> float:
    """Return how wide a text is at 11 px, in pixels."""
    return sum(_TENTHS.get(sign, _WIDEST) for sign in text) / 10


@lru_cache(maxsize=64)
def ink_on(ground: str) -> str:
    """Return the ink, light or dark, that has the higher contrast on a ground (WCAG 2.2)."""
    return max(_INK, key=lambda ink: contrast(ink, ground))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def draw(badge: Badge) -> str:
    """Draw it."""
    label, message = cut(badge.label, LONGEST_LABEL), cut(badge.message, LONGEST_MESSAGE)
    title = escape(cut(badge.title or f"{label}: {message}", LONGEST_TITLE))
    left, right = (width(text) + 2 * _MARGIN for text in (label, message))
    whole = f"{left + right:.1f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}"'
        f' viewBox="0 0 {whole} {HEIGHT}" role="img" aria-label="{title}"><title>{title}</title>'
        f'<clipPath id="r"><rect width="{whole}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left:.1f}" height="{HEIGHT}"'
        f' fill="{_LABEL_GROUND}"/><rect x="{left:.1f}" width="{right:.1f}" height="{HEIGHT}"'
        f' fill="{badge.ground}"/></g>'
        f'<g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="{_SIZE}"'
        f' text-rendering="geometricPrecision">'
        + _text(label, 0.0, ink_on(_LABEL_GROUND))
        + _text(message, left, ink_on(badge.ground))
        + "</g></svg>\n"
    )


def _text(text: str, start: float, ink: str) -> str:
    return (
        f'<text x="{start + _MARGIN:.1f}" y="14" textLength="{width(text):.1f}" fill="{ink}">'
        f"{escape(text)}</text>"
    )
