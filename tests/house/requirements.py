"""Which tests hold which requirement, reading and invariant of the product. Look here before changing one of them."""

from tests.house.holding import Held
from tests.house.requirements_a_i import INVARIANTS, READINGS
from tests.house.requirements_s import REQUIREMENTS

HELD_BY: dict[str, Held] = {**REQUIREMENTS, **READINGS, **INVARIANTS}
