"""What can go wrong, as sentences; and the numbers that commands end with."""

OK = 0
PROBLEM = 1
USAGE = 2
FAILED_ON = 3  # a verdict of --fail-on was found
LEFT = 130  # Ctrl-C


class Trouble(Exception):  # noqa: N818 - reads as what it is
    """Something that ends the command with a sentence. ``code`` is what the command ends with."""

    def __init__(self, sentence: str, hint: str = "", *, code: int = PROBLEM) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.code = code


class TooOld(Trouble):
    """The server lacks an address that this client knows."""


class Misused(Trouble):
    """The command was called in a way that makes no sense."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence, hint, code=USAGE)
