"""What papers claim, beside what was measured."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from leaderboard.api.access import WRONG
from leaderboard.api.schemas import ClaimOut
from leaderboard.boards import claims
from papers import catalogue
from papers.evidence import Claim, Comparison

router = Router()


@router.get("", response=WRONG | {200: list[ClaimOut]}, summary="Every claim of every paper beside what was measured")
def claims_of_papers(request: HttpRequest) -> list[dict[str, Any]]:
    rows = []
    for account in claims.accounts(catalogue.all_papers()):
        for item in account.verdicts:
            text = f"{item.claim.method} on {item.claim.case or 'none of the cases'}"
            numbers = {"kind": "number", "printed": item.claim.value, "measured": item.measurement}
            rows.append(claim_as_json(account, item, of=item.claim, text=text) | numbers)
        for contest in account.contests:
            numbers = {"kind": "comparison", "printed": None, "measured": contest.advantage}
            rows.append(claim_as_json(account, contest, of=contest.comparison, text=contest.comparison.text) | numbers)
    return rows


def claim_as_json(
    account: claims.Account, item: claims.Verdict | claims.Contest, *, of: Claim | Comparison, text: str
) -> dict[str, Any]:
    return {
        "paper": account.paper.slug,
        **item.board.key,
        "text": text,
        "metric": of.metric,
        "where": of.where,
        "status": of.status,
        "verdict": item.verdict,
        "side": getattr(item, "side", ""),
        "why": item.why,
        "run": item.run.pk if item.run and not item.is_by_reference else None,
        "by_reference": item.is_by_reference,
    }
