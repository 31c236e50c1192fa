"""What an attacker may do to a picture, as claims and options write it: how far, in which norm."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal, get_args

from analysis.contract import JSON, Unsupported

Norm = Literal["Linf", "L2", "L1"]
Version = Literal["standard", "plus", "rand"]
NORMS: tuple[Norm, ...] = get_args(Norm)
VERSIONS: tuple[Version, ...] = get_args(Version)

# Of the images, broken by Square alone: above it, gradients misled the searches that follow them.
MASKED_SHARE = 0.002

_NORM = re.compile(r"\b(?:l|ℓ)[ _-]?(inf(?:ty|inity)?|∞|2|1)(?!\w)", re.IGNORECASE)
_NUMBER = r"([0-9]{1,4}(?:\.[0-9]{1,9})?(?:\s*/\s*255)?)"
_EPS = re.compile(rf"\b(?:epsilon|eps)\s*[=:]?\s*{_NUMBER}|ε\s*[=:]?\s*{_NUMBER}", re.IGNORECASE)
_OF_255 = re.compile(r"\b([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*/\s*255\b")
_ABOUT = re.compile(r"robust|adversarial|auto ?attack|\baa\b", re.IGNORECASE)
_MOST = {"Linf": 1.0, "L2": 1_000.0, "L1": 1_000_000.0}


@dataclass(frozen=True, slots=True)
class Threat:
    """How far an attacker may move a picture whose values lie in [0, 1], and how hard it is tried.

    ``version`` is that of AutoAttack (Croce and Hein 2020); ``seed`` that of its draws.
    """

    norm: Norm
    eps: float
    version: Version = "standard"
    seed: int = 0

    def __str__(self) -> str:
        named = {"Linf": "L∞", "L2": "L2", "L1": "L1"}[self.norm]
        return f"{named}, ε = {write_eps(self.norm, self.eps)}"


def write_eps(norm: str, eps: float) -> str:
    """Write a radius as people do: 8/255, 0.3, 0.5."""
    steps = eps * 255
    is_steps = norm == "Linf" and abs(steps - round(2 * steps) / 2) < 1e-4 and steps <= 64
    return f"{steps:.4g}/255" if is_steps and round(eps, 2) != eps else f"{eps:.4g}"


def read_threat(given: Mapping[str, JSON]) -> Threat:
    """Read ``norm``, ``eps`` and ``version``; raise Unsupported (metric) where one is missing.

    A radius in Linf of more than 1 is in steps of 1/255, as papers write "eps = 8".
    """
    norm, eps = _norm(given.get("norm")), _eps(given.get("eps"))
    if norm is None:
        raise Unsupported("The claim does not say in which norm the attacker is bounded.", "metric")
    if eps is None:
        raise Unsupported("The claim does not say how far the attacker may go (eps).", "metric")
    if norm == "Linf" and eps > 1:
        eps /= 255
    if not 0 < eps <= _MOST[norm]:
        raise Unsupported(f"An attacker cannot be bounded by {eps:g} in {norm}.", "metric")
    version = given.get("version", "standard")
    if version not in VERSIONS:
        raise Unsupported(f"There is no version {str(version)[:40]!a} of AutoAttack.", "metric")
    named: Version = VERSIONS[VERSIONS.index(version)]
    return Threat(norm, eps, named)


def take(text: str) -> tuple[str, dict[str, JSON]]:
    """Take norm and radius out of the name of a metric: "robust accuracy (Linf, 8/255)".

    Of a name that is not about robustness nothing is taken.
    """
    if not _ABOUT.search(text):
        return text, {}
    found: dict[str, JSON] = {}
    if match := _NORM.search(text):
        found["norm"] = match[0]
        text = text[: match.start()] + " " + text[match.end() :]
    if match := _EPS.search(text) or _OF_255.search(text):
        written = next(group for group in match.groups() if group)
        found["eps"] = written if "/" in written or match.re is _EPS else f"{written}/255"
        text = text[: match.start()] + " " + text[match.end() :]
    return text, found


def _norm(given: JSON) -> Norm | None:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return {1.0: NORMS[2], 2.0: NORMS[1], float("inf"): NORMS[0]}.get(float(given))
    text = str(given or "").strip().lower()
    match = _NORM.fullmatch(text) or _NORM.fullmatch(f"l{text}")
    if match is None:
        return None
    return NORMS[2] if match[1] == "1" else NORMS[1] if match[1] == "2" else NORMS[0]


def _eps(given: JSON) -> float | None:
    """Read a number or a fraction of 255; None where it is none."""
    if isinstance(given, str):
        above, _, below = (part.strip() for part in given.partition("/"))
        try:
            value = float(above) / (float(below) if below else 1)
        except (ValueError, ZeroDivisionError):
            return None
        return value if isfinite(value) else None
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return float(given) if isfinite(given) else None
