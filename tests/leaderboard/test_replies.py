"""Replies to verdicts: who may write one, who reads it first, and how it stands on the page."""

from leaderboard.models import Comment, Deed

CLAIMS, REPLY = "/tasks/imputation/claims/", "/tasks/imputation/claims/reply/"
TEXT = "Our seeds *wander*, see [here](https://example.org). <b>Bold</b><script>alert(1)</script>"


def act(staff, action, *comments):
    fields = {"action": action, "_selected_action": [comment.pk for comment in comments]}
    return staff.post("/admin/leaderboard/comment/", fields)


def test_a_reply_is_signed_read_first_and_pinned_by_an_administrator(client, alice, bob, admin_client, measured):
    measured("Hers", author=alice)
    assert client.get(REPLY).url.startswith("/accounts/login/")
    client.force_login(bob)
    assert client.post(REPLY, {"role": "method", "text": TEXT}).status_code == 422, "bob has no method here"
    assert client.post(REPLY, {"role": "site", "text": TEXT}).status_code == 422
    client.force_login(alice)
    assert "value=&quot;site" not in client.get(REPLY).content.decode()
    assert client.post(REPLY, {"role": "method", "text": TEXT}, follow=True).status_code == 200
    assert "waits for an administrator" in client.get(CLAIMS).content.decode(), "she sees her own"
    client.logout()
    assert "wander" not in client.get(CLAIMS).content.decode(), "others don't, and their page is kept"
    first = Comment.objects.get()
    act(admin_client, "show_them", first)
    page = client.get(CLAIMS).content.decode()
    assert "<strong>alice</strong>, the author of a method on this board" in page
    assert "<em>wander</em>" in page
    assert 'rel="noopener nofollow ugc"' in page
    assert "&lt;b&gt;Bold" in page, "HTML is text"
    assert "<script>alert" not in page
    admin_client.post(REPLY, {"role": "site", "text": "We reran it."})
    page = client.get(CLAIMS).content.decode()
    assert page.index("We reran it.") < page.index("wander"), "the answer is pinned"
    act(admin_client, "hide_them", first)
    assert "wander" not in client.get(CLAIMS).content.decode()
    assert set(Deed.objects.values_list("what", flat=True)) >= {"showed", "hid"}


def test_few_comments_of_one_author_wait_at_a_time(client, bob):
    client.force_login(bob)
    answers = [client.post(REPLY, {"role": "paper", "text": f"Word {number}"}).status_code for number in range(4)]
    assert answers == [302, 302, 302, 422]
