"""The budget of calls, and the work list."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_mirror_at_scale")]

    operations = []
