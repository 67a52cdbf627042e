"""A server that stands for Prolific's interface, and enforces its documented rules."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.faults import Faults, FaultyMiddleware

TOKEN = "prolific-test-token"
PAGE = 3  # however many are asked for, so that every list has several pages
STUDY_MOVES = {
    "PUBLISH": ({"UNPUBLISHED"}, "ACTIVE"),
    "PAUSE": ({"ACTIVE"}, "PAUSED"),
    "START": ({"PAUSED"}, "ACTIVE"),
    "STOP": ({"ACTIVE", "PAUSED"}, "AWAITING REVIEW"),
}
CATEGORIES = {
    "TOO_QUICKLY", "TOO_SLOWLY", "FAILED_INSTRUCTIONS", "INCOMP_LONGITUDINAL", "FAILED_CHECK", "LOW_EFFORT",
    "MALINGERING", "NO_CODE", "BAD_CODE", "NO_DATA", "UNSUPP_DEVICE", "OTHER",
}  # fmt: skip
REQUIRED = {
    "name", "description", "external_study_url", "prolific_id_option", "completion_codes",
    "total_available_places", "estimated_completion_time", "reward",
}  # fmt: skip


@dataclass
class StandIn:
    """What the stand-in holds. `paid` is one entry (submission, hundredths) for each payment made."""

    faults: Faults = field(default_factory=Faults)
    studies: dict[str, dict[str, Any]] = field(default_factory=dict)
    visits: dict[str, dict[str, Any]] = field(default_factory=dict)
    bulk: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    paid: list[tuple[str, int]] = field(default_factory=list)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    jwks: dict[str, Any] = field(default_factory=lambda: {"keys": []})
    jwks_asked: int = 0

    def add(self, submission: str, study: str, person: str, status: str, code: str | None = None) -> None:
        self.visits[submission] = {
            "id": submission,
            "study_id": study,
            "participant_id": person,
            "status": status,
            "study_code": code,
        }

    @property
    def app(self) -> Starlette:
        api = "/api/v1"
        routes = [
            Route(f"{api}/studies/", self._studies, methods=["GET"]),
            Route(f"{api}/studies/", self._create, methods=["POST"]),
            Route(f"{api}/studies/{{id}}/", self._study, methods=["GET", "PATCH"]),
            Route(f"{api}/studies/{{id}}/transition/", self._move, methods=["POST"]),
            Route(f"{api}/studies/{{id}}/submissions/", self._submissions),
            Route(f"{api}/submissions/bonus-payments/", self._prepare, methods=["POST"]),
            Route(f"{api}/submissions/{{id}}/", self._submission),
            Route(f"{api}/submissions/{{id}}/transition/", self._judge, methods=["POST"]),
            Route(f"{api}/bulk-bonus-payments/{{id}}/pay/", self._pay, methods=["POST"]),
            Route(f"{api}/hooks/subscriptions/", self._subscribe, methods=["POST"]),
            Route(f"{api}/hooks/subscriptions/{{id}}/", self._confirm, methods=["POST"]),
            Route("/.well-known/study/jwks.json", self._jwks),
        ]
        return Starlette(routes=routes, middleware=[Middleware(FaultyMiddleware, faults=self.faults)])

    async def _studies(self, request: Request) -> Response:
        return _allowed(request) or self._page(request, list(self.studies.values()))

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> Response:
        number = int(request.query_params.get("page", "1"))
        part = rows[(number - 1) * PAGE : number * PAGE]
        more = len(rows) > number * PAGE
        following = str(request.url.include_query_params(page=number + 1)) if more else None
        return JSONResponse({"results": part, "_links": {"next": {"href": following}}})

    async def _create(self, request: Request) -> Response:
        if refused := _allowed(request):
            return refused
        body = await request.json()
        if missing := REQUIRED - body.keys():
            return _error(400, f"missing: {', '.join(sorted(missing))}")
        codes = [code["code"] for code in body["completion_codes"]]
        if not codes or len(set(codes)) != len(codes):
            return _error(400, "each completion code must be unique within a study")
        if body["reward"] <= 0 or not isinstance(body["reward"], int):
            return _error(400, "the reward must be a whole number of cents above 0")
        if "{{%SESSION_ID%}}" not in body["external_study_url"]:
            return _error(400, "the address does not carry the ids")
        study = {**body, "id": f"study{len(self.studies) + 1}", "status": "UNPUBLISHED"}
        self.studies[study["id"]] = study
        return JSONResponse(study, 201)

    async def _study(self, request: Request) -> Response:
        study = self.studies.get(request.path_params["id"])
        if refused := _allowed(request) or _known(study):
            return refused
        assert study is not None
        if request.method == "PATCH":
            body = await request.json()
            if set(body) != {"total_available_places"} and study["status"] != "UNPUBLISHED":
                return _error(400, "only places can be changed once a study is published")
            if body["total_available_places"] < study["total_available_places"]:
                return _error(400, "the number of places can only be increased")
            study.update(body)
        return JSONResponse(study)

    async def _move(self, request: Request) -> Response:
        study = self.studies.get(request.path_params["id"])
        if refused := _allowed(request) or _known(study):
            return refused
        assert study is not None
        action = (await request.json())["action"]
        before, after = STUDY_MOVES.get(action, (set(), ""))
        if study["status"] not in before:
            return _error(400, f"cannot {action} a study that is {study['status']}")
        study["status"] = after
        return JSONResponse(study)

    async def _submissions(self, request: Request) -> Response:
        study = request.path_params["id"]
        if refused := _allowed(request) or _known(self.studies.get(study)):
            return refused
        return self._page(request, [visit for visit in self.visits.values() if visit["study_id"] == study])

    async def _submission(self, request: Request) -> Response:
        visit = self.visits.get(request.path_params["id"])
        if refused := _allowed(request) or _known(visit):
            return refused
        assert visit is not None
        listed = {
            name: value for name, value in visit.items() if name not in ("participant_id", "study_code")
        }
        bonuses = [amount for submission, amount in self.paid if submission == visit["id"]]
        details = {"participant": visit["participant_id"], "entered_code": visit["study_code"]}
        return JSONResponse({**listed, **details, "bonus_payments": bonuses})

    async def _judge(self, request: Request) -> Response:
        visit = self.visits.get(request.path_params["id"])
        if refused := _allowed(request) or _known(visit):
            return refused
        assert visit is not None
        body = await request.json()
        after = {"APPROVE": "APPROVED", "REJECT": "REJECTED"}[body["action"]]
        if after == "REJECTED":
            if len(body.get("message", "")) < 100:
                return _error(400, "the message must be at least 100 characters long")
            if body.get("rejection_category") not in CATEGORIES:
                return _error(400, "rejection_category is not known")
        if visit["status"] not in ("AWAITING REVIEW", after):
            return _error(400, f"cannot {body['action']} a submission that is {visit['status']}")
        visit["status"] = after
        return JSONResponse(visit)

    async def _prepare(self, request: Request) -> Response:
        body = await request.json()
        if refused := _allowed(request) or _known(self.studies.get(body["study_id"])):
            return refused
        rows = [line.split(",") for line in body["csv_bonuses"].splitlines()]
        if any(visit not in self.visits for visit, _amount in rows):
            return _error(400, "a submission of the list is not known")
        number = f"bulk{len(self.bulk) + 1}"
        self.bulk[number] = [(visit, round(float(amount) * 100)) for visit, amount in rows]
        return JSONResponse({"id": number, "study": body["study_id"]}, 201)

    async def _pay(self, request: Request) -> Response:
        """As documented: not idempotent."""
        bulk = self.bulk.get(request.path_params["id"])
        if refused := _allowed(request) or _known(bulk):
            return refused
        assert bulk is not None
        self.paid += bulk
        return JSONResponse({}, 202)

    async def _subscribe(self, request: Request) -> Response:
        if refused := _allowed(request):
            return refused
        body = await request.json()
        if not body["target_url"].startswith("https://"):
            return _error(400, "target_url must use https")
        number = f"hook{len(self.subscriptions) + 1}"
        self.subscriptions[number] = {
            **body,
            "id": number,
            "secret": f"of-{number}",
            "is_enabled": False,
        }
        return JSONResponse({"id": number}, 201, {"X-Hook-Secret": f"of-{number}"})

    async def _confirm(self, request: Request) -> Response:
        hook = self.subscriptions.get(request.path_params["id"])
        if refused := _allowed(request) or _known(hook):
            return refused
        assert hook is not None
        if (await request.json()).get("secret") != hook["secret"]:
            return _error(400, "the secret is wrong")
        hook["is_enabled"] = True
        return JSONResponse({"id": hook["id"], "is_enabled": True})

    async def _jwks(self, _request: Request) -> Response:
        self.jwks_asked += 1
        return JSONResponse(self.jwks)


def _allowed(request: Request) -> Response | None:
    if request.headers.get("authorization") != f"Token {TOKEN}":
        return _error(401, "the token is not valid")
    return None


def _known(found: object) -> Response | None:
    return _error(404, "not found") if found is None else None


def _error(status: int, detail: str) -> Response:
    return JSONResponse({"error": {"status": status, "title": "Bad request", "detail": detail}}, status)


def webhook(
    secret: str, event_id: str, submission: str, status: str, *, at: float | None = None
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a call that says what became of a submission."""
    timestamp = str(int(time.time() if at is None else at))
    event = {"event_type": "submission.status.change", "resource_id": submission, "status": status}
    body = json.dumps(event).encode()
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    headers = {
        "X-Prolific-Request-Signature": base64.b64encode(digest).decode(),
        "X-Prolific-Request-Timestamp": timestamp,
        "X-Event-ID": event_id,
        "Content-Type": "application/json",
    }
    return body, headers
