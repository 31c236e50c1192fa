"""Passes over the stub hub, and what tests want to know of them."""

from django.db import connection

from registry.models import Author, Card, Claim, Edge, File, Repo, Revision

TABLES = (Repo, Revision, Card, File, Claim, Edge, Author)
CARD = b"""---
license: apache-2.0
base_model: a/base
base_model_relation: finetune
model-index:
- name: net
  results:
  - task: {type: image-classification}
    dataset: {type: cifar10, name: CIFAR-10, split: test}
    metrics:
    - {type: accuracy, value: 91.7}
---
# net
"""


def dump():
    """All rows with the transaction that wrote them last."""
    rows = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT xmin::text, t.* FROM {table._meta.db_table} t ORDER BY id")
            rows[table.__name__] = cursor.fetchall()
    return rows


def counts(sync):
    return (sync.created, sync.changed, sync.unchanged, sync.failed)


def reasons(sync):
    return [(p.repo_name, p.stage, p.reason) for p in sync.problems.order_by("pk")]
