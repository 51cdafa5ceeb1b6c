"""What is to be mended in Shopify is one tap away, and goes nowhere else."""

import pytest

from tests.server.outside import Outside


async def led_to(outside: Outside, order_id: str, by: str = "saad"):
    device = await outside.retail.device(by)
    return await outside.retail.server.http.get(
        f"/desk/in-shopify/{order_id}",
        headers={"Authorization": f"Bearer {device.token}"},
        follow_redirects=False,
    )


async def test_an_orders_link_leads_to_it_in_the_stores_own_admin(outside):
    order = outside.place()
    order_id = await outside.take_over(order)
    answer = await led_to(outside, order_id)
    assert answer.status_code == 302
    store = outside.retail.domain.removesuffix(".myshopify.com")
    assert answer.headers["location"] == (
        f"https://admin.shopify.com/store/{store}/orders/{order.number}"
    )


@pytest.mark.parametrize("order_id", ["1", "%2e%2e", "https:evil", "x%00y"])
async def test_an_order_that_is_not_here_leads_nowhere(outside, order_id):
    assert (await led_to(outside, order_id)).status_code == 404


async def test_nobody_is_led_anywhere_without_signing_in(outside):
    order_id = await outside.take_over(outside.place())
    answer = await outside.retail.server.http.get(f"/desk/in-shopify/{order_id}")
    assert answer.status_code == 401
