"""Decisions in the words of the hand-written tables: what was answered, and where stock went."""


def answer(decision) -> str:
    """Status and code."""
    code = "" if decision.code is None else f" {decision.code.value}"
    return f"{decision.status.value}{code}"


def way(decision) -> str:
    names = {"sellable": "shelf"}
    froms, tos = set(), set()
    for posting in decision.postings:
        for leg in posting.legs:
            account = leg.account.partition("/")[0]
            (froms if leg.units < 0 else tos).add(names.get(account, account))
    return f"{','.join(sorted(froms))}>{','.join(sorted(tos))}" if froms else ""


def read_cell(cell: str) -> tuple[str, str, str]:
    words = cell.split()
    moves = words.pop() if ">" in words[-1] else ""
    return " ".join(words[:-1]), words[-1], moves
