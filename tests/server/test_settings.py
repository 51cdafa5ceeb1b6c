"""The environment says where things are; what it can't mean is refused by name."""

from pathlib import Path

import pytest

from server.settings import Settings, SettingsInvalid


@pytest.mark.parametrize(
    ("environ", "home"),
    [
        ({"RAWANA_HOME": "/srv/rawana", "XDG_DATA_HOME": "/data"}, "/srv/rawana"),
        ({"XDG_DATA_HOME": "/data", "HOME": "/h"}, "/data/rawana"),
        ({"XDG_DATA_HOME": "not/absolute", "HOME": "/h"}, "/h/.local/share/rawana"),
        ({"HOME": "/h"}, "/h/.local/share/rawana"),
        ({"HOME": "/h", "RAWANA_HOME": ""}, "/h/.local/share/rawana"),
    ],
)
def test_home_is_what_is_said_else_the_users_folder_for_data(environ, home):
    assert Settings.from_environment(environ).home == Path(home)


def test_a_relative_home_is_taken_from_the_folder_we_are_in():
    assert Settings.from_environment({"RAWANA_HOME": "here"}).home == Path.cwd() / "here"


def test_the_rest_is_not_set_unless_it_is_said():
    settings = Settings.from_environment({"HOME": "/h"})
    assert settings.database_url is None
    assert settings.pg_bin is None
    assert settings.pwa_dist.parts[-2:] == ("pwa", "dist")


def test_everything_can_be_said():
    settings = Settings.from_environment(
        {
            "RAWANA_HOME": "/a",
            "RAWANA_DATABASE_URL": "postgresql://u:p@db/rawana",
            "RAWANA_PG_BIN": "/pg/bin",
            "RAWANA_PWA_DIST": "/pages",
            "RAWANA_SECRET_KEY": "a key",
            "RAWANA_PUBLIC_URL": "https://rawana.example/",
            "RAWANA_SHOPIFY_CLIENT_ID": "an app",
            "RAWANA_SHOPIFY_CLIENT_SECRET": "its secret",
        }
    )
    assert settings == Settings(
        home=Path("/a"),
        database_url="postgresql://u:p@db/rawana",
        pg_bin=Path("/pg/bin"),
        pwa_dist=Path("/pages"),
        secret_key="a key",
        public_url="https://rawana.example",
        shopify_client_id="an app",
        shopify_client_secret="its secret",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAWANA_DATABASE_URL", "mysql://db"),
        ("RAWANA_HOME", "a\0b"),
        ("RAWANA_PG_BIN", "\0"),
        ("RAWANA_PUBLIC_URL", "http://rawana.example"),
        ("RAWANA_PUBLIC_URL", "https://"),
        ("RAWANA_PUBLIC_URL", "rawana.example"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(name, value):
    with pytest.raises(SettingsInvalid, match=name):
        Settings.from_environment({"HOME": "/h", name: value})
