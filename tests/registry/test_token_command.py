"""`manage.py token`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import ApiToken
from tests import factories

pytestmark = pytest.mark.django_db


def token(*args):
    out, told = StringIO(), StringIO()
    call_command("token", *args, stdout=out, stderr=told)
    return out.getvalue().strip(), told.getvalue()


def test_it_prints_the_secret_once_and_stores_only_its_digest():
    secret, told = token("laptop", "--user", "bob", "--scope", "runs")
    made = ApiToken.objects.get()
    assert ApiToken.by_secret(secret) == made
    assert (made.user.get_username(), made.scopes) == ("bob", ["runs"])
    assert secret.startswith("assay_")
    assert secret not in made.digest + told
    assert not made.user.has_usable_password()


def test_a_user_that_is_there_keeps_the_password():
    alice = factories.user()
    alice.set_password("correct horse")
    alice.save()
    token("laptop", "--user", "alice")
    alice.refresh_from_db()
    assert alice.check_password("correct horse")


@pytest.mark.parametrize("days", ["0", "-1", "99999"])
def test_a_lifetime_out_of_bounds_is_refused(days):
    with pytest.raises(CommandError, match="say 1 to"):
        token("laptop", "--user", "bob", "--days", days)
    assert not ApiToken.objects.exists()
