"""A family of models as a drawing: layers by longest path, ordered by barycentres. Arithmetic only.

Layers run from left to right, parents before children (K. Sugiyama, S. Tagawa, M. Toda: Methods for
visual understanding of hierarchical system structures, 1981). An edge that would close a circle
moves no layer; it is drawn as an arc below.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.web.family import Family, Kin

MOST_NODES = 150
MOST_CHILDREN = 16  # a column that people still read
SWEEPS = 8
BOX_WIDTH, BOX_HEIGHT = 184, 30
ACROSS, DOWN = 64, 10  # between boxes
MARGIN = 12
LETTERS = 23

_Edge = tuple[str, str]  # parent, child


@dataclass(frozen=True, slots=True)
class Box:
    """A model, or several of which only the number is shown."""

    x: float
    y: float
    word: str
    kind: str  # own, known, named or group


@dataclass(frozen=True, slots=True)
class Line:
    """An edge, as a path of SVG."""

    path: str
    is_measured: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines in a plane of this size."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]
    words: str


def drawn(family: Family) -> Drawing:
    """Return the drawing of a family; at most MOST_NODES boxes."""
    children = _children(family)
    groups = _groups(family, len(children))
    kins = [*_parents(family), *children]
    edges = {(kin.parent, kin.child) for kin in kins}
    edges |= {(family.key, key) for key in groups}
    layers = _layers(family.key, edges)
    columns = _columns(layers, edges)
    places = _places(columns)
    names = {family.key: family.name}
    for kin in family.parents:
        names.setdefault(kin.parent, kin.name)
    for kin in children:
        names.setdefault(kin.child, kin.name)
    boxes = [
        Box(*place, _short(groups.get(key) or names.get(key, "")), _kind(key, family))
        for key, place in places.items()
    ]
    measured = {(kin.parent, kin.child) for kin in kins if kin.basis == "measured"}
    lines = [
        Line(_path(places[parent], places[child]), (parent, child) in measured)
        for parent, child in sorted(edges)
        if parent in places and child in places
    ]
    tallest = max(len(column) for column in columns)
    arcs = any(
        places[parent][0] >= places[child][0]
        for parent, child in edges
        if parent in places and child in places
    )
    return Drawing(
        width=len(columns) * (BOX_WIDTH + ACROSS) - ACROSS + 2 * MARGIN,
        height=tallest * (BOX_HEIGHT + DOWN) - DOWN + 2 * MARGIN + (BOX_HEIGHT if arcs else 0),
        boxes=boxes,
        lines=lines,
        words=_words(family),
    )


def _parents(family: Family) -> list[Kin]:
    """Return the edges upwards, nearest first, as far as there is room for their boxes."""
    room, known, kept = MOST_NODES - MOST_CHILDREN - 10, {family.key}, []
    for kin in family.parents:
        if kin.parent not in known and len(known) >= room:
            continue
        if kin.child in known:
            known.add(kin.parent)
            kept.append(kin)
    return kept


def _children(family: Family) -> list[Kin]:
    return family.children[:MOST_CHILDREN]


def _groups(family: Family, shown: int) -> dict[str, str]:
    """Return a box for the children of each relation that have none of their own."""
    counter = Counter(kin.relation for kin in family.children[shown:])
    counter.update(dict(family.left_out))
    more = "+" if family.is_cut else ""
    return {
        f"g{relation}": f"+ {count:,}{more} {'others' if relation == 'unknown' else relation}"
        for relation, count in sorted(counter.items())
    }


def _kind(key: str, family: Family) -> str:
    if key == family.key:
        return "own"
    return {"r": "known", "n": "named", "g": "group"}[key[0]]


def _layers(start: str, edges: Iterable[_Edge]) -> dict[str, int]:
    """Return how far left of ``start`` each model stands: the longest way; below 0 to the right."""
    above, below = defaultdict(list), []
    for parent, child in sorted(edges):
        above[child].append(parent)
        if parent == start:
            below.append(child)
    order = _upwards(start, above)
    place = {key: number for number, key in enumerate(order)}
    layers = dict.fromkeys(order, 0)
    for child in order:
        for parent in above[child]:
            if place[parent] > place[child]:  # else it closes a circle
                layers[parent] = max(layers[parent], layers[child] + 1)
    for child in below:
        layers.setdefault(child, -1)
    return layers


def _upwards(start: str, above: Mapping[str, list[str]]) -> list[str]:
    """Return all that is above ``start``, each before its parents unless they form a circle."""
    order, seen = [], {start}
    stack = [(start, iter(above.get(start, [])))]
    while stack:
        key, parents = stack[-1]
        for parent in parents:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, iter(above.get(parent, []))))
                break
        else:
            order.append(key)
            stack.pop()
    return order[::-1]


def _columns(layers: Mapping[str, int], edges: Iterable[_Edge]) -> list[list[str]]:
    """Return the columns from left to right, each ordered so that few lines cross."""
    highest, lowest = max(layers.values()), min(layers.values())
    columns: list[list[str]] = [[] for _ in range(highest - lowest + 1)]
    for key, layer in layers.items():
        columns[highest - layer].append(key)
    beside = defaultdict(list)
    for parent, child in edges:
        if parent != child and parent in layers and child in layers:
            beside[parent].append(child)
            beside[child].append(parent)
    for sweep in range(SWEEPS):
        middle = {
            key: row - len(column) / 2 for column in columns for row, key in enumerate(column)
        }
        for column in columns if sweep % 2 == 0 else reversed(columns):
            column.sort(key=lambda key: (_barycentre(key, beside, middle), key))
            middle |= {key: row - len(column) / 2 for row, key in enumerate(column)}
    return columns


def _barycentre(
    key: str, beside: Mapping[str, list[str]], middle: Mapping[str, float]
) -> tuple[bool, float]:
    """Return the middle of a box's neighbours; boxes for several models come last."""
    around = [middle[other] for other in beside.get(key, [])]
    mean = sum(around) / len(around) if around else middle[key]
    return key.startswith("g"), round(mean, 6)


