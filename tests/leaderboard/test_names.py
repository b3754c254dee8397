"""Who and what may be called how: the site's own, what can't be seen, and what can't be told apart."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from leaderboard.models import Submission
from leaderboard.submitting.forms import SignUpForm
from leaderboard.submitting.names import clean_method_name
from papers import catalogue
from tests.leaderboard.test_pages import BOARD
from tests.leaderboard.test_submitting import upload

TASK = catalogue.task("imputation")


@pytest.mark.parametrize(
    ("name", "stands_as"),
    [
        ("EM", "EM"),
        ("Mean\u00a0net", "Mean net"),
        ("\u5e73\u5747", "\u5e73\u5747"),
        ("\u5e73\u5747\u3000\u6cd5", "\u5e73\u5747 \u6cd5"),
        ("\u0645\u06cc\u200c\u0627\u0646\u06af\u06cc\u0646",) * 2,
        ("\U0001f469\u200d\U0001f52c net",) * 2,
        ("\u2764\ufe0f net",) * 2,
        ("Cafe\u0301", "Caf\u00e9"),
        ("\u03b1-GAN",) * 2,
        ("\u03bcP",) * 2,
        ("\u30c7\u30fc\u30bf\u62e1\u5f35",) * 2,
        ("\u043d\u0430\u0438\u0432\u043d\u044b\u0439",) * 2,
    ],
)
def test_a_name_that_can_be_read_is_taken(alice, name, stands_as):
    assert clean_method_name(name, task=TASK, user=alice) == stands_as


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x", "at least 2 characters"),
        ("...", "a letter or a digit"),
        ("zero\u200bwidth", r"Take out U\+200B ZERO WIDTH SPACE: it can't be seen"),
        ("left\u202eright", r"U\+202E RIGHT-TO-LEFT OVERRIDE"),
        ("ab\u200dcd", r"U\+200D ZERO WIDTH JOINER"),
        ("\u3164\u3164", r"U\+3164 HANGUL FILLER"),
        ("z" + "\u0301" * 9, "one mark too many"),
        ("tab\x07bell", "U\\+0007 without a name: it can't be seen"),
        ("G\u0410IN", "“G\u0410IN” mixes Cyrillic letters with Latin ones that look alike"),
        ("house", "site's own"),
        ("H0USE", "site's own"),
        ("_House_", "site's own"),
        ("C1aimcheck", "site's own"),
    ],
)
def test_any_other_name_is_refused_by_what_is_wrong_with_it(alice, name, said):
    with pytest.raises(ValidationError, match=said) as caught:
        clean_method_name(name, task=TASK, user=alice)
    assert caught.value.messages[0].isprintable()


def test_a_method_can_be_told_apart_from_those_of_others_on_its_board(measured, alice, bob):
    measured("GAIN")
    measured("Trees 10", author=bob)
    for name, whose in (("gain", "house"), ("GA1N", "house"), ("Trees lO", "bob"), ("trees 10", "bob")):
        with pytest.raises(ValidationError, match=f"can't be told apart from “.*” by {whose}"):
            clean_method_name(name, task=TASK, user=alice)
    assert clean_method_name("Trees 10", task=TASK, user=bob) == "Trees 10", "his own, in another version"
    assert clean_method_name("GAIN", task=catalogue.task("defence"), user=alice) == "GAIN"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("house", "site's own"),
        ("h\u043euse", "mixes Cyrillic letters with Latin"),
        ("HOUSE", "site's own"),
        ("adm1n", "site's own"),
        ("admln", "site's own"),
        ("..", "a letter or a digit"),
        ("@@@", "a letter or a digit"),
        ("\u1160\u1160\u1160", "can't be seen"),
        ("A1ice", "can't be told apart from “alice”"),
        ("ali", None),
        ("\u0438\u0432\u0430\u043d", None),
        ("Alice", "already exists"),
        ("bi11", "can't be told apart from “bill”"),
    ],
)
def test_people_are_told_apart_from_the_site_and_from_each_other(alice, name, said):
    get_user_model().objects.create_user("bill")
    form = SignUpForm({"username": name, "password1": "long-and-odd-9", "password2": "long-and-odd-9"})
    assert form.is_valid() is (said is None), form.errors
    assert (said or "") in str(form.errors).replace("&#x27;", "'")


def test_house_methods_are_told_by_a_field_of_their_own(client, measured, alice):
    measured("GAIN")
    measured("Mine", author=alice)
    rows = client.get("/api/v1/tasks/imputation/leaderboard").json()["results"]
    assert {row["method"]: row["is_house"] for row in rows} == {"GAIN": True, "Mine": False}
    assert [row["name"] for row in client.get("/api/v1/submissions?author=house").json()["results"]] == ["GAIN"]


def test_the_form_says_what_is_wrong_with_a_name(client, alice):
    client.force_login(alice)
    response = client.post(BOARD + "submit/", {"name": "zero\u200bwidth", "file": upload()})
    assert "Take out U+200B ZERO WIDTH SPACE" in response.content.decode()
    assert client.post(BOARD + "submit/", {"name": "EM", "file": upload(), "code_is_public": "True"}).status_code == 302
    assert Submission.objects.get().name == "EM"
