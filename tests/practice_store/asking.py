"""Asking a practice store in the process."""

from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.store import PracticeStore


def ask(store: PracticeStore, document: str, **variables):
    return GraphqlApi(store).answer(document, variables, None)
