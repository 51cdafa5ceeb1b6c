"""`POST /webhooks/shopify`: kept and answered at once; the work happens later."""

import logging

from litestar import Response, post
from litestar.datastructures import State

from server.intake.receiving import Delivery, NotSigned, receive
from server.routes.bodies import AnyRequest, read_body
from server.routes.house import House
from server.vault import Locked

_log = logging.getLogger(__name__)

BODY_MAX = 2_097_152


@post("/webhooks/shopify", status_code=200)
async def post_shopify_webhook(request: AnyRequest, state: State) -> Response[bytes]:
    """Take a delivery in: 200 when it is signed, 401 with nothing in it when it is not."""
    house: House = state.house
    headers = request.headers
    delivery = Delivery(
        topic=headers.get("x-shopify-topic", ""),
        domain=headers.get("x-shopify-shop-domain", ""),
        signature=headers.get("x-shopify-hmac-sha256"),
        event_id=headers.get("x-shopify-event-id", ""),
        webhook_id=headers.get("x-shopify-webhook-id", ""),
        triggered_at=headers.get("x-shopify-triggered-at", ""),
        body=await read_body(request, BODY_MAX),
    )
    try:
        await receive(house.database, house.checker.vault, delivery, house.clock())
    except Locked as error:
        # The store sends it again; a 401 would tell it that the delivery was wrong.
        _log.error("a webhook can't be checked: %s", error)
        return Response(content=b"", status_code=503, media_type="text/plain")
    except NotSigned:
        return Response(content=b"", status_code=401, media_type="text/plain")
    house.wake_worker()
    return Response(content=b"", status_code=200, media_type="text/plain")
