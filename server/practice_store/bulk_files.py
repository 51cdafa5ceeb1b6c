"""Fetching the file of an export: like a storage service, it knows no tokens, only signed addresses that end."""

from __future__ import annotations

from urllib.parse import parse_qs

from server.practice_store.asgi import Request, Response
from server.practice_store.faults import ApiFault
from server.practice_store.store import PracticeStore

# What faults for fetching a file are switched on by.
OPERATION = "BulkFile"


class BulkFiles:
    """Answers under `/bulk-operation-outputs/`."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store

    async def fetch(self, request: Request, name: str) -> Response:
        """GET bulk-operation-outputs/{name}?Expires=…&Signature=…."""
        self._store.settle()
        given = {key: values[0] for key, values in parse_qs(request.query).items()}
        ends = given.get("Expires", "")
        state = self._store.state
        if not state.storage.opens(name, ends, given.get("Signature", "")):
            return _refused(403, "SignatureDoesNotMatch")
        if self._store.clock() >= int(ends) * 1000:
            return _refused(400, "ExpiredToken")
        found = next(
            (one for one in state.bulk_operations.values() if one.rows and one.file_name == name),
            None,
        )
        if found is None:
            return _refused(404, "NoSuchKey")
        headers = {
            "Content-Type": "application/jsonl",
            "Content-Disposition": f'attachment; filename="bulk-{found.number}.jsonl"',
        }
        fault = self._store.api_faults.take(OPERATION)
        if fault is None:
            return Response(body=found.rows, headers=headers)
        return await _go_wrong(fault, found.rows, headers, request)


async def _go_wrong(
    fault: ApiFault, rows: bytes, headers: dict[str, str], request: Request
) -> Response:
    """A file that breaks off ends in the middle of a line, as a lost connection leaves it."""
    match fault.kind:
        case "drop_after" | "error_after":
            return Response(body=rows[: len(rows) * 2 // 3], headers=headers, broken=True)
        case "drop_before":
            return Response(broken=True)
        case "timeout_before" | "timeout_after" | "late_commit":
            await request.until_gone()
            return Response(status=499)
        case "garbage":
            return Response(headers={"Content-Type": "text/html"}, body=b"<html>Sorry</html>")
        case _:
            return _refused(503, "ServiceUnavailable")


def _refused(status: int, code: str) -> Response:
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>"
    headers = {"Content-Type": "application/xml; charset=UTF-8"}
    return Response(status=status, body=body.encode(), headers=headers)
