"""Somebody's webhook endpoint."""

import httpx


class Receiver:
    """Notes what arrives and answers as told, 200 when told nothing."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.got: list[httpx.Request] = []
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._receive))

    def _receive(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    @property
    def ids(self) -> list[str]:
        return [request.headers["X-Shopify-Webhook-Id"] for request in self.got]
