"""The forms: submitting a method, and signing up."""

import math
from typing import Any

import redis
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.core.validators import URLValidator
from django.db import transaction

from leaderboard.models import TIER_CHOICES, Change, Run, Submission
from leaderboard.running.runs import start_run
from leaderboard.submitting.adapters import check_mail_domain
from leaderboard.submitting.names import clean_method_name, clean_user_name
from leaderboard.submitting.quota import QuotaUsed, take
from leaderboard.submitting.rates import TOO_MANY_REFUSED, are_refused_too_often, count_refused
from leaderboard.submitting.uploads import UploadError, check_size, read_upload, store_code, turn
from papers.task import Task
from runners import presence
from runners.sources import Source

WEB = URLValidator(schemes=["http", "https"])
READERS = (
    (True, "Everybody: it stands on its page and can be downloaded."),
    (False, "Only I, and this site's administrators: everybody else sees name and scores."),
)


def readers_field() -> forms.TypedChoiceField:
    """Who will see the code: a choice that nobody makes for an author."""
    return forms.TypedChoiceField(
        label="Who may read the code",
        choices=READERS,
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who may read the code."},
        help_text="It can be changed later. Scores, ranks and costs are public either way.",
    )


def isolation_refusal() -> str:
    """Why uploads can't be run safely now, and the remedy; "" where they can, or where nobody is there to ask."""
    try:
        workers = presence.present()
    except redis.exceptions.RedisError:
        return ""
    if not workers or any(worker.isolation_ok for worker in workers):
        return ""
    return f"Uploads are refused: the workers can't isolate them. {workers[0].reason} {workers[0].remedy}"


class SubmissionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One file for one task. `save` stores the code, makes the submission and queues its run."""

    file = forms.FileField(
        label="Method", help_text="One .py file, or a .zip with it at the root.", allow_empty_file=True
    )
    tier = forms.ChoiceField(choices=TIER_CHOICES, initial="quick", required=False)
    paper_url = forms.URLField(label="Paper (URL)", required=False, max_length=200, assume_scheme="https")
    code_url = forms.URLField(label="Code (URL)", required=False, max_length=200, assume_scheme="https")
    code_is_public = readers_field()

    class Meta:
        model = Submission
        fields = ["name", "description", "paper_url", "code_url", "claimed_value", "code_is_public"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "name": "Name",
            "claimed_value": "Claimed value",
        }

    field_order = ["name", "file", "code_is_public", "tier", "description", "paper_url", "code_url", "claimed_value"]

    def __init__(self, *args: Any, task: Task, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task, self.user = task, user
        self.upload = Source("", b"")
        self.fields["name"].help_text = "As it should stand on the board."
        self.fields["claimed_value"].help_text = f"What you expect: {task.primary.label}. Shown beside the measurement."
        for name in ("paper_url", "code_url"):
            self.fields[name].validators = [WEB]

    def clean(self) -> dict[str, Any]:
        """Refuse uploads while no living worker can isolate them; without any worker they wait."""
        if refusal := isolation_refusal():
            raise forms.ValidationError(refusal, code="isolation")
        return self.cleaned_data

    def clean_name(self) -> str:
        return clean_method_name(self.cleaned_data["name"], task=self.task, user=self.user)

    def clean_claimed_value(self) -> float | None:
        value: float | None = self.cleaned_data["claimed_value"]
        if value is not None and not math.isfinite(value):
            raise forms.ValidationError("Enter a finite number.")
        return value

    def clean_tier(self) -> str:
        return self.cleaned_data["tier"] or "quick"

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if are_refused_too_often(self.user):
            raise forms.ValidationError(TOO_MANY_REFUSED, code="refused too often")
        try:
            check_size(file.name, file.size)
            with turn(self.user.pk):
                self.upload = read_upload(file.name, file.read(), self.task)
        except UploadError as error:
            if error.code != "busy":  # which others keep us
                count_refused(self.user)
            raise forms.ValidationError(error.message, code=error.code) from None
        return file

    def save(self, commit: bool = True) -> Run:
        """Store, submit and queue. Raises ValidationError where the quota is used up or the same code was sent before."""
        try:
            sha256 = store_code(self.upload.code)
        except UploadError as error:
            raise forms.ValidationError({"file": error.message}) from None
        with transaction.atomic():
            try:
                take(self.user)
            except QuotaUsed as refusal:
                raise forms.ValidationError(str(refusal), code="quota") from None
            tier = self.cleaned_data["tier"]
            earlier = Submission.objects.filter(
                task=self.task.slug, author=self.user, code_sha256=sha256, runs__tier=tier, withdrawn=None
            )
            if same := earlier.first():
                raise forms.ValidationError(sent_before(same, tier), code="duplicate")
            submission: Submission = super().save(commit=False)
            submission.task, submission.author, submission.code_sha256 = self.task.slug, self.user, sha256
            submission.save()
            return start_run(submission, tier=tier, requester=self.user)


def sent_before(same: Submission, tier: str) -> str:
    """What to do with code that stands already. One query."""
    run = same.runs.filter(tier=tier).latest("pk")
    return (
        f"You sent the same code before, as “{same.name}”. Run it again on its page, {same.get_absolute_url()}, "
        f"or by `claimcheck rerun {run.pk}`."
    )


class EditForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an author may say of an entry later; code and numbers stay what they are."""

    paper_url = forms.URLField(
        label="Paper (URL)", required=False, max_length=200, assume_scheme="https", validators=[WEB]
    )
    code_url = forms.URLField(
        label="Code (URL)", required=False, max_length=200, assume_scheme="https", validators=[WEB]
    )
    code_is_public = readers_field()

    class Meta:
        model = Submission
        fields = ["name", "description", "paper_url", "code_url", "code_is_public"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def save(self, commit: bool = True) -> Submission:
        """With a note of the change: the name stands on the board."""
        with transaction.atomic():
            Change.note(self.instance.task)
            return super().save(commit)  # type: ignore[no-any-return]

    def clean_name(self) -> str:
        entry = self.instance
        return clean_method_name(self.cleaned_data["name"], task=entry.card, user=entry.author)


class DeleteAccountForm(forms.Form):
    """The password once more: whoever sits at an open session is not thereby the owner. Who has none types the name."""

    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    name = forms.CharField(label="Your name here")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        del self.fields["name" if user.has_usable_password() else "password"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.user.get_username():
            raise forms.ValidationError("That is not your name.")
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("That is not your password.")
        return password


def hidden_field() -> forms.BooleanField:
    return forms.BooleanField(
        label="Show me to others by a pseudonym, until I choose otherwise",
        required=False,
        help_text="For blind review. This site draws the pseudonym; its administrators know who you are. "
        "Links, descriptions and public code that you send may still tell it.",
    )


class NameForm(forms.Form):
    """By which name others know an author."""

    is_hidden = hidden_field()


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]
    """A name and a password. An address only where the site can send mail, and of those who like, or of certain domains."""

    email = forms.EmailField(label="E-mail", required=False)
    is_hidden = hidden_field()

    class Meta:
        model = get_user_model()
        fields = ["username"]

    field_order = ["username", "email", "password1", "password2", "is_hidden"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = bool(settings.MAIL_DOMAINS)
        self.fields["email"].help_text = "For a lost password, and for what you ask to be told. Shown to nobody."
        if not settings.HAS_MAIL:
            del self.fields["email"]

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        if address:
            check_mail_domain(address)
        return address

    def clean_username(self) -> str:
        name: str | None = super().clean_username()  # None where it is wrong already
        return clean_user_name(name) if name else ""
