"""Where the data about Shopify lies that nobody here wrote: the schema, webhook samples and recorded conversations.

It is read where it lies and is no part of the project: RAWANA_SHOPIFY_DATA names the folder, else it is looked for
beside the checkout. Without it these tests are skipped, and say so.
"""

import os
from functools import cache
from pathlib import Path

import msgspec
import pytest
from graphql import GraphQLSchema, build_schema

CHECKOUT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    return Path(os.environ.get("RAWANA_SHOPIFY_DATA") or CHECKOUT.parent / "shared" / "shopify")


def shopify_file(*parts: str) -> Path:
    """The path of a file or folder of the data; skips the test where there is none."""
    path = data_folder().joinpath(*parts)
    if not path.exists():
        pytest.skip(f"Shopify's data is not on this machine: no {path} (set RAWANA_SHOPIFY_DATA)")
    return path


def shopify_json(*parts: str):
    return msgspec.json.decode(shopify_file(*parts).read_bytes())


def full_schema() -> GraphQLSchema:
    """The whole Admin API schema of the pinned version."""
    return _built(shopify_file("admin_2026-10.graphql"))


@cache
def _built(path: Path) -> GraphQLSchema:
    return build_schema(path.read_text("utf-8"), assume_valid=True)
