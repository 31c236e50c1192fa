"""The budget of calls, and the work list."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_mirror_at_scale")]

    operations = [
        migrations.CreateModel(
            name="BudgetWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin", models.CharField(max_length=300)),
                ("identity", models.CharField(max_length=64)),
                (
                    "bucket",
                    models.CharField(
                        choices=[("api", "Api"), ("resolve", "Resolve"), ("pages", "Pages")],
                        max_length=8,
                    ),
                ),
                ("quota", models.IntegerField(null=True)),
                ("length_s", models.FloatField()),
                ("ends_at", models.DateTimeField()),
                ("is_assumed", models.BooleanField(default=True)),
                ("epoch", models.BigIntegerField(default=0)),
                ("granted", models.IntegerField(default=0)),
                ("answered", models.IntegerField(default=0)),
                ("counted", models.IntegerField(default=0)),
                ("others", models.IntegerField(default=0)),
                ("previous", models.IntegerField(default=0)),
                ("blocked_until", models.DateTimeField()),
                ("refusals", models.IntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("origin", "identity", "bucket"), name="budget_once"
                    )
                ],
            },
        ),
    ]
