"""What the practice store sells: titles, options and prices in rupees, made up for this project."""

from __future__ import annotations

from typing import NamedTuple

Options = tuple[tuple[str, tuple[str, ...]], ...]

SIZES = ("Size", ("S", "M", "L", "XL"))
KIDS_SIZES = ("Size", ("2-3Y", "4-5Y", "6-7Y"))
SHOE_SIZES = ("Size", ("39", "40", "41", "42", "43", "44"))
LADIES_SHOE_SIZES = ("Size", ("36", "37", "38", "39", "40"))


class Ware(NamedTuple):
    """A product: its SKU stem, price and options."""

    title: str
    code: str
    price_rupees: int
    options: Options
    pictured: bool = True


class Department(NamedTuple):
    """Products of one vendor and type."""

    vendor: str
    product_type: str
    wares: tuple[Ware, ...]


def _colours(*names: str) -> tuple[str, tuple[str, ...]]:
    return ("Color", names)


DEPARTMENTS = (
    Department(
        "Gulmohar",
        "Kurta",
        (
            Ware(
                "Lawn Kurta Embroidered", "LKE", 3490, (_colours("Maroon", "Teal", "Ivory"), SIZES)
            ),
            Ware("Chikankari Kurti", "CKK", 4250, (_colours("White", "Powder Pink"), SIZES)),
            Ware("Khaddar Kurta Winter", "KKW", 3990, (_colours("Rust", "Olive"), SIZES)),
            Ware("Cotton Net Formal Shirt", "CNF", 6850, (_colours("Black", "Zinc"), SIZES)),
        ),
    ),
    Department(
        "Gulmohar",
        "Unstitched",
        (
            Ware(
                "3 Piece Lawn Suit Unstitched",
                "3PL",
                5950,
                (_colours("Mustard", "Sea Green", "Plum", "Sky"),),
            ),
            Ware(
                "2 Piece Cambric Suit Unstitched",
                "2PC",
                3750,
                (_colours("Rose", "Indigo", "Peach"),),
            ),
            Ware("Karandi Shawl Suit Unstitched", "KSS", 7490, (_colours("Charcoal", "Burgundy"),)),
        ),
    ),
    Department(
        "Safeer Menswear",
        "Shalwar Kameez",
        (
            Ware(
                "Wash & Wear Shalwar Kameez",
                "WWS",
                4990,
                (_colours("White", "Navy", "Camel"), SIZES),
            ),
            Ware(
                "Boski Kameez Shalwar",
                "BKS",
                12500,
                (
                    _colours(
                        "Cream",
                    ),
                    SIZES,
                ),
            ),
            Ware("Waistcoat Jamawar", "WCJ", 6500, (_colours("Black", "Gold"), SIZES)),
            Ware("Cotton Kurta Men", "CKM", 3290, (_colours("Sky", "Grey", "Olive"), SIZES)),
        ),
    ),
    Department(
        "Nanhay",
        "Kids",
        (
            Ware("Kids Kurta Pajama", "KKP", 2490, (_colours("Sky", "Lemon"), KIDS_SIZES)),
            Ware("Girls Frock Cotton", "GFC", 2790, (_colours("Pink", "Mint"), KIDS_SIZES)),
        ),
    ),
    Department(
        "Charsadda Shoes",
        "Shoes",
        (
            Ware("Peshawari Chappal Leather", "PCL", 4490, (_colours("Tan", "Black"), SHOE_SIZES)),
            Ware("Loafers Suede", "LFS", 5990, (_colours("Brown", "Navy"), SHOE_SIZES)),
            Ware("Sports Joggers Mesh", "SJM", 6990, (_colours("Grey", "Black"), SHOE_SIZES)),
            Ware(
                "Khussa Hand Embroidered",
                "KHE",
                2950,
                (_colours("Gold", "Multi"), LADIES_SHOE_SIZES),
            ),
            Ware("Block Heel Sandals", "BHS", 3850, (_colours("Nude", "Black"), LADIES_SHOE_SIZES)),
        ),
    ),
    Department(
        "Ghar",
        "Home",
        (
            Ware(
                "Bed Sheet Set Cotton Satin",
                "BSC",
                5490,
                (_colours("Blue", "Beige"), ("Size", ("Single", "Double", "King"))),
            ),
            Ware(
                "Towel Set Zero Twist",
                "TZT",
                2690,
                (_colours("White", "Aqua", "Grey"), ("Size", ("Hand", "Bath"))),
            ),
            Ware(
                "Velvet Razai Quilt",
                "VRQ",
                8990,
                (
                    _colours(
                        "Maroon",
                    ),
                    ("Size", ("Single", "Double")),
                ),
            ),
            Ware("Ajrak Cushion Covers Set of 5", "ACC", 1990, (_colours("Indigo", "Crimson"),)),
            Ware("Multani Blue Pottery Vase", "MBP", 2350, (("Size", ("Small", "Large")),)),
            Ware("Chindi Rug", "CHR", 3200, (("Size", ("2x3 ft", "4x6 ft")),)),
            Ware("Dastarkhwan Printed", "DKP", 1450, (_colours("Red", "Green"),)),
        ),
    ),
    Department(
        "Mehak",
        "Accessories",
        (
            Ware("Attar Oud 12 ml", "ATO", 1850, (("Title", ("Default Title",)),), pictured=False),
            Ware("Pashmina Shawl Handloom", "PSH", 9990, (_colours("Natural", "Wine", "Emerald"),)),
            Ware("Leather Wallet Men", "LWM", 2200, (_colours("Black", "Tan"),)),
            Ware(
                "Glass Bangles Set of 24",
                "GBS",
                850,
                (_colours("Red", "Green", "Gold"), ("Size", ("2.4", "2.6", "2.8"))),
            ),
        ),
    ),
)
