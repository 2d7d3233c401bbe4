"""The tools with the official client of the Model Context Protocol, over HTTP and over stdio."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from litestar import Litestar
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult

from rag.errors import NotFound
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.lock import lock_directory
from server.http.line import Line
from server.mcp.http import Endpoint, InLine, mcp_route
from server.mcp.stdio import Kept
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.loops import in_a_loop
from tests.support.places import ROOT
from tests.support.processes import run_here, serve
from tests.support.slow import CountingReader, WaitingScorer

MILL = "The mill\n\nThe mill of Zarnov was built by Ada Kern in 1902. It ground rye until 1951.\n"
QUESTION = "Who built the mill of Zarnov?"
READING = ["ask", "search", "read_document", "verify"]
WRITING = ["add_document", "remove_document"]
MODES = ["auto", "legacy"]  # with and without a handshake
_Result = TypeVar("_Result")


@pytest.fixture(scope="module")
def data_dir(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    with closing(assemble(Settings(data_dir=folder / "data"), encoder, scorer)) as engine:
        write_and_ingest(engine, folder / "files", {"mill.txt": MILL})
    return folder / "data"


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    with serve(data_dir, FOOTNOTE_ALLOWED_HOSTS="notes.example") as found:
        yield found


def stdio(data_dir: Path, *options: str) -> StdioServerParameters:
    """The command as a desktop program starts it: with none of the environment but the path."""
    arguments = ["-m", "rag", "mcp", "--data-dir", str(data_dir), *options]
    return StdioServerParameters(command=sys.executable, args=arguments, env={"PYTHONPATH": str(ROOT)}, cwd=ROOT)


def used(
    server: str | StdioServerParameters, use: Callable[[Client], Awaitable[_Result]], mode: str = "auto"
) -> _Result:
    """What ``use`` makes of a client of a server."""

    async def connected() -> _Result:
        async with Client(server, mode=mode) as client:
            return await use(client)

    return in_a_loop(connected)


async def called(client: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def refused(client: Client, tool: str, /, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert result.is_error
    return str(result.content[0].text)  # type: ignore[union-attr]


async def everything(client: Client) -> None:
    """Use each of the reading tools, and see that what one returns can be given to the next."""
    answer = await called(client, "ask", question=QUESTION)
    (source,) = answer["sources"]
    assert (answer["answered"], source["path"]) == (True, "mill.txt")
    assert answer["answer"] == "The mill of Zarnov was built by Ada Kern in 1902. [1]"
    place = {key: source[key] for key in ("document_id", "start", "end")}
    read = await called(client, "read_document", **place)
    assert (read["text"], read["characters"]) == (source["quote"], len(MILL))
    whole = await called(client, "read_document", document_id=source["document_id"])
    assert (whole["text"], whole["start"], whole["end"]) == (MILL, 0, len(MILL))
    found = await called(client, "search", query="rye", limit=1)
    assert [(one["title"], one["path"]) for one in found["passages"]] == [("The mill", "mill.txt")]
    checked = await called(client, "verify", text="The mill of Zarnov was built by Ada Kern in 1902. Pigs can fly.")
    assert [one["verdict"] for one in checked["sentences"]] == ["supported", "unsupported"]
    assert checked["sources"][checked["sentences"][0]["sources"][0] - 1]["quote"] == source["quote"]
    unanswered = await called(client, "ask", question="Who met Putin in Geneva?")
    assert (unanswered["answered"], unanswered["sources"]) == (False, [])
    assert "there is no document 'none'" in await refused(client, "read_document", document_id="none")
    assert "there is no collection 'none'" in await refused(client, "ask", question=QUESTION, collection="none")
    assert "blank" in await refused(client, "search", query=" ")
    assert "max_statements" in await refused(client, "ask", question=QUESTION, max_statements=99)
    assert "Unknown tool" in await refused(client, "add_document", name="a.txt", text="A.")


async def names_and_hints(client: Client) -> dict[str, bool | None]:
    found = (await client.list_tools()).tools
    assert all(tool.description and tool.output_schema for tool in found)
    return {tool.name: tool.annotations.read_only_hint if tool.annotations else None for tool in found}


@pytest.mark.parametrize("mode", MODES)
def test_every_tool_over_http(address: str, mode: str) -> None:
    used(f"{address}/mcp", everything, mode)


def test_tools_over_http_only_read(address: str) -> None:
    assert used(f"{address}/mcp", names_and_hints) == dict.fromkeys(READING, True)


def test_answer_over_http_has_a_receipt(address: str) -> None:
    answer = used(f"{address}/mcp", lambda client: called(client, "ask", question=QUESTION))
    assert httpx.get(f"{address}/v1/answers/{answer['receipt']}").json()["answer"] == answer["answer"]


def test_every_tool_over_stdio_beside_a_server_of_the_directory(address: str, data_dir: Path) -> None:
    assert address
    used(stdio(data_dir), everything)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 405),
        ("DELETE", {}, 405),
        ("POST", {"Origin": "http://elsewhere.example"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {"Host": "elsewhere.example"}, 421),
        ("POST", {"Host": "notes.example", "Content-Type": "application/json"}, 406),
    ],
)
def test_guards_of_the_server_hold_for_the_tools(
    address: str, method: str, headers: dict[str, str], status: int
) -> None:
    response = httpx.request(method, f"{address}/mcp", headers={"Accept": "text/html", **headers})
    assert response.status_code == status
    assert response.headers["x-request-id"]


def test_body_over_the_limit_is_refused(address: str) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    response = httpx.post(f"{address}/mcp", content=b" " * 300_000, headers=headers)
    assert response.status_code == 413


def test_every_tool_over_stdio_on_a_directory_of_its_own(encoder: Encoder, scorer: PairScorer, tmp_path: Path) -> None:
    with closing(assemble(Settings(data_dir=tmp_path / "data"), encoder, scorer)) as engine:
        write_and_ingest(engine, tmp_path / "files", {"mill.txt": MILL})
    used(stdio(tmp_path / "data"), everything, "legacy")


def test_documents_are_added_and_removed_only_where_that_is_allowed(tmp_path: Path) -> None:
    async def write(client: Client) -> None:
        hints = await names_and_hints(client)
        assert hints == {**dict.fromkeys(READING, True), **dict.fromkeys(WRITING, False)}
        added = await called(client, "add_document", name="../mill.md", text=MILL)
        assert added == {"document_id": "mill.md", "outcome": "added", "reason": None}
        assert (await called(client, "ask", question=QUESTION))["answered"]
        again = await called(client, "add_document", name="mill.md", text=MILL.replace("Ada Kern", "Ivo Stein"))
        assert (again["document_id"], again["outcome"]) == ("mill.md", "updated")
        assert "Ivo Stein" in (await called(client, "ask", question=QUESTION))["answer"]
        empty = await called(client, "add_document", name="empty.md", text="...")
        assert (empty["outcome"], empty["document_id"]) == ("rejected", None)
        assert (await called(client, "remove_document", document_id="mill.md"))["outcome"] == "removed"
        assert "no document 'mill.md'" in await refused(client, "remove_document", document_id="mill.md")
        assert not (await called(client, "ask", question=QUESTION))["answered"]

    used(stdio(tmp_path / "data", "--write"), write)


def test_directory_is_given_back_a_while_after_the_last_call(tmp_path: Path) -> None:
    opened: list[str] = []

    @contextmanager
    def opening(name: str) -> Iterator[Any]:
        with lock_directory(tmp_path):
            opened.append(name)
            yield name

    first, second = Kept(lambda: opening("first"), idle_seconds=0.05), Kept(lambda: opening("second"))
    with first.use() as one, first.use() as other:
        assert one is other
    with second.use():  # waits for the first
        assert opened == ["first", "second"]
    with second.use():  # is open still
        assert opened == ["first", "second"]
    second.close()
    with lock_directory(tmp_path):
        pass


def test_directory_is_given_back_at_once_where_a_call_failed(tmp_path: Path) -> None:
    kept = Kept(lambda: lock_directory(tmp_path))  # type: ignore[arg-type,return-value]
    with pytest.raises(NotFound), kept.use():
        raise NotFound("document", "a")
    with Kept(lambda: lock_directory(tmp_path)).use():  # type: ignore[arg-type,return-value]
        pass


def app_with_tools(engine: Library, line: Line) -> Litestar:
    tools = Endpoint(InLine(lambda: engine, line))
    return Litestar([mcp_route(tools)], on_shutdown=[tools.stop], logging_config=None)


@pytest.mark.parametrize("mode", MODES)
def test_client_that_leaves_stops_the_work_between_stages(open_library: OpenLibrary, tmp_path: Path, mode: str) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"mill.txt": MILL})
    scorer, reader = WaitingScorer(), CountingReader()
    line = Line(running=1, waiting=0)
    app = app_with_tools(replace(engine, scorer=scorer, reader=reader), line)

    async def leave(client: Client) -> str:
        asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await asyncio.to_thread(scorer.started.wait, 30)
        busy = await refused(client, "ask", question=QUESTION)
        asking.cancel()
        return busy

    with run_here(app, lifespan="on") as address:
        busy = used(f"{address}/mcp", leave, mode)
        for _ in range(5):  # the server has seen by then that the client left
            assert httpx.get(f"{address}/mcp").status_code == 405
        scorer.let.set()
    line.close()
    assert "too many questions are waiting" in busy
    assert reader.asked == 0
