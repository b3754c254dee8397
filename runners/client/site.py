"""A site as a program meets it: its API, and in a sentence what to do where that does not answer as it should."""

from collections.abc import Iterator
from http import HTTPStatus
from importlib import metadata
from typing import Any

import requests
from requests.auth import AuthBase

from runners.client.showing import harmless
from runners.commands.exits import SiteRefused

CONNECT_SECONDS, ANSWER_SECONDS = 10, 120
PER_PAGE = 200


class Away(SiteRefused):
    """The site does not answer now: it may a moment later."""


class Bearer(AuthBase):
    """The token, if there is one; given as the request's own, so that no other password of this machine is sent."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Site:
    """Asks one site. Raises Away, SiteRefused."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url, token
        self._session = requests.Session()
        self._session.auth = Bearer(token)
        self._session.headers["User-Agent"] = f"claimcheck/{version()}"

    def get(self, path: str, **parameters: Any) -> Any:
        """What the API says: JSON. path: below /api/v1/."""
        return self._json("GET", f"/api/v1/{path}", params=parameters)

    def post(self, path: str, **options: Any) -> Any:
        return self._json("POST", f"/api/v1/{path}", **options)

    def text(self, path: str, **parameters: Any) -> str:
        """What a page that is no JSON says. path: of the site."""
        return self._ask("GET", path, params=parameters).text

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list that comes in pages."""
        number = 1
        while True:
            page = self.get(path, page=number, per_page=PER_PAGE, **parameters)
            yield from page["results"]
            if not page["next"]:
                return
            number += 1

    def _json(self, method: str, path: str, **options: Any) -> Any:
        response = self._ask(method, path, **options)
        try:
            return response.json()
        except requests.exceptions.JSONDecodeError:
            raise SiteRefused(f"{self.url} answers, but not as a Claimcheck site does: is the address right?") from None

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            response = self._session.request(
                method, self.url + path, timeout=(CONNECT_SECONDS, ANSWER_SECONDS), allow_redirects=False, **options
            )
        except requests.exceptions.SSLError as error:
            raise SiteRefused(
                f"the certificate of {self.url} can't be trusted ({cause(error)}). Where the site has an authority of its own, "
                "name that authority's file in REQUESTS_CA_BUNDLE."
            ) from None
        except requests.exceptions.Timeout:
            raise Away(f"{self.url} took too long to answer: try again in a minute.") from None
        except requests.exceptions.RequestException as error:
            raise Away(f"{self.url} does not answer ({cause(error)}): is it up, and the address right?") from None
        if not response.ok or response.is_redirect:
            raise self._refusal(response)
        return response

    def _refusal(self, response: requests.Response) -> SiteRefused:
        """What is wrong, and what to do."""
        status, said = response.status_code, message(response)
        if response.is_redirect:
            target = response.headers["Location"].partition("/api/")[0]
            return SiteRefused(f"{self.url} sends elsewhere: use --site {harmless(target)}")
        if status == HTTPStatus.UNAUTHORIZED or (status == HTTPStatus.NOT_FOUND and self._knows_no_token()):
            return SiteRefused(f"{self.url} does not know your token (revoked?): `claimcheck login --site {self.url}`")
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return SiteRefused(f"{self.url} takes no file of this size: {said or 'send less than 1 MiB of code'}")
        if status == HTTPStatus.SERVICE_UNAVAILABLE or status >= HTTPStatus.BAD_GATEWAY:
            return Away(said or f"{self.url} can't answer now ({status}): try again in a minute.")
        return SiteRefused(said or f"{self.url} answers {status}, and not as a Claimcheck site does.")

    def _knows_no_token(self) -> bool:
        """Whether a token was sent that the site does not know: what is its owner's alone looks missing then."""
        if not self.token:
            return False
        me = self._session.get(f"{self.url}/api/v1/me", timeout=CONNECT_SECONDS, allow_redirects=False)
        return me.status_code == HTTPStatus.UNAUTHORIZED


def message(response: requests.Response) -> str:
    """The site's own words, a line for each field; "" where there are none."""
    try:
        errors = response.json()["errors"]
        told = [f"{each['field']}: {each['message']}" if each["field"] else each["message"] for each in errors]
    except (requests.exceptions.JSONDecodeError, KeyError, TypeError):
        return ""
    return harmless("\n".join(told))


def cause(error: BaseException) -> str:
    """The last words of an error of the network, without the objects that it names."""
    innermost: BaseException = error
    while innermost.__context__ is not None:
        innermost = innermost.__context__
    return str(getattr(innermost, "strerror", None) or getattr(innermost, "reason", None) or type(innermost).__name__)


def version() -> str:
    try:
        return metadata.version("claimcheck")
    except metadata.PackageNotFoundError:  # a checkout that is not installed
        return "checkout"
