"""`manage.py match`: how many of the mirrored claims can be measured, and what the others lack."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from analysis.matching import Match, match
from analysis.matching.tally import tally
from registry.models import Claim

CHUNK = 2_000


class Command(BaseCommand):
    """Reads the claims that stand at the heads of all repos; some thousand a second."""

    help = "Count the mirrored claims that can be measured, and what the others lack."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--repo", default="", help="only the claims of this repo, one by one")
        parser.add_argument("--most", type=int, default=10, help="reasons that are listed; 10")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        if options["repo"]:
            self._one(options["repo"], as_json=options["json"])
            return
        total = tally(found for _, found in _matches(""))
        if options["json"]:
            reasons = [
                {"piece": piece, "reason": reason, "claims": number}
                for (piece, reason), number in total.reasons.most_common(options["most"])
            ]
            told = {"claims": total.claims, "understood": total.understood}
            told |= {"complete": total.complete}
            self.stdout.write(json.dumps(told | {"reasons": reasons}))
        else:
            self.stdout.write("\n".join(total.lines(options["most"])))

    def _one(self, repo: str, *, as_json: bool) -> None:
        for claim, found in _matches(repo):
            missing = [gap.sentence for gap in found.gaps]
            asked = [found.task, found.dataset, found.config, found.split]
            if as_json:
                keys = ("task", "dataset", "config", "split")
                told = {"claim": claim.pk, **dict(zip(keys, asked, strict=True))}
                told |= {"missing": missing, "assumptions": list(found.assumptions)}
                self.stdout.write(json.dumps(told, ensure_ascii=False))
            else:
                self.stdout.write(
                    f"{claim}: {' '.join(missing) or ' · '.join(filter(None, asked))}"
                )


def _matches(repo: str) -> Iterator[tuple[Claim, Match]]:
    standing = Claim.objects.standing().select_related("revision__repo").order_by("pk")
    if repo:
        standing = standing.filter(revision__repo__name=repo)
    for claim in standing.iterator(chunk_size=CHUNK):
        yield claim, match(claim.as_contract(), claim.revision.repo.pipeline_tag)
