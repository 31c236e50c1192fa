import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0015_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="RenderedCard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("taken", models.CharField(max_length=64)),
                ("html", models.TextField()),
                ("notes", models.JSONField(default=list)),
                ("marked", models.JSONField(default=list)),
                ("rendered_at", models.DateTimeField()),
                (
                    "revision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rendered",
                        to="registry.revision",
                    ),
                ),
            ],
        ),
    ]
