"""``footnote doctor --server``: how a server elsewhere is, and in words what is wrong with it."""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from rag import __version__
from rag.errors import FootnoteError

_TIMEOUT = httpx.Timeout(10.0)
_CLOCK_SECONDS = 30.0  # of difference: tokens and certificates are judged by the clock
_CERTIFICATE_DAYS = 14.0  # left: enough to renew it, and less than what renewal by ACME leaves, 30
_DAY = 86_400
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KEPT_BACK = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)


class Checkup:
    """What a server says of itself.

    Args:
        address: Of the server, ``https://notes.example``.

    ``problems`` are sentences, each with what to do.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.problems: list[str] = []

    def lines(self) -> Iterator[tuple[str, str]]:
        """What there is to say, as name and value; afterwards ``problems`` is whole.

        Raises:
            FootnoteError: When nothing answers at the address; it says why, as far as that is known.
        """
        with httpx.Client(base_url=self.address, timeout=_TIMEOUT, trust_env=False, verify=_trusted()) as client:
            began = time.time()
            alive = self._got(client, "/health/live")
            if alive.status_code == httpx.codes.MISDIRECTED_REQUEST:
                raise FootnoteError(f"{self.address}: {_detail(alive)}")
            if alive.status_code != httpx.codes.OK or "live" not in alive.text:
                raise FootnoteError(f"{self.address}: something else answers there, with status {alive.status_code}")
            yield "server", self.address
            yield from self._transport(alive)
            yield from self._clock(alive, began)
            yield from self._version(client)
            yield from self._readiness(client)
            yield from self._standing(client)

    def _got(self, client: httpx.Client, path: str) -> httpx.Response:
        try:
            return client.get(path)
        except httpx.HTTPError as error:
            raise FootnoteError(f"{self.address}: {_why(error)}") from error

    def _transport(self, response: httpx.Response) -> Iterator[tuple[str, str]]:
        host = urlsplit(self.address).hostname or ""
        if not self.address.startswith("https://"):
            yield "transport", "in the clear"
            if host not in _LOOPBACK:
                self.problems.append(
                    "questions, answers and keys travel in the clear; put a proxy with TLS before the server"
                )
            return
        connection = response.extensions["network_stream"].get_extra_info("ssl_object")
        ends = ssl.cert_time_to_seconds(connection.getpeercert()["notAfter"])
        days = (ends - time.time()) / _DAY
        yield "transport", f"{connection.version()}, the certificate holds for {days:.0f} days"
        if days < _CERTIFICATE_DAYS:
            self.problems.append(f"the certificate ends in {days:.0f} days; renew it")

    def _clock(self, response: httpx.Response, began: float) -> Iterator[tuple[str, str]]:
        told = response.headers.get("date")
        if told is None:
            return
        ahead = parsedate_to_datetime(told).timestamp() - began
        yield "clock", "the same" if abs(ahead) < _CLOCK_SECONDS else f"{ahead:+.0f} s"
        if abs(ahead) >= _CLOCK_SECONDS:
            order = "ahead of" if ahead > 0 else "behind"
            self.problems.append(f"its clock is {abs(ahead):.0f} s {order} this machine's; set both by NTP")

    def _version(self, client: httpx.Client) -> Iterator[tuple[str, str]]:
        found = self._got(client, "/schema/openapi.json")
        version = "unknown"
        with suppress(ValueError, KeyError, TypeError):
            version = str(found.json()["info"]["version"])
        yield "version", version
        if version not in (__version__, "unknown"):
            self.problems.append(f"it runs version {version}, this command is {__version__}; upgrade the older one")

    def _readiness(self, client: httpx.Client) -> Iterator[tuple[str, str]]:
        found = self._got(client, "/health/ready")
        ready = found.status_code == httpx.codes.OK
        yield "ready", "yes" if ready else "no"
        if not ready:
            self.problems.append(f"it cannot answer: {_detail(found)}")

    def _standing(self, client: httpx.Client) -> Iterator[tuple[str, str]]:
        found = self._got(client, "/metrics")
        if found.status_code != httpx.codes.OK:
            kept = found.status_code in _KEPT_BACK
            yield "metrics", "not for everyone" if kept else f"status {found.status_code}"
            return
        metrics = _metrics(found.text)
        if metrics.get("footnote_ready"):
            yield "documents", f"{metrics['footnote_documents']:.0f}, {metrics['footnote_passages']:.0f} passages"
            yield from self._index(metrics)
        yield from self._queue(metrics)

    def _index(self, metrics: dict[str, float]) -> Iterator[tuple[str, str]]:
        agrees = metrics["footnote_index_agrees"] == 1
        yield "index", "agrees with the catalog" if agrees else "does not agree with the catalog"
        if not agrees:
            self.problems.append("catalog and index do not agree; stop the server and run footnote doctor there")
        if metrics["footnote_index_rebuilding"]:
            yield "reindex", "under way"
        failed = metrics["footnote_jobs_failed"]
        unfinished = metrics["footnote_jobs_queued"] + metrics["footnote_jobs_running"]
        yield "jobs", f"{unfinished:.0f} not done, {failed:.0f} failed"
        if failed:
            self.problems.append(f"{failed:.0f} jobs failed; its log says why, and its next start tries them again")

    def _queue(self, metrics: dict[str, float]) -> Iterator[tuple[str, str]]:
        running, waiting = metrics["footnote_queue_running"], metrics["footnote_queue_waiting"]
        places = metrics["footnote_queue_places"]
        yield "queue", f"{running:.0f} questions are answered, {waiting:.0f} wait, of {places:.0f} places"
        if running + waiting >= places:
            self.problems.append("every place in the queue is taken, and questions are refused; add cores or servers")


def _trusted() -> ssl.SSLContext:
    """What this machine trusts, and what SSL_CERT_FILE names."""
    return ssl.create_default_context()


def _metrics(text: str) -> dict[str, float]:
    """The values of metrics by name, with the value of ``state`` where they have that label."""
    from prometheus_client.parser import text_string_to_metric_families

    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        "_".join([one.name, *([one.labels["state"]] if "state" in one.labels else [])]): one.value for one in samples
    }


def _why(error: httpx.HTTPError) -> str:
    """What went wrong, in words that say what to look at."""
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return f"its certificate is not accepted ({said.partition('failed: ')[2]}); renew it, or trust who signed it"
    if "SSL" in said:
        return f"it does not speak TLS ({said}); use http://, or its proxy's port"
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {_TIMEOUT.read:.0f} s; is something in between, or the machine overloaded?"
    if isinstance(error, httpx.ConnectError):
        return f"nothing listens there ({said}); is footnote serve running, and is the name right?"
    return f"it breaks off ({said or type(error).__name__}); is that the port of footnote serve?"


def _detail(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"it answers with status {response.status_code}"
