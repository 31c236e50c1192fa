"""Model cards → what they declare and what they claim. No torch, no network, no exceptions."""

from analysis.cards.card import Card, is_error_text, read_card
from analysis.cards.card_claims import claims
from analysis.cards.declared import Attributes, attributes
from analysis.cards.eval_files import eval_results, listed_eval_results
from analysis.cards.reading import Problem, Reading

__all__ = [
    "Attributes",
    "Card",
    "Problem",
    "Reading",
    "attributes",
    "claims",
    "eval_results",
    "is_error_text",
    "listed_eval_results",
    "read_card",
]
