"""Requests that were sent with a key, so that sending one again does not do it again."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now

from registry.models.tokens import ApiToken

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=5)  # a request that has not answered by then never will
SWEPT = 200  # old rows that go with a new one


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Keys by what may be done with them."""

    def over(self) -> Self:
        """Those that are kept no longer, and those whose request died."""
        died = models.Q(status=None, created_at__lt=Now() - GIVEN_UP)
        return self.filter(died | models.Q(created_at__lt=Now() - KEPT))


class IdempotencyKey(models.Model):
    """A key of a token, what was asked with it, and the answer once there is one."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # SHA-256 of the key: it may be anything
    asked = models.CharField(max_length=64)  # SHA-256 of method, address and body
    status = models.PositiveSmallIntegerField(null=True)  # null: under way
    location = models.CharField(max_length=500, default="", blank=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "digest"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"key {self.digest[:12]} of token {self.token_id}"
