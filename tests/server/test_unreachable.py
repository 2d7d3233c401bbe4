"""A server whose database is gone: 503 until it answers again, and nothing that was stored is lost."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx

from eval.run.toys import WordEncoder, WordScorer
from rag.library import assemble
from rag.settings import Settings
from server.api.ask import ask
from server.api.documents import get_text
from tests.support.engines import write_and_ingest
from tests.support.postgres import Server
from tests.support.processes import serve_here

LAMP = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
BUILT = {"question": "Who built the lighthouse of Morvane?"}


def test_database_that_is_gone_is_503_and_answers_come_back_with_it(postgres: Server, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", encoder="words", threshold=0.2, passage_tokens=16, catalog_url=postgres.new_url()
    )
    with closing(assemble(settings, WordEncoder(), WordScorer())) as library:
        write_and_ingest(library, tmp_path / "files", {"lamp.txt": LAMP})
        with serve_here(lambda: library, ask, get_text) as address, httpx.Client(base_url=address) as client:
            before = client.post("/v1/ask", json=BUILT).json()
            postgres.stop("immediate")
            try:
                for gone in (client.post("/v1/ask", json=BUILT), client.get("/v1/documents/lamp/text")):
                    assert (gone.status_code, gone.headers["retry-after"]) == (503, "1")
                    assert gone.json()["detail"] == "the database does not answer; try again in a while"
            finally:
                postgres.start()
            after = client.post("/v1/ask", json=BUILT).json()
            assert after["citations"] == before["citations"] != []
            assert client.get("/v1/documents/lamp/text").status_code == 200
