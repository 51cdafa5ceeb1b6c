"""Our check of webhooks agrees with Shopify's own verifier, whatever is signed with whatever."""

from hypothesis import given
from hypothesis import strategies as st
from shopify_app import ShopifyApp

from server.shopify.signature import is_signed, sign

# Their verifier takes a body as text; what can't be encoded never comes over the wire.
texts = st.text(st.characters(exclude_categories=["Cs"]))
secrets = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
headers = st.text(st.characters(codec="ascii"), max_size=60)


def theirs(body: str, header: str | None, secret: str, old: str | None = None) -> bool:
    app = ShopifyApp(client_id="id", client_secret=secret, old_client_secret=old)
    sent = {} if header is None else {"X-Shopify-Hmac-Sha256": header}
    request = {
        "method": "POST",
        "url": "https://rawana.example/webhooks/shopify",
        "headers": sent | {"X-Shopify-Shop-Domain": "acme.myshopify.com"},
        "body": body,
    }
    return app.verify_webhook_req(request).ok


def ours(body: str, header: str | None, secret: str, old: str | None = None) -> bool:
    return is_signed(body.encode(), header, [secret] if old is None else [secret, old])


@given(texts, secrets)
def test_what_is_signed_with_the_secret_is_believed_by_both(body, secret):
    header = sign(secret, body.encode())
    assert ours(body, header, secret) is theirs(body, header, secret) is True


@given(texts, secrets, st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_body_that_was_added_to_is_believed_by_neither(body, secret, more):
    header = sign(secret, body.encode())
    assert ours(body + more, header, secret) is theirs(body + more, header, secret) is False


@given(texts, secrets, secrets)
def test_another_secret_is_judged_alike(body, secret, another):
    header = sign(another, body.encode())
    assert ours(body, header, secret) is theirs(body, header, secret)


@given(texts, secrets, secrets, st.booleans())
def test_the_old_secret_is_believed_by_both_while_it_is_named(body, secret, old, is_named):
    header = sign(old, body.encode())
    named = old if is_named else None
    assert ours(body, header, secret, named) is theirs(body, header, secret, named)
    if is_named:
        assert ours(body, header, secret, named)


@given(texts, secrets, st.none() | headers)
def test_a_missing_or_made_up_header_is_believed_by_neither(body, secret, header):
    assert ours(body, header, secret) is theirs(body, header, secret) is False
