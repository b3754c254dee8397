"""The page of the API, within the site's frame: made from the same description that programs read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

METHODS = ("get", "post", "put", "patch", "delete")
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A parameter that a call takes, or a part of what it answers."""

    name: str
    place: str  # "path", "query", "form"; "" of an answer
    kind: str
    is_required: bool
    default: Any = None


@dataclass(frozen=True)
class Call:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    fields: list[Field]
    answers: list[tuple[str, str, str]]  # status, what that means, the shape
    token: str  # "needed", "taken", ""


class Docs(DocsBase):
    """What the API gives its own address `docs/`."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        described = api.get_openapi_schema()
        shapes = described["components"]["schemas"]
        context = {
            "api": api,
            "calls": list(calls(described["paths"])),
            "shapes": [(name, list(fields_of(shape))) for name, shape in sorted(shapes.items())],
            "described_at": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api_docs.html", context)


def calls(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[Call]:
    for path, operations in paths.items():
        for method in METHODS:
            if operation := operations.get(method):
                yield Call(
                    anchor=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=operation["summary"],
                    fields=[*parameters(operation), *body(operation)],
                    answers=list(answers(operation)),
                    token=token(operation),
                )


def token(operation: Schema) -> str:
    """Whether a call needs one: what refuses strangers does."""
    if "security" not in operation:
        return ""
    return "needed" if any(int(status) == 401 for status in operation["responses"]) else "taken"


def parameters(operation: Schema) -> Iterator[Field]:
    for one in operation.get("parameters", ()):
        shape = one["schema"]
        yield Field(one["name"], one["in"], kind(shape), one.get("required", False), shape.get("default"))


def body(operation: Schema) -> Iterator[Field]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from fields_of(content["schema"], place="form")


def fields_of(shape: Schema, *, place: str = "") -> Iterator[Field]:
    required = shape.get("required", ())
    for name, part in shape.get("properties", {}).items():
        yield Field(name, place, kind(part), name in required, part.get("default"))


def answers(operation: Schema) -> Iterator[tuple[str, str, str]]:
    for status, answer in sorted((str(status), answer) for status, answer in operation["responses"].items()):
        shapes = [kind(content.get("schema", {})) for content in answer.get("content", {}).values()]
        yield status, answer["description"], shapes[0] if shapes else ""


def kind(shape: Schema) -> str:
    """A type in words: "string", "list of Row", "number or null"."""
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if "anyOf" in shape:
        return " or ".join(kind(part) for part in shape["anyOf"])
    if shape.get("type") == "array":
        return f"list of {kind(shape.get('items', {}))}"
    return "file" if shape.get("format") == "binary" else str(shape.get("format") or shape.get("type") or "any")
