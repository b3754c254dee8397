"""The API against its own description: generated requests, and what comes back must be what is described."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leaderboard.models import ApiToken
from leaderboard.wsgi import application

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture
def kept_connection(db):
    """The application closes its connection after each request; here that is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(kept_connection, measured, alice, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.QUOTA_PER_DAY = 5
    mine = measured("Mine", 0.5, author=alice)
    measured("House", 0.4)
    loaded = schemathesis.openapi.from_wsgi("/api/openapi.json", app=application)
    loaded.token = ApiToken.issue(alice, "schemathesis")[1]
    loaded.there = {"task": "imputation", "submission": mine.pk, "run": mine.runs.get().pk}
    return loaded


OPERATIONS = [
    ("GET", "/api/v1/tasks"),
    ("GET", "/api/v1/tasks/{task}"),
    ("GET", "/api/v1/tasks/{task}/leaderboard"),
    ("GET", "/api/v1/runs/{run}"),
    ("GET", "/api/v1/runs/{run}/state"),
    ("GET", "/api/v1/runs/{run}/log"),
    ("POST", "/api/v1/runs/{run}/cancel"),
    ("GET", "/api/v1/claims"),
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/submissions"),
    ("POST", "/api/v1/submissions"),
    ("GET", "/api/v1/submissions/{submission}"),
    ("GET", "/api/v1/submissions/{submission}/code"),
    ("POST", "/api/v1/submissions/{submission}/runs"),
]


def test_every_operation_is_tried(schema):
    described = {(method.upper(), path) for path, methods in schema.raw_schema["paths"].items() for method in methods}
    assert described == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{method} {path}" for method, path in OPERATIONS])
@pytest.mark.parametrize("with_token", [True, False], ids=["token", "anonymous"])
def test_answers_are_as_described(schema, method, path, with_token):
    token = schema.token if with_token else "wrong"
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}  # its WSGI client unpacks nothing
    tried = []

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy())
    def try_one(case):
        tried.append(case)
        if len(tried) % 2:  # what is there, too
            case.path_parameters = {name: schema.there[name] for name in case.path_parameters}
        case.call_and_validate(headers=headers, checks=list(CHECKS))

    try_one()
    assert tried


def test_the_answer_to_an_unknown_parameter_is_described_for_every_call(client, db):
    for path, calls in client.get("/api/openapi.json").json()["paths"].items():
        for call, told in calls.items():
            assert "422" in told["responses"], f"{call} {path}"
