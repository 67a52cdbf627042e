"""A server that stands for MTurk's requester interface (JSON 1.1), and enforces its documented rules."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.faults import Faults, FaultyMiddleware

PAGE = 3
Body = dict[str, Any]


class RefusedError(Exception):
    pass


@dataclass
class StandIn:
    """What the stand-in holds. `paid` is one entry (assignment, hundredths) for each bonus paid."""

    faults: Faults = field(default_factory=Faults)
    hits: dict[str, Body] = field(default_factory=dict)
    assignments: dict[str, Body] = field(default_factory=dict)
    qualifications: dict[str, Body] = field(default_factory=dict)
    qualified: set[tuple[str, str]] = field(default_factory=set)
    paid: list[tuple[str, int]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def add(self, hit: str, assignment: str, worker: str) -> None:
        self.assignments[assignment] = {
            "AssignmentId": assignment,
            "HITId": hit,
            "WorkerId": worker,
            "AssignmentStatus": "Submitted",
            "Answer": "<QuestionFormAnswers><Answer><QuestionIdentifier>code</QuestionIdentifier>"
            "<FreeText>DONE-1</FreeText></Answer></QuestionFormAnswers>",
        }

    @property
    def app(self) -> Starlette:
        routes = [Route("/", self._call, methods=["POST"])]
        return Starlette(routes=routes, middleware=[Middleware(FaultyMiddleware, faults=self.faults)])

    async def _call(self, request: Request) -> Response:
        name = request.headers["x-amz-target"].rpartition(".")[2]
        handler = getattr(self, f"_{re.sub('(?<=[a-z])(?=[A-Z])', '_', name).lower()}")
        try:
            answer = handler(await request.json())
        except RefusedError as error:
            refusal = {"__type": "RequestError", "Message": str(error), "message": str(error)}
            return JSONResponse(refusal, 400)
        return JSONResponse(answer)

    def _create_hit(self, body: Body) -> Body:
        token = body["UniqueRequestToken"]
        if token in self.tokens:
            raise RefusedError(f"a HIT was made with this token already: {self.tokens[token]}")
        if not re.fullmatch(r"\d+\.\d\d", body["Reward"]) or not body["MaxAssignments"] >= 1:
            raise RefusedError("the reward or the number of assignments is not valid")
        if "2006-07-14/ExternalQuestion.xsd" not in body["Question"]:
            raise RefusedError("the question does not follow its schema")
        for one in body["QualificationRequirements"]:
            if one["QualificationTypeId"] not in self.qualifications:
                raise RefusedError("no such qualification")
        number = f"HIT{len(self.hits) + 1}"
        self.hits[number] = {
            **body,
            "HITId": number,
            "HITStatus": "Assignable",
            "Expiration": time.time() + body["LifetimeInSeconds"],
        }
        self.tokens[token] = number
        return {"HIT": self.hits[number]}

    def _hit(self, body: Body) -> Body:
        if body["HITId"] not in self.hits:
            raise RefusedError("no such HIT")
        return self.hits[body["HITId"]]

    def _get_hit(self, body: Body) -> Body:
        return {"HIT": self._hit(body)}

    def _list_hits(self, body: Body) -> Body:
        return {"HITs": list(self.hits.values())}

    def _update_expiration_for_hit(self, body: Body) -> Body:
        self._hit(body)["Expiration"] = body["ExpireAt"]
        return {}

    def _create_additional_assignments_for_hit(self, body: Body) -> Body:
        token = body["UniqueRequestToken"]
        if token in self.tokens:
            raise RefusedError("these assignments were added already")
        self.tokens[token] = body["HITId"]
        self._hit(body)["MaxAssignments"] += body["NumberOfAdditionalAssignments"]
        return {}

    def _list_assignments_for_hit(self, body: Body) -> Body:
        start = int(body.get("NextToken") or 0)
        rows = [one for one in self.assignments.values() if one["HITId"] == body["HITId"]]
        more = {"NextToken": str(start + PAGE)} if len(rows) > start + PAGE else {}
        return {"Assignments": rows[start : start + PAGE], **more}

    def _assignment(self, body: Body) -> Body:
        if body["AssignmentId"] not in self.assignments:
            raise RefusedError("no such assignment")
        return self.assignments[body["AssignmentId"]]

    def _get_assignment(self, body: Body) -> Body:
        return {"Assignment": self._assignment(body)}

    def _approve_assignment(self, body: Body) -> Body:
        self._judge(body, "Approved")
        return {}

    def _reject_assignment(self, body: Body) -> Body:
        if not body["RequesterFeedback"]:
            raise RefusedError("feedback is required")
        self._judge(body, "Rejected")
        return {}

    def _judge(self, body: Body, status: str) -> None:
        assignment = self._assignment(body)
        if assignment["AssignmentStatus"] != "Submitted":
            raise RefusedError("this assignment is not submitted")
        assignment["AssignmentStatus"] = status

    def _send_bonus(self, body: Body) -> Body:
        if self._assignment(body)["WorkerId"] != body["WorkerId"]:
            raise RefusedError("this assignment is another worker's")
        if body["UniqueRequestToken"] in self.tokens:
            raise RefusedError("this bonus was sent already")
        self.tokens[body["UniqueRequestToken"]] = body["AssignmentId"]
        self.paid.append((body["AssignmentId"], round(float(body["BonusAmount"]) * 100)))
        return {}

    def _list_bonus_payments(self, body: Body) -> Body:
        paid = [amount for assignment, amount in self.paid if assignment == body["AssignmentId"]]
        return {"BonusPayments": [{"BonusAmount": f"{amount / 100:.2f}"} for amount in paid]}

    def _create_qualification_type(self, body: Body) -> Body:
        if any(one["Name"] == body["Name"] for one in self.qualifications.values()):
            raise RefusedError("you have a qualification of this name already")
        number = f"QUAL{len(self.qualifications) + 1}"
        self.qualifications[number] = {**body, "QualificationTypeId": number}
        return {"QualificationType": self.qualifications[number]}

    def _list_qualification_types(self, body: Body) -> Body:
        return {"QualificationTypes": list(self.qualifications.values())}

    def _associate_qualification_with_worker(self, body: Body) -> Body:
        self.qualified.add((body["QualificationTypeId"], body["WorkerId"]))
        return {}
