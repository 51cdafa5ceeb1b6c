"""`make bench`: everything, one after the other."""

import asyncio

from tests.bench import database_ground, hooking, pushing

if __name__ == "__main__":
    asyncio.run(database_ground.main())
    asyncio.run(pushing.main())
    asyncio.run(hooking.main())
