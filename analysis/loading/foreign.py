"""The one place where any exception of somebody else's code becomes "could not be checked"."""

from collections.abc import Iterator
from contextlib import contextmanager

from analysis.contract import CheckError, Unsupported

_MESSAGE_CHARACTERS = 300
_NO_MEMORY = "more memory was needed than there is"


class OutOfMemory(CheckError):  # noqa: N818 - reads as the state that it is
    """Less at a time may work."""


@contextmanager
def foreign(what: str, missing: str = "") -> Iterator[None]:
    """Run code that is driven by hostile files; ``what`` is the subject of the sentence.

    Raises CheckError, or Unsupported if ``missing`` names the piece that is at fault. A network's
    own code may raise anything, so that nothing but a broad handler is enough here.
    """
    try:
        yield
    except CheckError:
        raise
    except MemoryError as fault:
        raise OutOfMemory(f"{what}: {_NO_MEMORY}.") from fault
    except (Exception, SystemExit) as fault:
        if _is_memory(fault):
            raise OutOfMemory(f"{what}: {_NO_MEMORY}.") from fault
        sentence = f"{what}: {describe(fault)}."
        if missing:
            raise Unsupported(sentence, missing) from fault
        raise CheckError(sentence) from fault


def _is_memory(fault: BaseException) -> bool:
    """Recognise torch's own errors: of CUDA by their class, of the CPU by their words only."""
    return type(fault).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(fault)


def describe(fault: BaseException) -> str:
    """Name an exception in one line that is safe to show."""
    lines = str(fault).strip().splitlines()
    first = lines[0].encode("ascii", "replace").decode() if lines else ""
    first = "".join(letter for letter in first if letter.isprintable()).rstrip(".")
    return (
        f"{type(fault).__name__}: {first[:_MESSAGE_CHARACTERS]}" if first else type(fault).__name__
    )
