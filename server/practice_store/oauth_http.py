"""How an app comes by its access token: client credentials, a merchant's agreement, or a session token in exchange.

Error texts are not recorded; codes are OAuth's.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.commands_platform import GiveToken
from server.practice_store.going_wrong import go_wrong
from server.practice_store.session_token import claims_for, read_token, signed_token
from server.practice_store.store import PracticeStore

TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105 - a path
AUTHORIZE_PATH = "/admin/oauth/authorize"
# What faults for asking for a token are switched on by.
OPERATION = "AccessToken"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a kind
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


class _TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Without a grant type a code is redeemed, as Shopify's own installation does."""

    client_id: str = ""
    client_secret: str = ""
    grant_type: str = "authorization_code"
    code: str = ""
    refresh_token: str = ""
    subject_token: str = ""
    subject_token_type: str = ID_TOKEN
    requested_token_type: str = OFFLINE
    expiring: str | int | bool = 0

    @property
    def ends(self) -> bool:
        """Whether a token that ends is wanted."""
        return str(self.expiring).lower() in {"1", "true"}


class OauthHttp:
    """Answers under `/admin/oauth/`."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store
        self._tokens = store.tokens

    def authorize(self, request: Request) -> Response:
        """GET authorize: the merchant agrees at once, and the browser goes back to the app with a signed code."""
        given = {key: values[0] for key, values in parse_qs(request.query).items()}
        back = urlsplit(given.get("redirect_uri", ""))
        if given.get("client_id") != self._tokens.secrets.client_id:
            return _page("invalid_request", "Could not find an app with that client id.")
        allowed = self._store.redirect_uris
        is_address = back.scheme in {"http", "https"} and back.hostname
        if not is_address or not back.geturl().isascii():
            return _page("invalid_request", "The redirect_uri is not an address.")
        if allowed and given["redirect_uri"] not in allowed:
            return _page("invalid_request", "The redirect_uri is not whitelisted.")
        now_ms = self._store.clock()
        scopes = tuple(one.strip() for one in given.get("scope", "").split(",") if one.strip())
        answer = {
            "code": self._tokens.code(scopes, now_ms),
            "host": _host(self._store.domain),
            "shop": self._store.domain,
            "timestamp": str(now_ms // 1000),
        }
        if "state" in given:
            answer["state"] = given["state"]
        query = signed_query(answer, self._tokens.secrets.client_secret)
        joined = f"{back.query}&{query}" if back.query else query
        return Response(status=302, headers={"Location": back._replace(query=joined).geturl()})

    async def token(self, request: Request) -> Response:
        """POST access_token, as JSON or as a form; or go wrong as told."""
        fault = self._store.api_faults.take(OPERATION, named=True)
        if fault is not None:
            return await go_wrong(fault, lambda: self._token(request), request)
        return self._token(request)

    def _token(self, request: Request) -> Response:
        try:
            asked = _read(request)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _refused("invalid_request", "The request cannot be read.")
        now_ms = self._store.clock()
        if asked.grant_type == "client_credentials":
            return self._own(asked, now_ms)
        if asked.grant_type not in {"authorization_code", "refresh_token", EXCHANGE}:
            return _refused("unsupported_grant_type", "There is no such grant.")
        if not self._tokens.secrets.are(asked.client_id, asked.client_secret):
            return _refused("invalid_client", "The client id or secret is wrong.")
        match asked.grant_type:
            case "authorization_code":
                return self._redeem(asked, now_ms)
            case "refresh_token":
                return self._refresh(asked, now_ms)
            case _:
                return self._exchange(asked, now_ms)

    def session_token(self, request: Request) -> Response:
        """POST practice/api/session-token: what the store's admin gives a page of the app."""
        del request
        secrets = self._tokens.secrets
        claims = claims_for(self._store.domain, secrets.client_id, self._store.clock())
        return json_response({"session_token": signed_token(claims, secrets.client_secret)})

    def _own(self, asked: _TokenRequest, now_ms: int) -> Response:
        token = self._tokens.grant(asked.client_id, asked.client_secret, now_ms)
        if token is None:
            return _refused("invalid_client", "The client id or secret is wrong.")
        expires_in = self._tokens.life_ms // 1000
        told = {"access_token": token, "scope": self._scope(), "expires_in": expires_in}
        return json_response(told)

    def _redeem(self, asked: _TokenRequest, now_ms: int) -> Response:
        scopes = self._tokens.redeem(asked.code, now_ms)
        if scopes is None:
            return _refused(
                "invalid_request", "The authorization code was not found or was already used."
            )
        return self._given(self._tokens.offline(now_ms, expiring=asked.ends, scopes=scopes), now_ms)

    def _refresh(self, asked: _TokenRequest, now_ms: int) -> Response:
        if not self._tokens.refreshable(asked.refresh_token, now_ms):
            return _refused("invalid_grant", "The refresh token is not good any more.")
        self._tokens.use_refresh(asked.refresh_token)
        token = self._tokens.offline(now_ms, expiring=True, replaces=asked.refresh_token)
        return self._given(token, now_ms)

    def _exchange(self, asked: _TokenRequest, now_ms: int) -> Response:
        if asked.subject_token_type != ID_TOKEN or asked.requested_token_type != OFFLINE:
            return _refused("invalid_request", "Only offline tokens for id tokens are given.")
        secrets = self._tokens.secrets
        claims = read_token(asked.subject_token, secrets.client_secret)
        holds = (
            claims is not None
            and claims.aud == secrets.client_id
            and claims.dest == f"https://{self._store.domain}"
            and claims.nbf <= now_ms // 1000 < claims.exp
        )
        if not holds:
            return _refused("invalid_subject_token", "The session token is not good.")
        return self._given(self._tokens.offline(now_ms, expiring=asked.ends), now_ms)

    def _given(self, command: GiveToken, now_ms: int) -> Response:
        self._store.execute(command)
        told: dict[str, object] = {"access_token": command.token, "scope": self._scope()}
        if command.ends_at_ms is not None and command.refresh_ends_at_ms is not None:
            told |= {
                "expires_in": (command.ends_at_ms - now_ms) // 1000,
                "refresh_token": command.refresh_token,
                "refresh_token_expires_in": (command.refresh_ends_at_ms - now_ms) // 1000,
            }
        return json_response(told)

    def _scope(self) -> str:
        return ",".join(self._store.state.app.scopes)


def signed_query(params: dict[str, str], secret: str) -> str:
    """Return a query string with the `hmac` of the others, in the order of their names, as the store signs it."""
    said = urlencode(sorted(params.items()))
    digest = hmac.new(secret.encode(), said.encode(), sha256).hexdigest()
    return urlencode(sorted({**params, "hmac": digest}.items()))


def _host(domain: str) -> str:
    """Where the store's admin is, as base64."""
    name = domain.removesuffix(".myshopify.com")
    return base64.b64encode(f"admin.shopify.com/store/{name}".encode()).rstrip(b"=").decode()


def _read(request: Request) -> _TokenRequest:
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        return msgspec.convert(form, _TokenRequest)
    return msgspec.json.decode(request.body, type=_TokenRequest)


def _refused(code: str, why: str) -> Response:
    return json_response({"error": code, "error_description": why}, 400)


def _page(code: str, why: str) -> Response:
    html = f"<!doctype html><title>OAuth error</title><p>Oauth error {escape(code)}: {escape(why)}"
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return Response(status=400, body=html.encode(), headers=headers)
