"""Families of licences, and which child of which parent is a conflict.

Written by hand in November 2026 from general knowledge of these licences, and not compared with
their texts; the names are those that 29,432 models of 2022 use, and others of the Hub. It is a rule
of thumb that finds places to look at, not legal advice: dual licences, exceptions and what is a
derived work are questions for a lawyer.
"""

from enum import StrEnum

DAY = "2026-11-22"
SOURCE = "general knowledge of these licences; it was not compared with their texts"


class Family(StrEnum):
    """What a licence asks of whoever passes on what was made from a work."""

    PERMISSIVE = "permissive"
    ATTRIBUTION = "attribution"  # Creative Commons BY, open data: a notice
    COPYLEFT = "copyleft"  # the same terms
    SHARE_ALIKE = "share-alike"
    NON_COMMERCIAL = "non-commercial"
    NON_COMMERCIAL_SHARE_ALIKE = "non-commercial, share-alike"
    NO_DERIVATIVES = "no derivatives"
    USE_RESTRICTED = "restricted use"  # behaviour or field of use; passed on with the work


_NAMES: dict[Family, str] = {
    Family.PERMISSIVE: (
        "apache-2.0 apache-2 apache mit bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear isc zlib "
        "unlicense cc0-1.0 cc0 wtfpl afl-3.0 artistic-2.0 bsl-1.0 ncsa postgresql ms-pl pddl "
        "ecl-2.0 etalab-2.0 mulanpsl-2.0 odc-pddl"
    ),
    Family.ATTRIBUTION: "cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 odc-by cdla-permissive-1.0 "
    "cdla-permissive-2.0",
    Family.COPYLEFT: (
        "gpl gpl-2.0 gpl-3.0 agpl-3.0 lgpl lgpl-2.1 lgpl-3.0 mpl-2.0 epl-1.0 epl-2.0 eupl-1.1 "
        "eupl-1.2 osl-3.0 lgpl-lr"
    ),
    Family.SHARE_ALIKE: "cc-by-sa-3.0 cc-by-sa-4.0 odbl gfdl cdla-sharing-1.0",
    Family.NON_COMMERCIAL: "cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 fair-noncommercial-research-"
    "license intel-research",
    Family.NON_COMMERCIAL_SHARE_ALIKE: "cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0",
    Family.NO_DERIVATIVES: "cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0",
    Family.USE_RESTRICTED: (
        "openrail openrail++ creativeml-openrail-m bigscience-openrail-m bigcode-openrail-m "
        "bigscience-bloom-rail-1.0 llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 gemma "
        "deepfloyd-if-license apple-amlr apple-ascl"
    ),
}
FAMILIES: dict[str, Family] = {
    name: family for family, names in _NAMES.items() for name in names.split()
}

_SAME_TERMS = "the parent asks for the same terms"
_NO_MONEY = "the parent forbids commercial use, the child allows it"
_NO_CHILD = "the parent forbids what is derived from it"
_USE = "the parent's limits of use must be passed on, the child drops them"
_F = Family
# parent → the families of children that pass its terms on. A parent that is not here asks for no
# more than a notice, and its children may have any licence.
_KEEPS: dict[Family, tuple[str, frozenset[Family]]] = {
    _F.COPYLEFT: (_SAME_TERMS, frozenset({_F.COPYLEFT})),
    # CC BY-SA 4.0 names GPL 3.0 as compatible.
    _F.SHARE_ALIKE: (_SAME_TERMS, frozenset({_F.SHARE_ALIKE, _F.COPYLEFT})),
    _F.NON_COMMERCIAL: (
        _NO_MONEY,
        frozenset({_F.NON_COMMERCIAL, _F.NON_COMMERCIAL_SHARE_ALIKE, _F.NO_DERIVATIVES}),
    ),
    _F.NON_COMMERCIAL_SHARE_ALIKE: (_SAME_TERMS, frozenset({_F.NON_COMMERCIAL_SHARE_ALIKE})),
    _F.NO_DERIVATIVES: (_NO_CHILD, frozenset()),
    _F.USE_RESTRICTED: (
        _USE,
        frozenset({_F.USE_RESTRICTED}),
    ),
}


def conflict(parent: Family, child: Family) -> str:
    """Return why a child's licence conflicts with its parent's; empty where it does not."""
    reason, allowed = _KEEPS.get(parent, ("", frozenset(Family)))
    return "" if child in allowed else reason
