"""How the ZGW server says no: problem+json as a real Open Zaak writes it, and HTML where Django answers."""

from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

TITLES = {
    "PermissionDenied": "Je hebt geen toestemming om deze actie uit te voeren.",
    "NotFound": "Niet gevonden.",
    "NotAcceptable": "Kan niet voldoen aan de opgegeven Accept header.",
    "PreconditionFailed": "Voorwaarde is niet vervuld",
    "ValidationError": "Ongeldige invoer.",
    "MethodNotAllowed": "Methode niet toegestaan.",
}


class Problem(Exception):
    """An answer that is no success. `kind` is the name of the error in the API, `code` its own code."""

    def __init__(
        self, status: int, kind: str, code: str, detail: str = "", params: list[tuple[str, str, str]] | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.kind = kind
        self.code = code
        self.detail = detail or TITLES[kind]
        self.params = params

    def response(self, request: Request) -> Response:
        """As application/problem+json."""
        body: dict[str, object] = {
            "type": f"{str(request.base_url).rstrip('/')}/ref/fouten/{self.kind}/",
            "code": self.code,
            "title": TITLES[self.kind],
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{uuid4()}",
        }
        if self.params is not None:
            body["invalidParams"] = [
                {"name": name, "code": code, "reason": reason} for name, code, reason in self.params
            ]
        return JSONResponse(body, self.status, media_type="application/problem+json")


def denied(code: str = "permission_denied", detail: str = "") -> Problem:
    """A refusal. Never a 401: each failure of authentication is a 403 with a code."""
    return Problem(403, "PermissionDenied", code, detail)


def not_found() -> Problem:
    """No such thing inside a resource: problem+json."""
    return Problem(404, "NotFound", "not_found")


def invalid(*params: tuple[str, str, str]) -> Problem:
    """A request that does not validate; params are (name, code, reason)."""
    return Problem(400, "ValidationError", "invalid", params=list(params))


async def problem_handler(request: Request, error: Exception) -> Response:
    """Starlette's hook for Problem."""
    assert isinstance(error, Problem)
    return error.response(request)


async def html_not_found(request: Request, error: Exception) -> Response:
    """Outside a resource the framework answers, not the API: an HTML page."""
    return HTMLResponse("<!doctype html>\n<html><head><title>Not Found</title></head>"
                        "<body><h1>Not Found</h1><p>The requested resource was not found on this server.</p>"
                        "</body></html>\n", 404)  # fmt: skip


async def html_server_error(request: Request, error: Exception) -> Response:
    """An error of ours is an HTML page too."""
    return HTMLResponse("<!doctype html>\n<html><head><title>Server Error (500)</title></head>"
                        "<body><h1>Server Error (500)</h1></body></html>\n", 500)  # fmt: skip
