"""Shopify's orders export as a second source of customers: merged by name, the same twice is once, errors by row."""

import pytest

from server.intake.orders_csv import read_orders_csv
from server.practice_store.commands import EditContact
from tests.server.books import rows_of
from tests.server.outside import Outside

HEADS = (
    "Name,Email,Financial Status,Currency,Total,Lineitem quantity,Lineitem name,Billing Name,Billing Phone,"
    "Shipping Name,Shipping Address1,Shipping Address2,Shipping City,Shipping Phone,Notes,Id,Tags"
)


def export(*rows: str) -> str:
    return "\n".join([HEADS, *rows]) + "\n"


def row(name: str, phone: str = "'+923001234567", number: str = "", city: str = "Lahore") -> str:
    return f'{name},,pending,PKR,2500.00,1,Kurta - M,,,Sana Malik,"House 7, Street 4",DHA,{city},{phone},,{number},'


def only(text: str):
    read = read_orders_csv(text)
    assert not read.bad
    (order,) = read.orders
    return order


def test_an_order_of_several_rows_is_read_from_its_first():
    order = only(export(row("#1001"), "#1001,,,,,2,Shoe - 42,,,,,,,,,,"))
    contact = order.contact
    assert (order.row, order.name, order.order_id) == (2, "#1001", None)
    assert (contact.name, contact.phone) == ("Sana Malik", "923001234567")
    assert (contact.address, contact.city) == ("House 7, Street 4, DHA", "Lahore")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("'+923001234567", "923001234567"),
        ("0300-1234567", "923001234567"),
        ("+92 300 1234567", "923001234567"),
        ("0300123456", None),
        ("call my brother", None),
    ],
)
def test_a_phone_is_kept_as_typed_and_read_where_it_can_be(typed, digits):
    contact = only(export(row("#1001", typed))).contact
    assert contact.phone == digits
    assert contact.phone_raw == typed.removeprefix("'")


def test_columns_stand_in_any_order_and_a_semicolon_parts_them_too():
    text = "Shipping Phone;NAME;Shipping Name\n0300 1234567;#1001;Sana\n"
    assert only(text).contact.name == "Sana"


def test_a_cell_may_hold_line_breaks_commas_and_quotes():
    text = HEADS + '\n#1001,,,,,,,,,"Sana ""Sunny"" Malik","House 7\nStreet 4",,Lahore,,,,\n'
    contact = only(text).contact
    assert contact.name == 'Sana "Sunny" Malik'
    assert contact.address == "House 7\nStreet 4"


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "Name,Total\n#1,5\n", "Shipping Phone\n0300\n", "PK\x03\x04\x00binary"],
)
def test_what_is_no_orders_export_is_refused_in_words(text):
    read = read_orders_csv(text)
    assert read.orders == ()
    assert "no orders export" in read.bad[0].why


@pytest.mark.parametrize("phone", ["3.00123E+09", "9.23001E+11", "3e9", "3,00123E+09"])
def test_a_number_that_a_spreadsheet_has_rounded_is_named_by_its_row(phone):
    (bad,) = read_orders_csv(export(row("#1001"), row("#1002", f'"{phone}"'))).bad
    assert bad.row == 3
    assert "rounded by a spreadsheet" in bad.why


def test_a_row_without_a_name_is_named_and_an_empty_one_is_nothing():
    read = read_orders_csv(export(row(""), ",,,,,,,,,,,,,,,,", row("#1001")))
    assert [(bad.row, bad.why) for bad in read.bad] == [(2, "no order name")]
    assert [order.name for order in read.orders] == ["#1001"]


def test_an_order_without_any_contact_is_counted_and_no_error():
    read = read_orders_csv(export("#1001,,pending,PKR,5,1,Kurta,,,,,,,,,,"))
    assert (read.orders, read.bad, read.silent) == ((), (), 1)


async def bring_in(outside: Outside, text: str, by: str = "saad") -> dict:
    device = await outside.retail.device(by)
    answer = await device.post("/desk/import-orders", {"csv": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def contact_of(outside: Outside, number: int) -> tuple:
    (found,) = await rows_of(
        outside.retail,
        "SELECT body->'contact' ->> 'name' AS name, body->'contact' ->> 'phone' AS phone "
        "FROM customer_order WHERE id = $1",
        str(number),
    )
    return found["name"], found["phone"]


def hidden(outside: Outside):
    """An order of a store whose plan hides its customers."""
    order = outside.store.place_order(paid=False)
    order.customer = order.shipping_address = order.phone = order.email = None
    return order


async def test_a_file_fills_in_what_the_store_hides_and_the_next_reading_does_not_empty_it(outside):
    order = hidden(outside)
    await outside.take_over(order)
    told = await bring_in(outside, export(row(order.name)))
    assert (told["filled"], told["unchanged"], told["bad_rows"]) == (1, 0, 0)
    assert await contact_of(outside, order.number) == ("Sana Malik", "923001234567")
    outside.retail.server.clock.pass_ms(2_000)
    outside.store.execute(EditContact(order=order.number, note="changed"))
    await outside.take_over(order)
    assert await contact_of(outside, order.number) == ("Sana Malik", "923001234567")


async def test_the_same_file_again_changes_nothing_not_even_what_was_corrected_by_hand(outside):
    order = hidden(outside)
    order_id = await outside.take_over(order)
    await bring_in(outside, export(row(order.name)))
    amna = await outside.retail.device("amna")
    edit = {"order_id": order_id, "phone": "0321 7654321", "note": "said on the phone"}
    result = await amna.do("edit_contact", edit)
    assert result["status"] == "applied"
    told = await bring_in(outside, export(row(order.name)))
    assert (told["filled"], told["unchanged"]) == (0, 1)
    assert (await contact_of(outside, order.number))[1] == "923217654321"


async def test_an_order_that_is_not_here_yet_is_asked_for_and_gets_its_contact_with_it(outside):
    order = hidden(outside)
    text = export(row(order.name, number=str(order.number)), row("#9999"))
    told = await bring_in(outside, text)
    assert (told["filled"], told["waiting"], told["bad_rows"]) == (0, 1, 1)
    assert "#9999" in told["bad"][0]["why"]
    await outside.read()
    assert await contact_of(outside, order.number) == ("Sana Malik", "923001234567")


async def test_what_the_store_shows_anew_wins_over_the_file(outside):
    order = hidden(outside)
    await outside.take_over(order)
    await bring_in(outside, export(row(order.name)))
    outside.retail.server.clock.pass_ms(2_000)
    outside.store.execute(EditContact(order=order.number, phone="0333 1111111"))
    await outside.take_over(order)
    assert (await contact_of(outside, order.number))[1] == "923331111111"


@pytest.mark.parametrize("who", ["amna", "imran", "nasreen"])
async def test_only_the_owner_and_supervisors_bring_files_in(outside, who):
    device = await outside.retail.device(who)
    answer = await device.post("/desk/import-orders", {"csv": export(row("#1"))})
    assert answer.status_code == 403


async def test_hostile_cells_are_text_and_nothing_else(outside):
    order = hidden(outside)
    await outside.take_over(order)
    cell = "<img src=x onerror=alert(1)>=HYPERLINK(1)\x00"
    await bring_in(outside, export(row(order.name, city=cell)))
    (found,) = await rows_of(
        outside.retail, "SELECT body->'contact' ->> 'city' AS city FROM customer_order"
    )
    assert found["city"] == "<img src=x onerror=alert(1)>=HYPERLINK(1)"
