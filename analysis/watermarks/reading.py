"""Keys of any scheme out of the bytes that somebody uploaded."""

from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import ANSWERS, NUMBERS, SCHEMES, TEXTS, KeysError
from analysis.watermarks.keys import unframed
from analysis.watermarks.texts.keys import TextKeys
from analysis.watermarks.weight_keys import WeightKeys

Keys = AnswerKeys | WeightKeys | TextKeys


def keys_from(data: bytes) -> Keys:
    """Read keys; raise KeysError with what is wrong with them, and nothing of their content."""
    about, salt, arrays = unframed(data)
    scheme = about.get("scheme")
    if scheme in ANSWERS:
        return AnswerKeys.read(about, salt, arrays)
    if scheme in NUMBERS:
        return WeightKeys.read(about, salt, arrays)
    if scheme in TEXTS:
        return TextKeys.read(about, salt, arrays)
    raise KeysError(f"There is no scheme of that name; there are {', '.join(SCHEMES)}.")
