"""Measures and exports."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_scans")]

    operations = [
        migrations.CreateModel(
            name="Measurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measure", models.CharField(max_length=50)),
                ("version", models.PositiveIntegerField()),
                ("date", models.DateField()),
                ("at", models.DateTimeField()),
                ("numerator", models.BigIntegerField()),
                ("denominator", models.BigIntegerField(null=True)),
                ("unknown", models.BigIntegerField(default=0)),
                ("unseen", models.BigIntegerField(default=0)),
                ("breakdown", models.JSONField(default=list)),
                ("seconds", models.FloatField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("measure", "version", "date"), name="measured_once_a_day"
                    )
                ],
            },
        ),
    ]
