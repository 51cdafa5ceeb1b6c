"""The Admin API over HTTP: the GraphQL endpoint, and the faults switched on for it."""

from __future__ import annotations

from typing import Any

import msgspec

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.commands_platform import CallLater
from server.practice_store.faults import ApiFault
from server.practice_store.going_wrong import AFTER_RUNNING, without_running
from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.identity import stable_uuid
from server.practice_store.store import PracticeStore

GRAPHQL_PATH = r"/admin/api/(\d\d\d\d-\d\d)/graphql.json"
_UNAUTHORIZED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class _GraphqlRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


class AdminHttp:
    """Answers what an app sends to the store."""

    def __init__(
        self, store: PracticeStore, api: GraphqlApi | None = None, prefix: str = ""
    ) -> None:
        self._store = store
        self._prefix = prefix
        self._api = api or GraphqlApi(store)
        self._requests = 0

    async def graphql(self, request: Request, version: str) -> Response:
        """Run a document, or go wrong as told. A version that has ended is answered by the one served instead."""
        if version > self._store.state.served_version:
            return json_response({"errors": "Not Found"}, 404)
        self._requests += 1
        host = request.headers.get("host", "127.0.0.1")
        self._store.state.storage.address = f"{request.scheme}://{host}{self._prefix}"
        token = request.headers.get("x-shopify-access-token", "")
        if not self._store.tokens.accepts(token, self._store.clock()):
            return self._said(json_response({"errors": _UNAUTHORIZED}, 401))
        try:
            asked = msgspec.json.decode(request.body, type=_GraphqlRequest)
        except msgspec.DecodeError as error:
            return self._said(json_response({"errors": f"Bad request: {error}"}, 400))
        fault = self._store.api_faults.take(asked.operation_name)
        if fault is not None:
            return self._said(await self._go_wrong(fault, asked, request))
        return self._said(self._answer(asked))

    def _answer(self, asked: _GraphqlRequest) -> Response:
        return json_response(self._api.answer(asked.query, asked.variables, asked.operation_name))

    def _said(self, response: Response) -> Response:
        version = self._store.state.served_version
        request_id = stable_uuid(self._store.domain, "request", self._requests)
        headers = {
            **response.headers,
            "X-Request-Id": request_id,
            "X-Shopify-API-Version": version,
        }
        return Response(
            status=response.status, body=response.body, headers=headers, broken=response.broken
        )

    async def _go_wrong(
        self, fault: ApiFault, asked: _GraphqlRequest, request: Request
    ) -> Response:
        match fault.kind:
            case "timeout_before" | "timeout_after" | "late_commit":
                return await self._keep_waiting(fault, asked, request)
            case "error_after" | "drop_after" | "garbage":
                self._answer(asked)
                return AFTER_RUNNING[fault.kind]
            case "throttled":
                return json_response(self._api.throttled_answer())
            case "internal_error":
                return json_response(self._api.internal_error_answer())
            case "http_429" | "http_500" | "http_503" | "drop_before":
                return without_running(fault)

    async def _keep_waiting(
        self, fault: ApiFault, asked: _GraphqlRequest, request: Request
    ) -> Response:
        """Answer nothing for as long as the caller stays."""
        if fault.kind == "timeout_after":
            self._answer(asked)
        elif fault.kind == "late_commit":
            variables = msgspec.json.encode(asked.variables).decode() if asked.variables else None
            late = CallLater(
                query=asked.query,
                variables=variables,
                operation_name=asked.operation_name,
                after_ms=fault.delay_ms,
            )
            self._store.execute(late)
        await request.until_gone()
        return Response(status=499)
