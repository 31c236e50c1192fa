from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORBID = """
CREATE FUNCTION registry_mark_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
        (NEW.owner_id, NEW.scheme, NEW.keys, NEW.commitment, NEW.registered_at, NEW.envelope)
        IS DISTINCT FROM
        (OLD.owner_id, OLD.scheme, OLD.keys, OLD.commitment, OLD.registered_at, OLD.envelope)
    THEN
        RAISE EXCEPTION 'a commitment is never changed or deleted'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_is_kept BEFORE UPDATE OR DELETE ON registry_mark
    FOR EACH ROW EXECUTE FUNCTION registry_mark_is_kept();
CREATE FUNCTION registry_markmatch_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was found of a mark is never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER markmatch_is_immutable BEFORE UPDATE OR DELETE ON registry_markmatch
    FOR EACH ROW EXECUTE FUNCTION registry_markmatch_is_immutable();
"""
ALLOW = """
DROP TRIGGER mark_is_kept ON registry_mark;
DROP FUNCTION registry_mark_is_kept();
DROP TRIGGER markmatch_is_immutable ON registry_markmatch;
DROP FUNCTION registry_markmatch_is_immutable();
"""
SCOPES = ("runs", "scans", "marks")
STATES = ("new", "ready", "refused")


def choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value.capitalize()) for value in values]


def number() -> Any:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def to(table: str, name: str) -> Any:
    kept = django.db.models.deletion.PROTECT
    return models.ForeignKey(on_delete=kept, related_name=name, to=f"registry.{table}")


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0010_pictures_and_cancelled_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=choices(SCOPES), max_length=10),
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", number()),
                ("name", models.CharField(max_length=100)),
                ("scheme", models.CharField(max_length=20)),
                ("task", models.CharField(max_length=100)),
                ("classes", models.PositiveIntegerField(null=True)),
                ("keys", models.PositiveIntegerField()),
                ("shape", models.JSONField(null=True)),
                ("commitment", models.CharField(max_length=64, unique=True)),
                ("home_name", models.CharField(blank=True, default="", max_length=300)),
                ("envelope", models.JSONField(default=dict)),
                ("registered_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(choices=choices(STATES), default="new", max_length=7),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("looks", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "home",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="marks",
                        to="registry.repo",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ready"), ("withdrawn_at", None)),
                        fields=["task", "-id"],
                        name="mark_of_task",
                    ),
                    models.Index(
                        condition=models.Q(("state", "new")), fields=["sent_at"], name="mark_waits"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarkKeys",
            fields=[
                (
                    "mark",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sealed",
                        serialize=False,
                        to="registry.mark",
                    ),
                ),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="MarkMatch",
            fields=[
                ("id", number()),
                ("matches", models.PositiveIntegerField()),
                ("keys", models.PositiveIntegerField()),
                ("control_matches", models.PositiveIntegerField()),
                ("controls", models.PositiveIntegerField()),
                ("p", models.FloatField()),
                ("carries", models.BooleanField()),
                ("is_after", models.BooleanField()),
                ("rank", models.PositiveSmallIntegerField()),
                ("sentence", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("mark", to("mark", "matches_found")),
                ("revision", to("revision", "marks")),
                ("run", to("run", "marks")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mark", "rank", "p", "id"], name="match_by_p"),
                    models.Index(fields=["mark", "revision", "id"], name="match_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mark", "run"), name="one_match_of_a_mark_per_run"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("p__gte", 0), ("p__lte", 1)), name="match_p_is_one"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
