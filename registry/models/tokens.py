"""API tokens: several a user, scoped, expiring, stored only as a digest."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PREFIX = "assay_"


def digest(secret: str) -> str:
    """Return what is stored. A plain SHA-256: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens by what may be done with them."""

    def live(self, at: datetime) -> Self:
        """Neither expired nor revoked at this time."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class ApiToken(models.Model):
    """A key to the API that belongs to a user."""

    class Scope(models.TextChoices):
        """What a token allows beside reading."""

        RUNS = "runs"  # ask for runs
        SCANS = "scans"  # make, start and stop scans
        MARKS = "marks"  # register marks and look for them
        WEBHOOKS = "webhooks"  # make and drive webhooks

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @classmethod
    def issue(
        cls,
        user: "User",
        name: str,
        scopes: list[str],
        lifetime: timedelta | None = timedelta(days=90),
    ) -> tuple["ApiToken", str]:
        """Make a token; return it with its secret, which is shown once and never stored."""
        secret = PREFIX + secrets.token_urlsafe(32)
        expires_at = now() + lifetime if lifetime else None
        token = cls.objects.create(
            user=user, name=name, digest=digest(secret), scopes=scopes, expires_at=expires_at
        )
        return token, secret

    @classmethod
    def by_secret(cls, secret: str) -> "ApiToken | None":
        """Return the live token of this secret, and note that it was used."""
        at = now()
        found = cls.objects.live(at).select_related("user").filter(digest=digest(secret)).first()
        if found is not None:
            cls.objects.filter(pk=found.pk).update(last_used_at=at)
        return found
