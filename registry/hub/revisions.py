"""One commit of a repo, also one that is no head any more: read in full and stored."""

import json

from django.db import transaction
from django.utils.timezone import now

from registry.hub.client import HubClient
from registry.hub.problems import Broken
from registry.hub.reading import RepoReader
from registry.hub.records import RevisionRow
from registry.models import Claim, File, Repo, Revision


def mirror_revision(repo: Repo, sha: str, client: HubClient) -> Revision:
    """Return a commit of a repo, reading it from the hub where it is not mirrored.

    The repo's row stays as it is: this may be an old commit. Raises HubProblem.
    """
    known = repo.revisions.filter(sha=sha, has_tree=True).first()
    if known is not None:
        return known
    read = RepoReader(client).named(repo.name, sha)
    if read.revision is None or read.revision.sha != sha:
        raise read.error or Broken(f"{client.url} answered with another commit than {sha}.")
    return _store(repo, read.revision)


@transaction.atomic
def _store(repo: Repo, row: RevisionRow) -> Revision:
    revision, _ = Revision.objects.update_or_create(
        repo=repo,
        sha=row.sha,
        defaults={
            "config": json.loads(row.config),
            "architecture": row.architecture,
            "parameters": row.parameters,
            "has_tree": row.has_tree,
            "seen_at": now(),
        },
    )
    files = [
        File(revision=revision, path=one.path, size=one.size, sha256=one.sha256, git_oid=one.oid)
        for one in row.files
    ]
    claims = [
        Claim(revision=revision, **(columns | {"args": json.loads(columns["args"])}))
        for columns in map(dict, row.claims)
    ]
    File.objects.bulk_create(files, ignore_conflicts=True)
    Claim.objects.bulk_create(claims, ignore_conflicts=True)
    return revision
