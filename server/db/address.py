"""Where a PostgreSQL is to be reached."""

from urllib.parse import quote, urlencode

import msgspec


class DatabaseAddress(msgspec.Struct, frozen=True, kw_only=True):
    """`host` is a name, or the folder of a unix socket, which `port` then names a file in."""

    host: str
    port: int = 5432
    user: str
    password: str
    database: str

    @property
    def dsn(self) -> str:
        """As one postgresql:// address with the password in it: never to be logged."""
        where = urlencode({"host": self.host, "port": self.port}, quote_via=quote, safe="/")
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"postgresql://{who}@/{quote(self.database, safe='')}?{where}"
