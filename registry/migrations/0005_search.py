"""The read side of search."""

import datetime

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# What each index is for, for whoever looks at the database.
PURPOSES = {
    "listing_by_words": "search: rows that have labels and words, where they are few",
    "listing_by_downloads": "list of models by downloads, by relevance; the usual order",
    "listing_by_likes": "list of models by likes",
    "listing_by_trending": "list of models by trend",
    "listing_by_update": "list of models by last update",
    "listing_by_creation": "list of models by age",
    "listing_by_parameters": "list of models by parameters",
    "listing_by_gap": "list of models by gap between claim and measure",
    "listing_by_name": "list of models by name; search: the exact name with its owner",
    "listing_by_base": "search: the exact name without its owner, and what begins so",
    "sample_by_words": "search: about how many rows fit; facets of large sets",
    "label_by_count": "facets: the commonest values of each",
    "label_once": "search: label ids of the values asked for",
    "label_pair_once": "facets: counts beside one common label",
}


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_budget")]

    operations = [
        migrations.CreateModel(
            name="ListingSample",
            fields=[
                ("place", models.IntegerField(primary_key=True, serialize=False)),
                ("tokens", django.contrib.postgres.search.SearchVectorField()),
                (
                    "labels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleLabel",
            fields=[
                ("label", models.IntegerField(primary_key=True, serialize=False)),
                ("facet", models.CharField(max_length=12)),
                ("value", models.CharField(max_length=300)),
                ("bits", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("total", models.BigIntegerField(default=0)),
                ("sample_weight", models.FloatField(default=1)),
                ("pair_weight", models.FloatField(default=1)),
                ("counted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("facet", models.CharField(max_length=12)),
                ("value", models.CharField(max_length=300)),
                ("n", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("facet", "value"), name="label_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LabelPair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given", models.IntegerField()),
                ("other", models.IntegerField()),
                ("n", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("given", "other"), name="label_pair_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "repo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="listing",
                        serialize=False,
                        to="registry.repo",
                    ),
                ),
                ("folded", models.CharField(db_collation="C", max_length=300)),
                ("base", models.CharField(db_collation="C", max_length=300)),
                ("tokens", django.contrib.postgres.search.SearchVectorField()),
                (
                    "labels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                ("downloads_key", models.BigIntegerField()),
                ("likes_key", models.IntegerField()),
                ("trending_key", models.IntegerField()),
                ("parameters", models.BigIntegerField()),
                ("gap", models.IntegerField()),
                (
                    "updated",
                    models.DateTimeField(
                        default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
                    ),
                ),
                (
                    "created",
                    models.DateTimeField(
                        default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
                    ),
                ),
            ],
        ),
        # One by one: an index inside CreateModel comes after the comments.
        migrations.AddIndex(
            model_name="listing",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["labels", "tokens"], name="listing_by_words"
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["downloads_key", "repo"], name="listing_by_downloads"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["likes_key", "repo"], name="listing_by_likes"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["trending_key", "repo"], name="listing_by_trending"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["updated", "repo"], name="listing_by_update"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["created", "repo"], name="listing_by_creation"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["parameters", "repo"], name="listing_by_parameters"),
        ),
        migrations.AddIndex(
            model_name="listing", index=models.Index(fields=["gap", "repo"], name="listing_by_gap")
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["folded", "repo"], name="listing_by_name"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["base", "repo"], name="listing_by_base"),
        ),
        migrations.AddIndex(
            model_name="listingsample",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["labels", "tokens"], name="sample_by_words"
            ),
        ),
        migrations.AddIndex(
            model_name="label", index=models.Index(fields=["facet", "-n"], name="label_by_count")
        ),
        *(
            migrations.RunSQL(f"COMMENT ON INDEX {name} IS '{purpose}'", migrations.RunSQL.noop)
            for name, purpose in PURPOSES.items()
        ),
    ]
