"""A site whose accounts are taken here, as GitHub and ORCID answer: OAuth 2, and OpenID Connect with its discovery."""

import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import flask
from werkzeug.serving import make_server

PERSON = {"id": 7, "login": "carol", "sub": "0000-0002-1825-0097", "name": "Carol"}


@contextmanager
def serving(url, *, emails):
    """Answer at url until the block ends. Yields what the token's address was asked with."""
    app, asked = flask.Flask("stand-in"), []

    @app.get("/login/oauth/authorize")
    @app.get("/oauth/authorize")
    def authorize():
        """Carol agrees at once."""
        given = flask.request.args
        return flask.redirect(f"{given['redirect_uri']}?code=agreed&state={given['state']}")

    @app.post("/login/oauth/access_token")
    @app.post("/oauth/token")
    def token():
        asked.append(flask.request.form.to_dict())
        return {"access_token": "theirs", "token_type": "bearer"}

    @app.get("/api/v3/user")
    @app.get("/oauth/userinfo")
    def user():
        assert flask.request.headers["Authorization"].endswith(" theirs")
        return PERSON

    @app.get("/api/v3/user/emails")
    def addresses():
        return flask.jsonify(emails)

    @app.get("/.well-known/openid-configuration")
    def discovery():
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {"issuer": url} | {f"{name}_endpoint": f"{url}/oauth/{path}" for name, path in ends.items()}

    server = make_server("127.0.0.1", urlsplit(url).port, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
