"""Marks of owners: embedded, registered, kept sealed, chosen for a run, and what was found."""

from registry.marks.asking import CHECK, MOST, MarksRefused, chosen, vetted
from registry.marks.matches import Standing, record, standing
from registry.marks.registering import TASK, MarkRefused, register, send_waiting, withdraw
from registry.marks.sealing import CannotOpen, open_sealed

__all__ = [
    "CHECK",
    "MOST",
    "TASK",
    "CannotOpen",
    "MarkRefused",
    "MarksRefused",
    "Standing",
    "chosen",
    "open_sealed",
    "record",
    "register",
    "send_waiting",
    "standing",
    "vetted",
    "withdraw",
]
