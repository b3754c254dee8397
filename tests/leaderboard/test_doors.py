"""Ways into an account beside name and password: mail, other sites, a second factor."""

import re

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache

from tests import settings as site
from tests.leaderboard import stand_in

LONG = "another long-and-odd-9"
SIGNING_UP = {"username": "carol", "password1": LONG, "password2": LONG, "email": "carol@uni.example"}
LINK = re.compile(r"http://testserver(/\S+)")


@pytest.fixture(autouse=True)
def nobody_was_here():
    """Nothing is counted of earlier tests, and a code that was used may be used again."""
    cache.clear()


@pytest.fixture
def mails(settings):
    settings.HAS_MAIL = True
    return mail.outbox


def link_in(message):
    (path,) = LINK.findall(message.body)
    return path


def is_in(client):
    return client.get("/accounts/").status_code == 200


def test_an_address_is_optional_and_counts_once_its_mail_was_answered(client, db, mails):
    client.post("/accounts/signup/", SIGNING_UP)
    assert is_in(client)
    address = EmailAddress.objects.get()
    assert (address.email, address.verified) == ("carol@uni.example", False)
    client.post(link_in(mails[0]))
    address.refresh_from_db()
    assert address.verified
    client.logout()
    assert client.post("/accounts/signup/", SIGNING_UP | {"username": "dora", "email": ""}).status_code == 302


def test_a_mail_server_that_is_away_keeps_nobody_out(client, db, mails, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert client.post("/accounts/signup/", SIGNING_UP).status_code == 302
    assert is_in(client)


def test_a_lost_password_is_replaced_by_mail(client, alice, mails):
    EmailAddress.objects.create(user=alice, email="alice@uni.example", verified=True, primary=True)
    alice.email = "alice@uni.example"
    alice.save()
    known, unknown = (
        client.post("/accounts/password/reset/", {"email": f"{name}@uni.example"}) for name in ("alice", "x")
    )
    assert known.url == unknown.url, "it tells nobody who has an account"
    page = client.get(link_in(mails[0]), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": LONG, "password2": LONG})
    assert client.login(username="alice", password=LONG)


def test_without_mail_the_page_says_who_can_help(client, db, settings):
    settings.CONTACT = "lab@example.org"
    assert "lab@example.org" in client.get("/accounts/password/reset/").content.decode()
    client.post("/accounts/password/reset/", {"email": "alice@uni.example"})
    assert "email" not in client.get("/accounts/signup/").context["form"].fields
    assert not mail.outbox


def test_a_site_may_take_addresses_of_certain_domains_only_and_waits_for_their_answer(client, staff, mails, settings):
    settings.MAIL_DOMAINS, settings.ACCOUNT_EMAIL_VERIFICATION = ["uni.example"], "mandatory"
    for address in ("", "carol@uni.example.org", "carol@evil.example"):
        assert client.post("/accounts/signup/", SIGNING_UP | {"email": address}).context["form"].errors.keys() == {
            "email"
        }
    client.post("/accounts/signup/", SIGNING_UP)
    assert not is_in(client)
    told = {"username": "carol", "password": LONG}
    client.post("/accounts/login/", told)
    assert not is_in(client)
    client.post(link_in(mails[0]))
    client.post("/accounts/login/", told)
    assert is_in(client)
    assert client.post("/accounts/email/", {"email": "carol@evil.example", "action_add": ""}).status_code == 200
    assert EmailAddress.objects.count() == 1


@pytest.mark.parametrize(("door", "address"), [("github/login/", "carol@uni.example"), ("oidc/orcid/login/", "")])
def test_one_signs_up_and_in_with_an_account_elsewhere(client, db, door, address, mails):
    emails = [{"email": address, "verified": True, "primary": True}] if address else []
    with stand_in.serving(site.STAND_IN, emails=emails) as asked:
        form = come_from_elsewhere(client, door)
        assert "can&#x27;t be told" not in form.content.decode()
        refused = client.post(form.request["PATH_INFO"], {"username": "house", "email": address})
        assert "name of the site" in refused.content.decode()
        client.post(form.request["PATH_INFO"], {"username": "carol", "email": address})
        assert is_in(client)
        client.logout()
        come_from_elsewhere(client, door)
        assert is_in(client)
    assert get_user_model().objects.get().username == "carol"
    assert {name: asked[0][name] for name in ("client_id", "code")} == {"client_id": "client", "code": "agreed"}
    assert not get_user_model().objects.get().has_usable_password()
    assert client.post("/accounts/delete/", {"name": "carol"}).status_code == 302


def come_from_elsewhere(client, door):
    """Press the button here, agree there, and come back."""
    there = client.post(f"/accounts/{door}").url
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back.removeprefix("http://testserver"), follow=True)


def test_a_closed_site_takes_no_new_people_from_elsewhere(client, db, settings):
    settings.SIGN_UP = "closed"
    with stand_in.serving(site.STAND_IN, emails=[]):
        come_from_elsewhere(client, "github/login/")
    assert not get_user_model().objects.exists()


def test_a_second_factor_is_asked_for_at_either_door(client, staff):
    key = "JBSWY3DPEHPK3PXP"
    row = TOTP.activate(staff, key).instance
    assert key not in str(row.data), "the database alone does not give it away"
    for door in ("/accounts/login/", "/admin/login/?next=/admin/"):
        cache.clear()
        client.logout()
        response = client.post(door, {"username": "staff", "password": "long enough too"})
        assert response.url == "/accounts/2fa/authenticate/"
        assert client.get("/admin/").status_code == 302
        assert client.post(response.url, {"code": "000000"}).status_code == 200
        client.post(response.url, {"code": format_hotp_value(hotp_value(key, next(yield_hotp_counters_from_time())))})
        assert client.get("/admin/").status_code == 200


def test_a_site_may_ask_all_administrators_for_a_second_factor(client, staff, settings):
    settings.STAFF_SECOND_FACTOR = True
    told = {"username": "staff", "password": "long enough too"}
    client.post("/accounts/login/", told)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/accounts/2fa/"
    form = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert form.request["PATH_INFO"] == "/accounts/reauthenticate/"
    form = client.post(
        "/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": told["password"]}, follow=True
    )
    assert "svg" in form.content.decode(), "a picture to scan"
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    assert client.get("/admin/").status_code == 200
