"""Counts for facets and the words that occur: made in the background, read by pages.

Counts of one label are exact. Counts of pairs come from at most `PAIRS_FROM` listings, the sample
has at most `SAMPLE_OF`; both are fixed random parts, and everything where there is no more.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils.timezone import now

from registry.models import (
    Label,
    LabelPair,
    Listing,
    ListingSample,
    SampleLabel,
    SampleWord,
    SearchCount,
    SearchWord,
)
from registry.search import statements
from registry.search.sample import keep_bits, keep_words

SAMPLE_OF = 40_000
PAIRS_FROM = 400_000
COMMON = 5_000  # listings: what has fewer is counted live
PLACES = 40  # the commonest values of each facet that are counted beside a common label
WORDS_FROM = 500_000
MOST_WORDS = 80_000  # matching a misspelt word against more takes too long
WORD_IN = 3  # listings of the sample that have it; what is rarer is mostly a misspelling itself
AFTER = timedelta(minutes=10)  # the next count, where rows were written


def total_at_most(number: int) -> bool:
    """Say whether there are no more listings than that; looks at no more."""
    return Listing.objects.order_by()[: number + 1].count() <= number


def recount() -> None:
    """Count everything anew. Readers see the old counts until all of the new ones are there."""
    with transaction.atomic(), connection.cursor() as cursor:
        total = Listing.objects.count()
        lots, pairs = _lots(SAMPLE_OF, total), _lots(PAIRS_FROM, total)
        words = _lots(WORDS_FROM, total)
        cursor.execute(statements.COUNT_LABELS)
        for model in (ListingSample, LabelPair, SearchWord):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608
        cursor.execute(statements.SAMPLE, {"lots": lots})
        keep_bits(cursor)
        keep_words(cursor)
        fewest = COMMON if total > COMMON else 0
        cursor.execute(statements.PAIRS, {"lots": pairs, "fewest": fewest, "places": PLACES})
        is_part = words < statements.LOTS
        cursor.execute(
            statements.WORDS,
            {
                "lots": words,
                "weight": round(statements.LOTS / words),
                "fewest": WORD_IN if total > SAMPLE_OF or is_part else 1,
                "most": MOST_WORDS,
            },
        )
        counted = ListingSample.objects.count()
        cursor.execute(
            statements.STORE_COUNT,
            {
                "total": total,
                "sample": total / counted if counted else 1,
                "pairs": statements.LOTS / pairs,
            },
        )
    _analyse()


def is_due() -> bool:
    """Say whether the counts are old enough to be made again."""
    last = SearchCount.objects.first()
    return last is None or last.counted_at < now() - AFTER


def _lots(most: int, total: int) -> int:
    if total <= most:
        return statements.LOTS
    return max(1, statements.LOTS * most // total)


def _analyse() -> None:
    tables = (ListingSample, LabelPair, SampleLabel, SampleWord, SearchWord, Label)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in tables)}")
