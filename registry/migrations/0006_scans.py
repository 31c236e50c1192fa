"""Scans and their executions."""

import django.contrib.postgres.fields
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[("runs", "Runs"), ("scans", "Scans")], max_length=10
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("selection", models.TextField(blank=True, default="")),
                (
                    "checks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), size=None
                    ),
                ),
                ("schedule", models.CharField(blank=True, default="", max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("removed", "Removed"),
                        ],
                        default="active",
                        max_length=7,
                    ),
                ),
                ("max_repos", models.PositiveIntegerField(null=True)),
                ("max_runs", models.PositiveIntegerField(null=True)),
                ("max_minutes", models.PositiveIntegerField(null=True)),
                ("max_bytes", models.PositiveBigIntegerField(null=True)),
                ("max_cost", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                (
                    "gpu_hour_price",
                    models.DecimalField(decimal_places=4, default=Decimal("0"), max_digits=10),
                ),
                ("window", models.PositiveSmallIntegerField(default=20)),
                ("due_from", models.DateTimeField()),
                ("next_slot", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScanExecution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.DateTimeField(null=True)),
                ("selection", models.TextField(blank=True, default="")),
                (
                    "checks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), default=list, size=None
                    ),
                ),
                ("requested_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("planning", "Planning"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                            ("missed", "Missed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=20)),
                ("reason", models.TextField(blank=True, default="")),
                ("cursor", models.BigIntegerField(default=0)),
                ("is_planned", models.BooleanField(default=False)),
                ("selected", models.PositiveIntegerField(null=True)),
                ("repos", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("spent_s", models.FloatField(default=0)),
                ("spent_gpu_s", models.FloatField(default=0)),
                ("spent_bytes", models.BigIntegerField(default=0)),
                ("begun", models.PositiveIntegerField(default=0)),
                ("totals", models.JSONField(default=dict)),
                ("difference", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ticked_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "scan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="executions",
                        to="registry.scan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScanItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("check_id", models.CharField(max_length=50)),
                ("subject", models.CharField(blank=True, default="", max_length=64)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("sent", "Sent"),
                            ("measured", "Measured"),
                            ("reused", "Reused"),
                            ("unsupported", "Unsupported"),
                            ("dead", "Dead"),
                            ("refused", "Refused"),
                        ],
                        default="planned",
                        max_length=11,
                    ),
                ),
                ("is_own", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("expected_s", models.FloatField(default=0)),
                ("expected_bytes", models.BigIntegerField(default=0)),
                (
                    "claim",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registry.claim",
                    ),
                ),
                (
                    "execution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="registry.scanexecution",
                    ),
                ),
                (
                    "repo",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registry.repo",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="scan_items",
                        to="registry.run",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="scan",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["next_slot"], name="scan_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "removed"), _negated=True),
                fields=("name",),
                name="scan_once_per_name",
            ),
        ),
        migrations.AddIndex(
            model_name="scanexecution",
            index=models.Index(fields=["scan", "-id"], name="execution_newest"),
        ),
        migrations.AddIndex(
            model_name="scanexecution",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "planning", "running"])),
                fields=["state", "ticked_at"],
                name="execution_going",
            ),
        ),
        migrations.AddConstraint(
            model_name="scanexecution",
            constraint=models.UniqueConstraint(
                fields=("scan", "slot"), name="execution_once_per_slot"
            ),
        ),
        migrations.AddConstraint(
            model_name="scanexecution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["planning", "running", "paused"])),
                fields=("scan",),
                name="one_live_execution_per_scan",
            ),
        ),
        migrations.AddConstraint(
            model_name="scanexecution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("scan",),
                name="one_waiting_execution_per_scan",
            ),
        ),
        migrations.AddIndex(
            model_name="scanitem",
            index=models.Index(fields=["execution", "outcome", "id"], name="item_by_outcome"),
        ),
        migrations.AddIndex(
            model_name="scanitem",
            index=models.Index(
                fields=["execution", "repo", "check_id", "subject"], name="item_by_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="scanitem",
            constraint=models.UniqueConstraint(
                fields=("execution", "run"), name="item_once_per_run"
            ),
        ),
    ]
