"""A sequential oracle of 60 lines: every shelf from the raw ops alone, without flags, ledger, rows or promises."""

from collections import Counter

INTO = dict.fromkeys(("opening_stock", "receive_stock", "counter_return"), 1)
INTO |= dict.fromkeys(("counter_sale", "transfer_send"), -1)
ARRIVES = {"received_units": "sellable", "damaged_units": "damaged", "short_units": "lost"}


class Oracle:
    def __init__(self):
        self.shelf, self.lines, self.ships = Counter(), {}, {}

    def put(self, ship, sign):
        for line, n in ship["gone"].items():
            self.shelf[ship["b"], "sellable", self.lines[line][0]] += sign * n

    def leave(self, body, branch, state, cap, what):
        live = [s for s in self.ships.values() if s["state"] not in ("idle", "over")]
        asked = sum((Counter({x["order_line_id"]: x["units"]}) for x in body["lines"]), Counter())
        room = {i: self.lines[i][cap] - sum(s[what][i] for s in live) for i in asked}
        sent = Counter({i: min(n, room[i]) for i, n in asked.items() if room[i] > 0})
        if sent:
            ship = {"b": branch, "sent": sent, "gone": Counter(sent), "state": state}
            self.ships[body["fulfillment_id"]] = ship
            self.put(ship, -1)

    def told(self, kind, body):
        branch, ship = body.get("branch_id"), self.ships.get(body.get("fulfillment_id"))
        doing = f"{kind} {ship['state'] if ship else 'new'}"
        if kind == "shopify_order":
            for x in body["lines"]:
                most = max(x["ordered_units"], x["current_units"])
                self.lines[x["id"]] = (x["variant_id"], most, x.get("fulfilled_units", 0))
        elif doing == "create_fulfillment new":
            self.ships[body["fulfillment_id"]] = {"b": branch, "gone": {}, "state": "idle"}
        elif doing in ("pack idle", "manual_fulfillment new"):
            self.leave(body, branch or ship["b"], "out" if ship else "manual", 1, "gone")
        elif doing == "branch_sync new":
            self.leave(body, branch, "synced", 2, "sent")
        elif doing in ("unpack out", "void_fulfillment manual", "void_fulfillment synced"):
            self.put(ship, +1)
            ship["state"] = "idle" if kind == "unpack" else "over"
        elif kind == "return_receive" and ship["state"] not in ("idle", "over"):
            for x in body["lines"]:
                units = min(x["units"], ship["gone"][x["order_line_id"]])
                ship["gone"][x["order_line_id"]] -= units
                ship["state"] = "back" if units else ship["state"]
                item = x.get("came_variant_id") or self.lines[x["order_line_id"]][0]
                where = x["disposition"].replace("wrong_item", "quarantine")
                self.shelf[branch, where, item] += units
        for x in body.get("lines", ()):
            self.goods(kind, body, x, x.get("variant_id"))

    def goods(self, kind, body, x, v):
        branch, way = body.get("branch_id"), (body.get("transfer_id"), v)
        self.shelf[branch, "sellable", v] += INTO.get(kind, 0) * x.get("units", 0)
        self.shelf[way] += x["units"] if kind == "transfer_send" else 0
        for field, account in ARRIVES.items() if kind == "transfer_receive" else ():
            units = min(x[field], self.shelf[way])
            self.shelf[way] -= units
            self.shelf[branch, account, v] += units
        if kind == "count":
            self.shelf[branch, "sellable", v] = x["units"]
        elif kind == "inspect":
            self.shelf[branch, "quarantine", v] -= x["units"]
            self.shelf[branch, "sellable" if x["sellable"] else "damaged", v] += x["units"]
        elif kind == "write_off":
            self.shelf[branch, "damaged", v] -= x["units"]
