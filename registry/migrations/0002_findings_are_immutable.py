"""The database refuses to change or delete a finding."""

from django.db import migrations

FORBID = """
CREATE FUNCTION registry_finding_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finding is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER finding_is_immutable BEFORE UPDATE OR DELETE ON registry_finding
    FOR EACH ROW EXECUTE FUNCTION registry_finding_is_immutable();
"""
ALLOW = """
DROP TRIGGER finding_is_immutable ON registry_finding;
DROP FUNCTION registry_finding_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
