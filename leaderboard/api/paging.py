"""Long lists, in pages."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


def one_page(
    request: HttpRequest, rows: QuerySet[Any], *, page: int, per_page: int, as_json: Callable[[Any], Any]
) -> dict[str, Any]:
    """One page of rows with the addresses of its neighbours. Two queries."""
    count, first = rows.count(), (page - 1) * per_page

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

    return {
        "count": count,
        "next": address(page + 1) if first + per_page < count else None,
        "previous": address(page - 1) if page > 1 else None,
        "results": [as_json(row) for row in rows[first : first + per_page]],
    }