def _places(columns: list[list[str]]) -> dict[str, tuple[float, float]]:
    tallest = max(len(column) for column in columns)
    places = {}
    for number, column in enumerate(columns):
        top = MARGIN + (tallest - len(column)) * (BOX_HEIGHT + DOWN) / 2
        for row, key in enumerate(column):
            x = float(MARGIN + number * (BOX_WIDTH + ACROSS))
            places[key] = (x, top + row * (BOX_HEIGHT + DOWN))
    return places


def _path(parent: tuple[float, float], child: tuple[float, float]) -> str:
    """Draw an edge from the right side of its parent to the left side of its child."""
    (px, py), (cx, cy) = parent, child
    if px < cx:
        x1, y1, x2, y2 = px + BOX_WIDTH, py + BOX_HEIGHT / 2, cx, cy + BOX_HEIGHT / 2
        bend = (x2 - x1) / 2
        return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    # To itself, or back to the left: an arc below the boxes.
    x1, y1, x2, y2 = px + BOX_WIDTH * 0.7, py + BOX_HEIGHT, cx + BOX_WIDTH * 0.3, cy + BOX_HEIGHT
    low = max(y1, y2) + 22
    return f"M{x1:g} {y1:g}C{x1:g} {low:g} {x2:g} {low:g} {x2:g} {y2:g}"


def _short(word: str) -> str:
    return word if len(word) <= LETTERS else f"{word[: LETTERS - 1]}…"


def _words(family: Family) -> str:
    """Say what the drawing shows."""
    parents = len({kin.parent for kin in family.parents})
    children = len(family.children) + sum(count for _, count in family.left_out)
    more = "more than " if family.is_cut else ""
    return (
        f"{parents:,} model{'' if parents == 1 else 's'} it was made from, and"
        f" {more}{children:,} made from it. The lists say the same."
    )
