"""Who asks, and what they may see: JWT (HS256) as the ZGW standard has it, and rights per zaaktype."""

import time
from dataclasses import dataclass, field
from functools import lru_cache

import jwt
from starlette.requests import Request

from kit.servers.problems import denied

TOKEN_SECONDS = 3600


@dataclass
class Client:
    """An application that may ask. `rights` are the zaaktypen (identificatie) whose zaken it may read.

    Taking one away while the server runs is how lost rights look: fewer rows, and no error.
    """

    client_id: str
    secret: str
    rights: set[str] = field(default_factory=set)


def authenticate(request: Request, clients: dict[str, Client], token_seconds: float = TOKEN_SECONDS) -> Client:
    """The client behind the Authorization header. Raises Problem 403, with a code of its own for each cause."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise denied()
    try:
        claimed = _claims(token)
    except jwt.PyJWTError:
        raise denied("jwt-decode-error", "JWT could not be decoded. Possibly you made a copy-paste mistake.") from None
    client_id = claimed.get("client_id")
    if not client_id:
        raise denied("missing-client-identifier", "Client identifier is niet aanwezig in JWT")
    client = clients.get(str(client_id))
    if client is None:
        raise denied("invalid-client-identifier", "Client identifier bestaat niet")
    try:
        payload = _claims(token, client.secret)
    except jwt.PyJWTError:
        raise denied("invalid-jwt-signature", "Client credentials zijn niet geldig") from None
    issued = payload.get("iat")
    if not isinstance(issued, int | float):
        raise denied("jwt-missing-iat-claim", "The JWT is mising the 'iat' claim.")
    if time.time() - issued >= token_seconds:
        raise denied("jwt-expired", "The JWT used for this request is expired")
    return client


@lru_cache(maxsize=64)
def _claims(token: str, secret: str | None = None) -> dict[str, object]:
    """What a token says, read with its signature when there is a secret. Its age is judged elsewhere, by `iat`.

    Remembered: a client sends one token with thousands of questions. Raises jwt.PyJWTError.
    """
    if secret is None:
        return jwt.decode(token, options={"verify_signature": False})
    return jwt.decode(token, secret, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})
