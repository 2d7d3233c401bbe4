"""What deploy/team and deploy/kubernetes name is there: settings, ports, images, and what health checks ask for."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from rag.settings import PREFIX, Settings
from server.http.scopes import RULES
from tests.support.places import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "team" / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
CADDY = (DEPLOY / "team" / "Caddyfile").read_text("utf-8")
MANIFESTS: list[dict[str, Any]] = [
    one
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for one in yaml.safe_load_all(file.read_text("utf-8"))
]
PODS: dict[str, Any] = {
    one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in MANIFESTS if "template" in one.get("spec", {})
}
SERVED = {route for method, route in RULES if method == "GET" and route.startswith("/health/")}
IMAGES = {"footnote", "postgres:15", "caddy:2"}


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in PODS.items():
        (container,) = pod["containers"]
        yield name, container


def named_settings() -> Iterator[tuple[str, str]]:
    """Every ``FOOTNOTE_*`` that a Footnote is given, with its value."""
    for service in SERVICES.values():
        if service["image"] == "footnote":
            yield from service.get("environment", {}).items()
    for _, container in containers():
        yield from ((one["name"], one["value"]) for one in container.get("env", []))
    for one in MANIFESTS:
        yield from one.get("stringData", {}).items()


def test_every_setting_that_is_given_is_one() -> None:
    given = [(key, value) for key, value in named_settings() if key.startswith(PREFIX)]
    assert {"FOOTNOTE_CATALOG_URL", "FOOTNOTE_VECTORS_URL", "FOOTNOTE_TRUSTED_PROXIES"} <= {key for key, _ in given}
    for key, value in given:
        assert Settings.from_environ({key: re.sub(r"\$\{[^}]*\}", "notes.example", value)})


def test_compose_opens_no_port_but_the_proxys() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert {name for name, one in SERVICES.items() if "front" in one["networks"]} == {"proxy", "one", "two"}
    assert (
        SERVICES["one"]["environment"]["FOOTNOTE_TRUSTED_PROXIES"]
        == (COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"])
    )


def test_two_processes_have_a_directory_each_and_no_right_too_much() -> None:
    footnotes = {name: one for name, one in SERVICES.items() if one["image"] == "footnote" and "build" in one}
    assert [one["volumes"] for one in footnotes.values()] == [["one:/data"], ["two:/data"]]
    for one in (*footnotes.values(), SERVICES["vectors"]):
        assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
    mounted = {volume.partition(":")[0] for one in SERVICES.values() for volume in one["volumes"]} - {"./Caddyfile"}
    assert mounted == set(COMPOSE["volumes"])


def test_proxy_leads_to_both_and_asks_what_is_answered() -> None:
    (upstreams,) = re.findall(r"reverse_proxy (.*) \{", CADDY)
    assert upstreams.split() == ["one:8000", "two:8000"]
    assert set(re.findall(r"health_uri (\S+)", CADDY)) <= SERVED
    assert "flush_interval -1" in CADDY  # answers stream
    allowed = SERVICES["one"]["environment"]["FOOTNOTE_ALLOWED_HOSTS"].split(",")
    assert {"one", "two"} <= set(allowed)  # the health checks call them by these names


def test_images_are_those_that_are_made_or_tested() -> None:
    used = {one["image"] for one in SERVICES.values()} | {one["image"] for _, one in containers()}
    assert used == IMAGES
    assert (DEPLOY / "team" / SERVICES["one"]["build"]["context"] / "deploy" / "Dockerfile").samefile(
        DEPLOY / "Dockerfile"
    )


def test_secrets_are_in_no_file_but_the_example() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or value.startswith("${DATABASE_PASSWORD:?")
    assert [
        key for _, one in containers() for key in (e["name"] for e in one.get("env", [])) if "PASSWORD" in key
    ] == []


def test_pods_are_not_root_and_are_not_given_settings_by_service_names() -> None:
    assert set(PODS) == {"footnote", "footnote-key", "footnote-database", "footnote-vectors"}
    for name, container in containers():
        pod = PODS[name]
        assert (pod["enableServiceLinks"], pod["securityContext"]["runAsNonRoot"]) == (False, True)
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


def test_probes_and_services_name_ports_and_addresses_that_are_there() -> None:
    probes = {
        (name, kind): container[kind]["httpGet"]
        for name, container in containers()
        for kind in ("startupProbe", "readinessProbe", "livenessProbe")
        if "httpGet" in container.get(kind, {})
    }
    assert len(probes) == 5
    for (name, _), probe in probes.items():
        assert probe["path"] in (SERVED if name == "footnote" else {"/api/v2/heartbeat"})
        assert probe["port"] in {port["name"] for port in PODS[name]["containers"][0]["ports"]}
    services = {one["metadata"]["name"]: one["spec"] for one in MANIFESTS if one["kind"] == "Service"}
    for name, spec in services.items():
        open_ports = {value for port in PODS[name]["containers"][0]["ports"] for value in port.values()}
        assert spec["ports"][0]["targetPort"] in open_ports
    assert "http://footnote-vectors:8000" in dict(named_settings()).values()
    assert "footnote-vectors" in services
