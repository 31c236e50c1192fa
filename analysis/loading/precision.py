"""Half precision, where it changes no answer.

A GPU runs a network in 16 bits several times as fast as in 32. Some items are asked both ways
first: by how much their scores lie apart, relative to the largest of a row, says what to expect of
the others. From then on an item is asked in 16 bits, and again in 32 where its best classes are not
ahead of the next ones by several times that much. That is a bound by experience, not a proof: an
item may lie farther apart than several times what a few have shown. Where much would be spent
twice, half precision is given up.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from analysis.contract import JSON, CheckError, Unsupported
from analysis.loading.foreign import OutOfMemory

if TYPE_CHECKING:
    import torch

    Run = Callable[[list[int]], torch.Tensor]

FULL = "float32"
# The more digits the better; what overflows in float16 shows in the check, and bfloat16 comes next.
HALVES = ("float16", "bfloat16")
CHECKED = 32  # items that are asked both ways first
MARGIN = 4.0  # what was seen of a few items, times this, is expected of none
WORTH = 0.5  # with a larger share to be asked again, nothing is saved
DECIDING = (1, 5)  # so many best classes are told from the rest: what accuracy and top-5 need


class HalfPrecision:
    """Gives the scores of items, in half precision as far as that decides nothing."""

    def __init__(self, device: str, wanted: JSON = None) -> None:
        """``wanted`` is a type by name; None tries the halves on a GPU and none on a CPU.

        Raises Unsupported for another type.
        """
        if wanted not in (None, FULL, *HALVES):
            raise Unsupported(
                f"A network runs in {', '.join(HALVES)} or {FULL}, not in {str(wanted)[:40]!a}.",
                "options",
            )
        self._device = device.partition(":")[0]
        usual = HALVES if self._device == "cuda" else ()
        self._untried = list(usual if wanted is None else [wanted] if wanted in HALVES else ())
        self._half = ""  # the type that passed the check
        self._apart = 0.0  # the largest distance seen, relative to the largest score of its row

    @property
    def dtype(self) -> str:
        """The types that are in use, for the evidence."""
        return f"{self._half}, {FULL} where not certain" if self._half else FULL

    def rows(self, n: int, run: "Run") -> "torch.Tensor":
        """Return the scores of ``n`` items, (n, classes) float32; ``run`` asks for some of them.

        Raises what ``run`` raises in full precision, and OutOfMemory.
        """
        import torch

        every = list(range(n))
        if not self._half and not self._untried:
            return run(every)
        if not self._half:
            few = every[:CHECKED]
            known = run(few)
            if known.ndim != 2 or not self._passes(known, lambda: run(few)):
                return torch.cat([known, run(every[CHECKED:])]) if n > len(few) else known
            rest = every[CHECKED:]
            return torch.cat([known, self._asked(rest, run)]) if rest else known
        return self._asked(every, run)

    def _passes(self, known: "torch.Tensor", run: "Callable[[], torch.Tensor]") -> bool:
        """Try the halves in turn; say whether one is precise enough to be worth it."""
        while self._untried:
            half = self._untried[0]
            found = self._in_half(half, run)
            del self._untried[0]
            if found is None or found.shape != known.shape:
                continue
            self._apart = _apart(known, found)  # of what overflows nothing is certain
            if not self._apart:  # the network does not follow, ONNX for instance
                continue
            if self._uncertain(found).float().mean() <= WORTH:
                self._half = half
                self._untried.clear()
                return True
        return False

    def _in_half(self, half: str, run: "Callable[[], torch.Tensor]") -> "torch.Tensor | None":
        """Run in half precision; None where the network's code does not stand it."""
        import torch

        try:
            with torch.autocast(self._device, dtype=getattr(torch, half)):
                return run()
        except OutOfMemory:
            raise
        except CheckError:
            return None

    def _asked(self, places: list[int], run: "Run") -> "torch.Tensor":
        """Ask in half precision, and again for what that leaves open."""
        found = self._in_half(self._half, lambda: run(places))
        if found is None:
            self._half = ""
            return run(places)
        again = self._uncertain(found).nonzero().flatten().tolist()
        if again:
            full = run([places[place] for place in again])
            finite = found[again].isfinite().all(1)
            self._apart = max(self._apart, _apart(full[finite], found[again][finite]))
            found = found.clone()  # what was made in inference mode is not written to
            found[again] = full
        return found

    def _uncertain(self, found: "torch.Tensor") -> "torch.Tensor":
        """Say of which rows the deciding classes are not certain: (n,) bool."""
        import torch

        scale = found.abs().amax(1)
        bound = 2 * MARGIN * self._apart * scale  # both of two scores may be off
        best = found.topk(min(max(DECIDING) + 1, found.shape[1]), 1).values
        open_: torch.Tensor = ~found.isfinite().all(1)
        for place in DECIDING:
            if place < best.shape[1]:
                # Also where the bound is nothing: a tie is decided by nobody knows what.
                open_ |= ~(best[:, place - 1] - best[:, place] > bound)
        return open_


def _apart(full: "torch.Tensor", half: "torch.Tensor") -> float:
    """Return the largest distance of two scores, relative to the largest score of its row."""
    if not len(full):
        return 0.0
    tiny = 1e-30  # a row of zeros is not divided by
    return float(((full - half).abs().amax(1) / full.abs().amax(1).clamp_min(tiny)).max())
