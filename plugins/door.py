"""Nobody comes in without a session of Airflow: apps of plugins are not guarded by Airflow itself."""

from urllib.parse import quote

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from jwt import InvalidTokenError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing from elsewhere, nothing kept on the way, shown in a frame by Airflow's own page only.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store, private",
    "Vary": "Cookie, Authorization",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Door:
    """For every path of the app: who asks is known (`scope["state"]["user"]`), or is sent to the log-in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no page of ours speaks anything else
            return

        async def closed_off(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        request = Request(scope)
        try:
            user = await get_auth_manager().get_user_from_token(_token(request))
        except InvalidTokenError:
            await _refused(request)(scope, receive, closed_off)
            return
        scope.setdefault("state", {})["user"] = user
        await self.app(scope, receive, closed_off)


def _token(request: Request) -> str:
    """What is sent along on purpose goes before the cookie of the browser, as in Airflow's own API."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")


def _refused(request: Request) -> Response:
    is_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not is_page:
        return JSONResponse({"detail": "Not authenticated"}, 401, {"WWW-Authenticate": "Bearer"})
    return RedirectResponse(get_auth_manager().get_url_login(next_url=quote(str(request.url), safe=":/?=&")), 303)
