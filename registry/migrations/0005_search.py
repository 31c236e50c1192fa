"""The read side of search."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_budget")]

    operations = []
