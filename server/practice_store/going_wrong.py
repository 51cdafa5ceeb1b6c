"""What a fault makes of a request, whatever the request is for."""

from __future__ import annotations

from collections.abc import Callable

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.faults import ApiFault

AFTER_RUNNING = {
    "error_after": json_response({"errors": "Bad Gateway"}, 502),
    "drop_after": Response(broken=True),
    "garbage": Response(headers={"Content-Type": "text/html"}, body=b"<html>Sorry</html>"),
}


def without_running(fault: ApiFault) -> Response:
    """Return the answer of a fault that keeps a call from being run."""
    if fault.kind == "drop_before":
        return Response(broken=True)
    if fault.kind == "http_429":
        headers = {"Retry-After": f"{fault.retry_after_s:.1f}"}
        return json_response(
            {"errors": "Exceeded 2 calls per second for api client."}, 429, headers
        )
    return json_response({"errors": "Internal Server Error"}, int(fault.kind[-3:]))


async def go_wrong(fault: ApiFault, run: Callable[[], Response], request: Request) -> Response:
    """Answer a request that is run by `run` as the fault has it. What would be late is run at once."""
    match fault.kind:
        case "error_after" | "drop_after" | "garbage":
            run()
            return AFTER_RUNNING[fault.kind]
        case "timeout_before" | "timeout_after" | "late_commit":
            if fault.kind != "timeout_before":
                run()
            await request.until_gone()
            return Response(status=499)
        case "throttled":
            return json_response({"errors": "Too many requests"}, 429)
        case "internal_error":
            return json_response({"errors": "Internal Server Error"}, 500)
        case _:
            return without_running(fault)
