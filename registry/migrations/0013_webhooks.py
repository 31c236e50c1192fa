import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# Written beside what causes it, by the database itself: whoever stores a finding, ends a run or
# merges a batch of the mirror, the event is there exactly where the change is. Nothing is written
# where nobody listens. The arguments are the type and the columns that may change again before
# the event is read.
NOTE = """
CREATE FUNCTION registry_event_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registry_webhook
               WHERE state = 'active' AND TG_ARGV[0] = ANY(events)) THEN
        INSERT INTO registry_event (type, subject, at, noted)
        SELECT TG_ARGV[0], NEW.id, clock_timestamp(),
            coalesce(jsonb_object_agg(name, to_jsonb(NEW) -> name), '{}')
        FROM unnest(TG_ARGV[1:]) AS name;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER finding_is_told AFTER INSERT ON registry_finding
    FOR EACH ROW EXECUTE FUNCTION registry_event_note('finding.created');
CREATE TRIGGER run_end_is_told AFTER UPDATE OF status ON registry_run FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND NEW.status IN ('done', 'unsupported', 'dead'))
    EXECUTE FUNCTION registry_event_note('run.ended', 'status', 'code', 'reason', 'finished_at');
CREATE TRIGGER scan_end_is_told AFTER UPDATE OF state ON registry_scanexecution FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NEW.state IN ('done', 'stopped'))
    EXECUTE FUNCTION registry_event_note('scan.ended', 'state', 'code', 'reason', 'finished_at');
CREATE TRIGGER mark_is_told AFTER INSERT ON registry_markmatch FOR EACH ROW WHEN (NEW.carries)
    EXECUTE FUNCTION registry_event_note('mark.found');
-- The mirror writes changes by the thousand: whether anybody listens is asked once a statement.
CREATE FUNCTION registry_commits_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registry_webhook
               WHERE state = 'active' AND 'repo.changed' = ANY(events)) THEN
        INSERT INTO registry_event (type, subject, at)
        SELECT 'repo.changed', id, clock_timestamp() FROM fresh WHERE what = 'head' ORDER BY id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER commit_is_told AFTER INSERT ON registry_change REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION registry_commits_note();
"""
FORGET = """
DROP TRIGGER commit_is_told ON registry_change;
DROP TRIGGER mark_is_told ON registry_markmatch;
DROP TRIGGER scan_end_is_told ON registry_scanexecution;
DROP TRIGGER run_end_is_told ON registry_run;
DROP TRIGGER finding_is_told ON registry_finding;
DROP FUNCTION registry_commits_note();
DROP FUNCTION registry_event_note();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0012_embeddings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("runs", "Runs"),
                        ("scans", "Scans"),
                        ("marks", "Marks"),
                        ("webhooks", "Webhooks"),
                    ],
                    max_length=10,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), unique=True
                    ),
                ),
                ("type", models.CharField(max_length=20)),
                ("subject", models.BigIntegerField()),
                ("noted", models.JSONField(db_default={})),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expanded_at", models.DateTimeField(null=True)),
                ("repo", models.CharField(blank=True, db_default="", max_length=300)),
                ("author", models.CharField(blank=True, db_default="", max_length=100)),
                ("check_id", models.CharField(blank=True, db_default="", max_length=50)),
                ("body", models.TextField(blank=True, db_default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("expanded_at", None)), fields=["id"], name="event_waits"
                    ),
                    models.Index(fields=["at"], name="event_by_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=2000)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("finding.created", "Finding"),
                                ("run.ended", "Run"),
                                ("scan.ended", "Scan"),
                                ("mark.found", "Mark"),
                                ("repo.changed", "Repo"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("repo", models.CharField(blank=True, default="", max_length=300)),
                ("author", models.CharField(blank=True, default="", max_length=100)),
                ("check_id", models.CharField(blank=True, default="", max_length=50)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Disabled"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("delivered_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("quiet_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        db_default="waiting",
                        max_length=9,
                    ),
                ),
                ("attempt", models.PositiveIntegerField(db_default=0)),
                ("tries", models.PositiveSmallIntegerField(db_default=0)),
                (
                    "next_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("status_code", models.PositiveSmallIntegerField(null=True)),
                ("duration_ms", models.PositiveIntegerField(null=True)),
                ("excerpt", models.TextField(blank=True, db_default="")),
                ("error", models.TextField(blank=True, db_default="")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="registry.event",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="registry.webhook",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WebhookSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("data", models.BinaryField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="registry.webhook",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(fields=["owner", "-id"], name="webhook_of_owner"),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["sent_at"], name="webhook_active"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending"])),
                fields=["webhook", "next_at", "id"],
                name="delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["webhook", "-id"], name="delivery_newest"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["webhook", "state", "-id"], name="delivery_by_state"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("webhook", "event"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sending"), _negated=True),
                    ("lease_until__isnull", False),
                    _connector="OR",
                ),
                name="sending_has_lease",
            ),
        ),
        migrations.RunSQL(NOTE, FORGET),
    ]
