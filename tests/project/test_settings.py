"""Settings: defaults, each variable, and what fails by name."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, user_data_dir
from tests.support.places import ROOT

VALUES = [
    ("FOOTNOTE_DATA_DIR", "/var/lib/notes", Path("/var/lib/notes")),
    ("FOOTNOTE_CATALOG_URL", "postgresql://me@db/notes", "postgresql://me@db/notes"),
    ("FOOTNOTE_SERVER", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ("FOOTNOTE_KEY", "fn_1", "fn_1"),
    ("FOOTNOTE_HOST", "0.0.0.0", "0.0.0.0"),
    ("FOOTNOTE_PORT", "9000", 9000),
    ("FOOTNOTE_KEY_REQUESTS", "5", 5),
    ("FOOTNOTE_ADDRESS_REQUESTS", "6", 6),
    ("FOOTNOTE_SESSION_HOURS", "2", 2),
    ("FOOTNOTE_AUDIT_LOG", "/var/log/footnote.jsonl", "/var/log/footnote.jsonl"),
    (
        "FOOTNOTE_ALLOW_ORIGINS",
        "https://Wiki.example, http://[::1]:9000,",
        ("https://wiki.example", "http://[::1]:9000"),
    ),
    ("FOOTNOTE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, ::1", ("127.0.0.1/32", "10.0.0.0/8", "::1/128")),
    ("FOOTNOTE_TRUSTED_USER_HEADER", "X-Forwarded-User", "X-Forwarded-User"),
    ("FOOTNOTE_TRUSTED_USER_SCOPE", "write", "write"),
    ("FOOTNOTE_ALLOWED_HOSTS", "notes.example, [fd00::1],", ("notes.example", "[fd00::1]")),
    ("FOOTNOTE_MAX_WAITING", "5", 5),
    ("FOOTNOTE_MAX_CONNECTIONS", "20", 20),
    ("FOOTNOTE_LOG_FORMAT", "json", "json"),
    ("FOOTNOTE_TRACES_URL", "http://127.0.0.1:4318/v1/traces", "http://127.0.0.1:4318/v1/traces"),
    ("FOOTNOTE_ENCODER", "org/encoder", "org/encoder"),
    ("FOOTNOTE_RERANKER", "/models/reranker", "/models/reranker"),
    ("FOOTNOTE_PASSAGE_TOKENS", "120", 120),
    ("FOOTNOTE_RETRIEVE_LIMIT", "50", 50),
    ("FOOTNOTE_RERANK_TOKENS", "2000", 2000),
    ("FOOTNOTE_THRESHOLD", "0.75", 0.75),
    ("FOOTNOTE_KEEP_ANSWERS", "500", 500),
    ("FOOTNOTE_CACHED_ANSWERS", "200", 200),
    ("FOOTNOTE_MAX_UPLOAD_MB", "30", 30),
    ("FOOTNOTE_PARSE_SECONDS", "5", 5),
    ("FOOTNOTE_PARSE_MEMORY_MB", "512", 512),
    ("FOOTNOTE_MAX_TEXT_CHARACTERS", "2000", 2000),
    ("FOOTNOTE_MAX_PASSAGES", "300", 300),
    ("FOOTNOTE_THREADS", "4", 4),
    ("FOOTNOTE_VECTORS_URL", "http://127.0.0.1:8001", "http://127.0.0.1:8001"),
    ("FOOTNOTE_VECTORS_TENANT", "maps", "maps"),
    ("FOOTNOTE_VECTORS_DATABASE", "notes", "notes"),
    ("FOOTNOTE_VECTORS_HEADERS", "x-chroma-token: abc; x-team: maps", (("x-chroma-token", "abc"), ("x-team", "maps"))),
    ("FOOTNOTE_VECTORS_SECONDS", "3", 3),
    ("FOOTNOTE_WRITER_URL", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    ("FOOTNOTE_WRITER_MODEL", "qwen3:8b", "qwen3:8b"),
    ("FOOTNOTE_WRITER_KEY", "sk-1", "sk-1"),
    ("FOOTNOTE_WRITER_EVIDENCE_TOKENS", "3000", 3000),
    ("FOOTNOTE_WRITER_ANSWER_TOKENS", "200", 200),
    ("FOOTNOTE_WRITER_FIRST_SECONDS", "60", 60),
    ("FOOTNOTE_WRITER_SECONDS", "300", 300),
    ("FOOTNOTE_WRITER_RETRIES", "0", 0),
]
LIMITS = [
    ("FOOTNOTE_PORT", 0, 65535),
    ("FOOTNOTE_KEY_REQUESTS", 0, 10_000_000),
    ("FOOTNOTE_ADDRESS_REQUESTS", 0, 10_000_000),
    ("FOOTNOTE_SESSION_HOURS", 1, 8_760),
    ("FOOTNOTE_MAX_WAITING", 0, 10_000),
    ("FOOTNOTE_MAX_CONNECTIONS", 16, 100_000),
    ("FOOTNOTE_PASSAGE_TOKENS", 16, 400),
    ("FOOTNOTE_RETRIEVE_LIMIT", 5, 200),
    ("FOOTNOTE_RERANK_TOKENS", 100, 20000),
    ("FOOTNOTE_KEEP_ANSWERS", 0, 1_000_000),
    ("FOOTNOTE_CACHED_ANSWERS", 0, 100_000),
    ("FOOTNOTE_MAX_UPLOAD_MB", 1, 100_000),
    ("FOOTNOTE_PARSE_SECONDS", 1, 3_600),
    ("FOOTNOTE_PARSE_MEMORY_MB", 256, 65_536),
    ("FOOTNOTE_MAX_TEXT_CHARACTERS", 1_000, 100_000_000),
    ("FOOTNOTE_MAX_PASSAGES", 100, 10_000_000),
    ("FOOTNOTE_THREADS", 0, 256),
    ("FOOTNOTE_VECTORS_SECONDS", 1, 600),
    ("FOOTNOTE_WRITER_EVIDENCE_TOKENS", 200, 100_000),
    ("FOOTNOTE_WRITER_ANSWER_TOKENS", 16, 8_000),
    ("FOOTNOTE_WRITER_FIRST_SECONDS", 1, 600),
    ("FOOTNOTE_WRITER_SECONDS", 1, 3_600),
    ("FOOTNOTE_WRITER_RETRIES", 0, 10),
]
TEXTS = ["FOOTNOTE_DATA_DIR", "FOOTNOTE_SERVER", "FOOTNOTE_HOST", "FOOTNOTE_ENCODER", "FOOTNOTE_RERANKER"]


def name_of(key: str) -> str:
    return key.removeprefix("FOOTNOTE_").lower()


def test_defaults_without_any_variable() -> None:
    assert Settings.from_environ({}) == Settings(
        data_dir=user_data_dir(),
        host="127.0.0.1",
        port=8000,
        encoder="bge-small-en-v1.5",
        reranker="ms-marco-MiniLM-L-12-v2",
        passage_tokens=48,
        retrieve_limit=30,
        rerank_tokens=900,
        threshold=0.55,
        threads=0,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep a user's data elsewhere")
def test_data_directory_is_the_user_s_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Settings.from_environ({}).data_dir == tmp_path / "footnote"
    assert Settings.from_environ({"FOOTNOTE_DATA_DIR": "here"}).data_dir == Path("here")


def test_every_setting_has_a_variable_here() -> None:
    assert [name_of(key) for key, _, _ in VALUES] == [field.name for field in fields(Settings)]


@pytest.mark.parametrize(("key", "raw", "value"), VALUES)
def test_a_variable_sets_its_setting_and_no_other(key: str, raw: str, value: object) -> None:
    found = Settings.from_environ({key: f" {raw} ", "PATH": "/bin", "FOOT": "1", "footnote_port": "1"})
    default = Settings()
    changed = {field.name for field in fields(Settings) if getattr(found, field.name) != getattr(default, field.name)}
    assert changed == {name_of(key)}
    assert getattr(found, name_of(key)) == value


@pytest.mark.parametrize(("key", "low", "high"), LIMITS)
def test_a_whole_number_is_taken_up_to_its_limits(key: str, low: int, high: int) -> None:
    for value in (low, high):
        assert getattr(Settings.from_environ({key: str(value)}), name_of(key)) == value


@pytest.mark.parametrize(("key", "low", "high"), LIMITS)
def test_a_whole_number_beyond_its_limits_fails_with_key_value_and_limit(key: str, low: int, high: int) -> None:
    for value in (low - 1, high + 1):
        with pytest.raises(SettingsError, match=f"^{key}='{value}' cannot be used: it must be from {low} to {high}$"):
            Settings.from_environ({key: str(value)})


@pytest.mark.parametrize("key", [key for key, _, _ in LIMITS])
@pytest.mark.parametrize("raw", ["", "many", "1.5", "0x10"])
def test_no_whole_number_fails_with_key_and_value(key: str, raw: str) -> None:
    with pytest.raises(SettingsError, match=f"^{key}='{raw}' cannot be used: it must be a whole number$"):
        Settings.from_environ({key: raw})


@pytest.mark.parametrize("raw", ["0", "1", "1e-3"])
def test_threshold_is_taken_from_0_to_1(raw: str) -> None:
    assert Settings.from_environ({"FOOTNOTE_THRESHOLD": raw}).threshold == float(raw)


@pytest.mark.parametrize("raw", ["-0.1", "1.01", "nan", "inf"])
def test_threshold_beyond_its_limits_fails_with_key_value_and_limit(raw: str) -> None:
    with pytest.raises(SettingsError, match=f"^FOOTNOTE_THRESHOLD='{raw}' cannot be used: it must be from 0 to 1$"):
        Settings.from_environ({"FOOTNOTE_THRESHOLD": raw})


@pytest.mark.parametrize("raw", ["http://notes.example", "notes.example/path", "*", "notes example", "a;b"])
def test_a_host_that_is_no_name_fails_with_the_name(raw: str) -> None:
    with pytest.raises(SettingsError, match=r"^FOOTNOTE_ALLOWED_HOSTS=.* cannot be used: .* is no host name"):
        Settings.from_environ({"FOOTNOTE_ALLOWED_HOSTS": raw})


@pytest.mark.parametrize("raw", ["", "JSON", "logfmt"])
def test_a_log_format_that_there_is_not_fails_with_those_there_are(raw: str) -> None:
    with pytest.raises(SettingsError, match=f"^FOOTNOTE_LOG_FORMAT='{raw}' cannot be used: it must "):
        Settings.from_environ({"FOOTNOTE_LOG_FORMAT": raw})


def test_threshold_that_is_no_number_fails() -> None:
    with pytest.raises(SettingsError, match=r"^FOOTNOTE_THRESHOLD='half' cannot be used: it must be a number$"):
        Settings.from_environ({"FOOTNOTE_THRESHOLD": "half"})


def test_keys_are_not_shown() -> None:
    assert "sk-1" not in repr(Settings(writer_key="sk-1"))
    assert "fn_1" not in repr(Settings(key="fn_1"))


@pytest.mark.parametrize("raw", ["", "Read", "read,write", "owner"])
def test_a_scope_that_is_none_fails_with_those_there_are(raw: str) -> None:
    message = f"^FOOTNOTE_TRUSTED_USER_SCOPE='{raw}' cannot be used: it must be one of read, write, admin$"
    with pytest.raises(SettingsError, match=message):
        Settings.from_environ({"FOOTNOTE_TRUSTED_USER_SCOPE": raw})


@pytest.mark.parametrize("raw", ["wiki.example", "https://wiki.example/", "*", "null", "ftp://wiki.example"])
def test_an_origin_that_is_none_fails_with_it(raw: str) -> None:
    with pytest.raises(SettingsError, match=r"^FOOTNOTE_ALLOW_ORIGINS=.* cannot be used: .* is no origin; write https"):
        Settings.from_environ({"FOOTNOTE_ALLOW_ORIGINS": raw})


@pytest.mark.parametrize("raw", ["proxy.example", "10.0.0.1/8", "127.0.0.1:80"])
def test_a_network_that_is_none_fails_with_it(raw: str) -> None:
    with pytest.raises(SettingsError, match=f"^FOOTNOTE_TRUSTED_PROXIES='{raw}' cannot be used: '?{raw}"):
        Settings.from_environ({"FOOTNOTE_TRUSTED_PROXIES": raw})


@pytest.mark.parametrize("raw", ["sesame", "x token: sesame", "x-token: sésame"])
def test_headers_that_are_none_fail_and_stay_secret(raw: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^FOOTNOTE_VECTORS_HEADERS=\.\.\. cannot be used: it must be `name: value`"
    ):
        Settings.from_environ({"FOOTNOTE_VECTORS_HEADERS": raw})
    assert "sesame" not in repr(Settings(vectors_headers=(("x-token", "sesame"),)))


@pytest.mark.parametrize("key", TEXTS)
def test_an_empty_text_fails(key: str) -> None:
    with pytest.raises(SettingsError, match=f"^{key}=' ' cannot be used: it must not be empty$"):
        Settings.from_environ({key: " "})


@pytest.mark.parametrize("key", ["FOOTNOTE_PROT", "FOOTNOTE_", "FOOTNOTE_Port", "FOOTNOTE_TESTS"])
def test_an_unknown_name_fails_with_the_names_there_are(key: str) -> None:
    names = ", ".join(sorted(key for key, _, _ in VALUES))
    with pytest.raises(SettingsError, match=f"^{key} is not a setting; the settings are {names}$"):
        Settings.from_environ({key: "1", "FOOTNOTE_PORT": "9000"})


def test_names_of_the_tests_are_passed_over() -> None:
    assert Settings.from_environ({"FOOTNOTE_TEST_CHROMIUM": "/usr/bin/chromium"}) == Settings()


def test_worker_threads_of_0_are_the_cores() -> None:
    assert Settings(threads=3).worker_threads == 3
    assert Settings(threads=0).worker_threads == os.cpu_count()


def test_table_of_the_page_is_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    command = [sys.executable, "-m", "rag.settings"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=True)
    assert [line for line in page.splitlines() if line.startswith("|")] == done.stdout.splitlines()
    assert len(done.stdout.splitlines()) == 2 + len(VALUES)
