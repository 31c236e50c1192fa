"""The read side of search: one narrow row for each repo that the lists show, and its counts.

Nothing here is a source of truth. `registry.search` makes it all from the other tables, and may
drop it at any time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models.lookups import Lookup

from registry.models.repos import Repo

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)  # a date that is not known; sort keys are never NULL

# Whoever changes a repo says so in the transaction of the change. DO UPDATE, not DO NOTHING: it
# locks a row that is there already, so that nobody makes the listing anew out of the old values
# and takes the row away before the change is committed.
MARK_STALE = """
INSERT INTO registry_stalelisting (repo_id) SELECT unnest(%(repos)s::bigint[]) ORDER BY 1
ON CONFLICT (repo_id) DO UPDATE SET repo_id = EXCLUDED.repo_id
"""


class StaleListing(models.Model):
    """A repo whose row of the read side must be made anew. Whoever changes a repo leaves one."""

    repo = models.OneToOneField(Repo, on_delete=models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return f"stale: repo {self.repo_id}"

    @staticmethod
    def mark(repos: Iterable[int]) -> None:
        """Have the rows of these repos made anew, once this transaction is committed."""
        with connection.cursor() as cursor:
            cursor.execute(MARK_STALE, {"repos": sorted(set(repos))})


class Listing(models.Model):
    """A public repo that the hub still has, as search sees it.

    The sort keys are never NULL. Counters are rounded to two digits: an update of a key rewrites
    the row's entry in every index, and a counter changes every day.
    """

    repo = models.OneToOneField(
        Repo, on_delete=models.CASCADE, primary_key=True, related_name="listing"
    )
    folded = models.CharField(max_length=300, db_collation="C")  # the name without case or accents
    base = models.CharField(max_length=300, db_collation="C")  # of that, what follows the owner
    tokens = SearchVectorField()
    labels = ArrayField(models.IntegerField())  # Label ids, ascending
    downloads_key = models.BigIntegerField()
    likes_key = models.IntegerField()
    trending_key = models.IntegerField()
    parameters = models.BigIntegerField()  # 0 where not known
    gap = models.IntegerField()  # thousandths of the metric's span; -1 where nothing is overstated
    updated = models.DateTimeField(default=BEFORE_ALL)
    created = models.DateTimeField(default=BEFORE_ALL)

    class Meta:
        indexes = [
            # Without the list of pending entries: reading must not pay for writing.
            GinIndex(fields=["labels", "tokens"], name="listing_by_words", fastupdate=False),
            models.Index(fields=["downloads_key", "repo"], name="listing_by_downloads"),
            models.Index(fields=["likes_key", "repo"], name="listing_by_likes"),
            models.Index(fields=["trending_key", "repo"], name="listing_by_trending"),
            models.Index(fields=["updated", "repo"], name="listing_by_update"),
            models.Index(fields=["created", "repo"], name="listing_by_creation"),
            models.Index(fields=["parameters", "repo"], name="listing_by_parameters"),
            models.Index(fields=["gap", "repo"], name="listing_by_gap"),
            models.Index(fields=["folded", "repo"], name="listing_by_name"),
            models.Index(fields=["base", "repo"], name="listing_by_base"),
        ]

    def __str__(self) -> str:
        return self.folded


class Label(models.Model):
    """A value of a facet, with the number of listings that carry it at the last count."""

    id = models.AutoField(primary_key=True)  # an int: listings hold arrays of them
    facet = models.CharField(max_length=12)
    value = models.CharField(max_length=300)
    n = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facet", "value"], name="label_once")]
        indexes = [models.Index(fields=["facet", "-n"], name="label_by_count")]

    def __str__(self) -> str:
        return f"{self.facet}: {self.value}"


class LabelPair(models.Model):
    """How many listings carry both of two labels; for labels that are too common to count live."""

    given = models.IntegerField()
    other = models.IntegerField()
    n = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["given", "other"], name="label_pair_once")]

    def __str__(self) -> str:
        return f"{self.given} and {self.other}: {self.n}"


class ListingSample(models.Model):
    """Words and labels of a fixed random part of the listings, in which large sets are counted.

    The places, from 1 on, are drawn by lot: the first few rows that fit are a sample of all that
    do, and how far one must go for them says how many there are.
    """

    place = models.IntegerField(primary_key=True)
    tokens = SearchVectorField()
    labels = ArrayField(models.IntegerField())

    class Meta:
        indexes = [GinIndex(fields=["labels", "tokens"], name="sample_by_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"sample: place {self.place}"


class SampleLabel(models.Model):
    """In which places of the sample a label occurs, as bits: a process holds all of them.

    The place 1 is the lowest bit; the bytes are little-endian. Only labels that may be shown, or
    that are common, have a row.
    """

    label = models.IntegerField(primary_key=True)
    facet = models.CharField(max_length=12)
    value = models.CharField(max_length=300)
    bits = models.BinaryField()

    def __str__(self) -> str:
        return f"sample: {self.facet} {self.value}"


class SampleWord(models.Model):
    """In which places of the sample a common word, or a beginning of words, occurs, as bits."""

    query = models.CharField(max_length=70, primary_key=True)  # a tsquery of that one word
    bits = models.BinaryField()

    def __str__(self) -> str:
        return f"sample: {self.query}"


class SearchWord(models.Model):
    """A word that occurs, with about how many listings have it: what misspelt words may mean."""

    word = models.CharField(max_length=60, primary_key=True)
    n = models.IntegerField()

    def __str__(self) -> str:
        return self.word


class SearchCount(models.Model):
    """The last count: one row."""

    total = models.BigIntegerField(default=0)
    sample_weight = models.FloatField(default=1)  # listings that one row of the sample stands for
    pair_weight = models.FloatField(default=1)  # the same of what the pairs were counted in
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.total} listings at {self.counted_at}"


@SearchVectorField.register_lookup
class HasWords(Lookup):
    """``tokens__has="'a' & 'b':*"``: the text is a tsquery already, and is not parsed as words."""

    lookup_name = "has"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Write the condition."""
        left, left_params = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", [*left_params, self.rhs]
