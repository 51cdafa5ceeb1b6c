"""Everything one port serves: the API, the app's files and, for practice, a store beside them."""

from collections.abc import Awaitable, Callable

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import HANDLERS
from server.routes.auth import post_enrol, post_login, post_logout
from server.routes.desk import (
    get_in_shopify,
    post_import_ops,
    post_import_orders,
    post_revoke_device,
)
from server.routes.health import get_healthz, get_readyz
from server.routes.history import post_history, post_stock_at
from server.routes.house import House
from server.routes.parts import get_part
from server.routes.shopify import get_callback, get_install, post_session
from server.routes.static_files import StaticFiles
from server.routes.store import (
    get_store,
    post_check_store,
    post_connect_store,
    post_disconnect_store,
    post_install_link,
    post_privacy_done,
)
from server.routes.sync import live, post_hello, post_offer, post_pull, post_push
from server.routes.webhooks import post_shopify_webhook
from sync_protocol.ids import Epoch

API_PREFIXES = ("/sync/", "/desk/", "/auth/", "/webhooks/", "/shopify/", "/healthz", "/readyz")
PRACTICE_PREFIX = "/practice-store"
EPOCH_HEADER = b"rawana-epoch"

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: "
    "https://cdn.shopify.com; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types rawana-sw"
)

_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), screen-wake-lock=(self)"),
]
_POLICY = (b"content-security-policy", CONTENT_POLICY.encode())


def make_api(house: House) -> Litestar:
    """Return the API alone."""
    return Litestar(
        route_handlers=[
            post_enrol,
            post_login,
            post_logout,
            post_hello,
            post_push,
            post_pull,
            get_part,
            post_offer,
            live,
            post_history,
            get_in_shopify,
            post_import_ops,
            post_import_orders,
            post_revoke_device,
            post_stock_at,
            post_shopify_webhook,
            get_install,
            get_callback,
            post_session,
            get_store,
            post_check_store,
            post_connect_store,
            post_disconnect_store,
            post_install_link,
            post_privacy_done,
            get_healthz,
            get_readyz,
        ],
        state=State({"house": house}),
        exception_handlers=HANDLERS,  # type: ignore[arg-type]  # each takes its own kind of error
        # Quality 5 saves a fifth over 4 for a millisecond a page of rows; gzip serves whoever takes no brotli.
        compression_config=CompressionConfig(
            backend="brotli",
            brotli_quality=5,
            minimum_size=1_000,
            gzip_compress_level=6,
            exclude=["^/sync/parts/"],  # parts come compressed, and their ranges are of those bytes
        ),
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _is_reading(scope: Scope) -> bool:
    return scope.get("method") in ("GET", "HEAD")  # a WebSocket has no method


class Front:
    """The door: sends each request to where it belongs and puts the epoch and the safety headers on every answer."""

    def __init__(
        self,
        api: ASGIApp,
        files: StaticFiles,
        epoch: Callable[[], Epoch],
        practice: Callable[..., Awaitable[None]] | None = None,
    ) -> None:
        self._api = api
        self._files = files
        self._epoch = epoch
        self._practice = practice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request or WebSocket."""
        path = scope["path"]
        if self._practice is not None and path.startswith(PRACTICE_PREFIX):
            await self._practice(scope, receive, send)
        elif path.startswith(API_PREFIXES) or not _is_reading(scope):
            await self._api(scope, receive, self._marked(send, []))
        else:
            await self._files(scope, receive, self._marked(send, [_POLICY]))

    def _marked(self, send: Send, more: list[tuple[bytes, bytes]]) -> Send:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                epoch = (EPOCH_HEADER, self._epoch().encode())
                message["headers"] = [*message["headers"], *_SAFE, *more, epoch]
            await send(message)

        return marked
