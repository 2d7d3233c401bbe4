"""``footnote doctor --server``: each thing that is wrong with a real server is told in words."""

import datetime
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click.testing
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rag import __version__
from rag.cli import main
from tests.support.processes import run_here

METRICS = """footnote_ready 1
footnote_documents 5
footnote_passages 133
footnote_index_agrees {agrees}
footnote_index_rebuilding {rebuilding}
footnote_jobs{{state="queued"}} 2
footnote_jobs{{state="running"}} 1
footnote_jobs{{state="failed"}} {failed}
footnote_queue{{state="running"}} 2
footnote_queue{{state="waiting"}} {waiting}
footnote_queue_places 34
"""
SOUND = {"agrees": 1, "rebuilding": 0, "failed": 0, "waiting": 0}


class Ailing:
    """A server that says of itself what a test wants to see told."""

    def __init__(self) -> None:
        self.metrics = METRICS.format(**SOUND)
        self.answers = {
            "/health/live": (200, '{"status": "live"}'),
            "/health/ready": (200, '{"status": "ready"}'),
            "/schema/openapi.json": (200, f'{{"info": {{"version": "{__version__}"}}}}'),
        }
        self.headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        status, body = self.answers.get(scope["path"], (200, self.metrics))
        await send({"type": "http.response.start", "status": status, "headers": self.headers})
        await send({"type": "http.response.body", "body": body.encode()})


@pytest.fixture
def ailing() -> Ailing:
    return Ailing()


@pytest.fixture
def address(ailing: Ailing) -> Iterator[str]:
    with run_here(ailing, date_header=False) as address:
        yield address


def doctor(address: str, **environ: str) -> tuple[int, str]:
    done = click.testing.CliRunner(env=environ).invoke(main, ["doctor", "--server", address])
    return done.exit_code, done.output


def test_real_server_is_well(seeds_server: str) -> None:
    status, told = doctor(seeds_server)
    assert status == 0, told
    assert [line.split()[0] for line in told.splitlines()] == [
        *("server", "transport", "clock", "version", "ready", "documents", "index", "jobs", "queue", "nothing"),
    ]
    assert "documents              5, 133 passages\n" in told
    assert "clock                  the same\n" in told


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"agrees": 0}, "catalog and index do not agree; stop the server and run footnote doctor there"),
        ({"failed": 3}, "3 jobs failed; its log says why, and its next start tries them again"),
        ({"waiting": 32}, "every place in the queue is taken, and questions are refused; add cores or servers"),
    ],
)
def test_what_the_metrics_say_is_wrong_is_told(
    ailing: Ailing, address: str, change: dict[str, int], problem: str
) -> None:
    ailing.metrics = METRICS.format(**{**SOUND, **change})
    status, told = doctor(address)
    assert status == 1
    assert f"PROBLEM {problem}\n" in told


def test_reindexing_is_told_and_no_problem(ailing: Ailing, address: str) -> None:
    ailing.metrics = METRICS.format(**{**SOUND, "rebuilding": 1})
    status, told = doctor(address)
    assert status == 0
    assert "reindex                under way\n" in told
    assert "jobs                   3 not done, 0 failed\n" in told


def test_a_server_that_is_not_ready_says_why(ailing: Ailing, address: str) -> None:
    ailing.answers["/health/ready"] = (503, '{"detail": "the models are loading"}')
    ailing.metrics = ailing.metrics.replace("footnote_ready 1", "footnote_ready 0")
    status, told = doctor(address)
    assert status == 1
    assert "PROBLEM it cannot answer: the models are loading\n" in told
    assert "documents" not in told


def test_another_version_is_told(ailing: Ailing, address: str) -> None:
    ailing.answers["/schema/openapi.json"] = (200, '{"info": {"version": "9.9"}}')
    assert f"PROBLEM it runs version 9.9, this command is {__version__}; upgrade the older one" in doctor(address)[1]


@pytest.mark.parametrize(("ahead", "told"), [(300, "ahead of"), (-300, "behind")])
def test_another_clock_is_told(ailing: Ailing, address: str, ahead: int, told: str) -> None:
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + ahead))
    ailing.headers = [(b"date", date.encode())]
    found = doctor(address)[1]
    assert f" s {told} this machine's; set both by NTP\n" in found


def test_metrics_that_are_kept_back_are_no_problem(ailing: Ailing, address: str) -> None:
    ailing.answers["/metrics"] = (401, "")
    status, told = doctor(address)
    assert status == 0
    assert "metrics                not for everyone\n" in told


def test_what_is_no_footnote_is_told(ailing: Ailing, address: str) -> None:
    ailing.answers["/health/live"] = (200, "<h1>It works!</h1>")
    assert "something else answers there, with status 200" in doctor(address)[1]
    ailing.answers["/health/live"] = (421, '{"detail": "this server is not \'x\'"}')
    assert "this server is not 'x'" in doctor(address)[1]


def test_an_address_where_nothing_listens_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        status, told = doctor(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert status == 1
    assert "nothing listens there" in told


def test_tls_where_there_is_none_is_told(address: str) -> None:
    assert "it does not speak TLS" in doctor(address.replace("http:", "https:"))[1]


def certificate(folder: Path, days: int) -> dict[str, str]:
    """Options of uvicorn for a certificate of ``localhost`` that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return {"ssl_certfile": str(folder / "cert.pem"), "ssl_keyfile": str(folder / "key.pem")}


@pytest.mark.parametrize(
    ("days", "trusted", "said"),
    [
        (90, True, "the certificate holds for 90 days\n"),
        (5, True, "PROBLEM the certificate ends in 5 days; renew it\n"),
        (-1, True, "its certificate is not accepted (certificate has expired"),
        (90, False, "its certificate is not accepted (self-signed certificate"),
    ],
)
def test_certificate_is_judged(ailing: Ailing, tmp_path: Path, days: int, trusted: bool, said: str) -> None:
    options = certificate(tmp_path, days)
    environ = {"SSL_CERT_FILE": options["ssl_certfile"]} if trusted else {}
    with run_here(ailing, **options) as address:
        status, told = doctor(address.replace("http://127.0.0.1", "https://localhost"), **environ)
    assert said in told
    assert status == (0 if days == 90 and trusted else 1)
