"""What is done to a card's HTML between two passes of the sanitiser.

Pictures become links, relative links lead to the hub, links inside the card follow its prefixed
ids, and headings go below the page's own without leaving out a level.
"""

from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

_TOP = 3  # the page has a first and a second heading of its own
_LOWEST = 6
_LONGEST_ALT = 200
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


class _Rewriter(HTMLParser):
    """Writes HTML that a sanitiser made, which is well formed, anew."""

    def __init__(self, base: str, prefix: str) -> None:
        super().__init__(convert_charrefs=False)
        self.base, self.prefix = base, prefix
        self.written: list[str] = []
        self.above: list[int] = []  # levels of the headings that are open, as the author counts
        self.links = 0  # inside of how many
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self._picture(dict(attrs))
        elif tag in _HEADINGS:
            self.written.append(self._start(f"h{self._level(_HEADINGS[tag])}", attrs))
        elif tag == "a":
            self.links += 1
            led = [(name, self._led(value) if name == "href" else value) for name, value in attrs]
            self.written.append(self._start("a", led))
        else:
            self.written.append(self._start(tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.links -= 1
        if tag in _HEADINGS and self.above:
            tag = f"h{min(_TOP - 1 + len(self.above), _LOWEST)}"
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def _start(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        said = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs)
        return f"<{tag}{said}>"

    def _level(self, level: int) -> int:
        while self.above and self.above[-1] >= level:
            self.above.pop()
        self.above.append(level)
        return min(_TOP - 1 + len(self.above), _LOWEST)

    def _led(self, address: str | None) -> str:
        given = (address or "").strip()
        if given.startswith("#"):
            return f"#{self.prefix}{given[1:]}"
        try:
            return urljoin(self.base, given)
        except ValueError:  # half an address of IPv6, for instance
            return ""

    def _picture(self, attrs: dict[str, str | None]) -> None:
        self.pictures += 1
        alt = " ".join((attrs.get("alt") or "").split())[:_LONGEST_ALT]
        word = f"[Picture: {escape(alt)}]" if alt else "[Picture]"
        source = self._led(attrs.get("src")) if attrs.get("src") else ""
        is_link = source.startswith(("https:", "http:")) and not self.links
        self.written.append(f'<a href="{escape(source)}">{word}</a>' if is_link else word)


def rewritten(html: str, *, base: str, prefix: str) -> tuple[str, int]:
    """Return the HTML for the sanitiser's last pass, and how many pictures it had."""
    rewriter = _Rewriter(base, prefix)
    rewriter.feed(html)
    rewriter.close()
    return "".join(rewriter.written), rewriter.pictures
