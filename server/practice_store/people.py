"""Customers of the practice store: made-up Pakistani names, real cities, and phones the way people type them."""

from __future__ import annotations

from server.practice_store.chance import Chance
from server.practice_store.commands import AddressDraft, CustomerDraft

_FIRST_NAMES = (
    "Ayesha Fatima Zainab Maryam Hira Sana Iqra Mehwish Rabia Nimra Amna Komal Bushra Saima Kiran Noor"
    " Muhammad Ahmed Ali Hassan Usman Bilal Hamza Zeeshan Imran Faisal Kashif Adnan Saad Waqas Tariq Asad"
)
_LAST_NAMES = (
    "Khan Malik Ahmed Hussain Sheikh Qureshi Butt Chaudhry Siddiqui Ansari Baloch Bhatti Abbasi Raja Mirza Awan"
    " Javed Iqbal Raza Shah Mehmood Akhtar Nawaz Farooqi Yousafzai Soomro"
)
FIRST_NAMES = tuple(_FIRST_NAMES.split())
LAST_NAMES = tuple(_LAST_NAMES.split())
# City, province, its code, and areas there.
CITIES = (
    (
        "Karachi",
        "Sindh",
        "SD",
        ("DHA Phase 6", "Gulshan-e-Iqbal Block 13", "North Nazimabad Block H", "Clifton Block 5"),
    ),
    (
        "Lahore",
        "Punjab",
        "PB",
        ("Gulberg III", "Johar Town Block R1", "DHA Phase 5", "Model Town", "Wapda Town"),
    ),
    ("Islamabad", "Islamabad", "IS", ("F-10/2", "G-11 Markaz", "E-11/4", "Bahria Enclave")),
    ("Rawalpindi", "Punjab", "PB", ("Satellite Town", "Bahria Town Phase 7", "Saddar")),
    ("Faisalabad", "Punjab", "PB", ("Peoples Colony No. 1", "Madina Town", "D Ground")),
    ("Multan", "Punjab", "PB", ("Gulgasht Colony", "Bosan Road", "Cantt")),
    ("Peshawar", "Khyber Pakhtunkhwa", "KP", ("Hayatabad Phase 3", "University Town", "Saddar")),
    ("Hyderabad", "Sindh", "SD", ("Latifabad Unit 7", "Qasimabad")),
    ("Sialkot", "Punjab", "PB", ("Cantt", "Paris Road", "Defence Road")),
    ("Quetta", "Balochistan", "BA", ("Jinnah Town", "Samungli Road")),
    ("Gujranwala", "Punjab", "PB", ("Satellite Town", "Model Town")),
    ("Bahawalpur", "Punjab", "PB", ("Model Town A", "Satellite Town")),
)
LANDMARKS = (
    "near Masjid",
    "opp. Imtiaz Store",
    "behind PSO pump",
    "2nd floor, above bakery",
    "back side of school",
)
NETWORKS = (
    "300",
    "301",
    "302",
    "303",
    "304",
    "311",
    "312",
    "315",
    "321",
    "322",
    "331",
    "333",
    "335",
    "345",
)
NOTES = (
    "Please call before delivery",
    "Deliver after 5 pm",
    "Gift hai, please pack nicely",
    "Urgent, shaadi on Friday",
    "جلدی بھیج دیں",
)
# {n} = network code without its 0, {a} and {b} = the subscriber's three and four digits.
PHONE_SHAPES = (
    "0{n}{a}{b}",
    "0{n}-{a}{b}",
    "0{n} {a} {b}",
    "+92{n}{a}{b}",
    "+92 {n} {a}{b}",
    "92{n}{a}{b}",
    "0092{n}{a}{b}",
    "{n}{a}{b}",
    "+92 0{n}-{a}{b}",
    "920{n}{a}{b}",
    "+92(0){n}{a}{b}",
    "0{n}.{a}{b}",
    "(0{n}) {a}{b}",
    "0{n}{a}{b} ",
    "call 0{n}{a}{b}",
)
_EASTERN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def draw_phone(chance: Chance) -> str:
    """Return a mobile number in one of the shapes people type; a few in Urdu digits."""
    shape = chance.choice(PHONE_SHAPES) if chance.random() < 0.7 else PHONE_SHAPES[0]
    phone = shape.format(
        n=chance.choice(NETWORKS),
        a=f"{chance.randrange(1000):03d}",
        b=f"{chance.randrange(10**4):04d}",
    )
    return phone.translate(_EASTERN_DIGITS) if chance.random() < 0.03 else phone


def draw_customer(chance: Chance) -> CustomerDraft:
    """Return a customer; half of them gave an e-mail."""
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    email = f"{first}.{last}{chance.randrange(100)}@example.com".lower()
    return CustomerDraft(
        first_name=first,
        last_name=last,
        email=email if chance.random() < 0.5 else None,
        phone=draw_phone(chance),
    )


def draw_address(chance: Chance, customer: CustomerDraft) -> AddressDraft:
    """Return a delivery address of the customer."""
    city, province, code, areas = chance.choice(CITIES)
    street = f"House {chance.randrange(1, 400)}, Street {chance.randrange(1, 60)}, {chance.choice(areas)}"
    return AddressDraft(
        first_name=customer.first_name,
        last_name=customer.last_name,
        address1=street,
        address2=chance.choice(LANDMARKS) if chance.random() < 0.4 else None,
        city=city if chance.random() < 0.85 else city.lower(),
        province=province,
        province_code=code,
        zip=f"{chance.randrange(10000, 99999)}" if chance.random() < 0.6 else None,
        phone=customer.phone,
    )


def draw_note(chance: Chance) -> str | None:
    """Return a note to the shop; most orders have none."""
    return chance.choice(NOTES) if chance.random() < 0.15 else None
