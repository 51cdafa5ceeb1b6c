"""What Piccolo must know of us: our tables and where the migrations are."""

import pkgutil
from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

from server.db import tables

APP_CONFIG = AppConfig(
    app_name="rawana",
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=table_finder(
        [f"{tables.__name__}.{found.name}" for found in pkgutil.iter_modules(tables.__path__)],
        exclude_imported=True,
    ),
)
