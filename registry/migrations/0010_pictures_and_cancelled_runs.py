import django.db.models.deletion
from django.db import migrations, models

FORBID = """
CREATE FUNCTION registry_findingpicture_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a picture of a finding is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER findingpicture_is_immutable BEFORE UPDATE ON registry_findingpicture
    FOR EACH ROW EXECUTE FUNCTION registry_findingpicture_is_immutable();
"""
ALLOW = """
DROP TRIGGER findingpicture_is_immutable ON registry_findingpicture;
DROP FUNCTION registry_findingpicture_is_immutable();
"""
VERDICTS = (
    *("confirmed", "overstated", "understated", "pass", "warn", "fail"),
    *("measured", "inconclusive"),
)
STATUSES = ("queued", "running", "done", "unsupported", "dead", "cancelled")
KINDS = ("clean", "perturbation", "adversarial", "corrupted", "trigger", "other")


def choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value.capitalize()) for value in values]


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_sample_words")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="note",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="finding",
            name="verdict",
            field=models.CharField(choices=choices(VERDICTS), max_length=12),
        ),
        migrations.AlterField(
            model_name="run",
            name="status",
            field=models.CharField(choices=choices(STATUSES), default="queued", max_length=11),
        ),
        migrations.AddField(
            model_name="scan",
            name="options",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="scanexecution",
            name="options",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="FindingPicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("name", models.SlugField(db_index=False, max_length=60)),
                ("group", models.CharField(blank=True, default="", max_length=200)),
                ("title", models.CharField(max_length=200)),
                ("alt", models.CharField(max_length=400)),
                ("kind", models.CharField(choices=choices(KINDS), max_length=12)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("data", models.BinaryField()),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="registry.finding",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("finding", "name"), name="one_picture_of_a_name"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
