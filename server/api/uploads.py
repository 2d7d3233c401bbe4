"""``POST /v1/documents`` and ``/v1/jobs``."""

from dataclasses import dataclass, fields
from typing import Annotated, Any

from anyio import CancelScope, to_thread
from litestar import MediaType, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, InternalServerException
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, QueryParameter

from rag.errors import DiskFull, InvalidRequest
from rag.library import Library
from rag.types import DEFAULT_COLLECTION
from rag.upkeep.jobs import Jobs
from server.api.bodies import UnsupportedMediaType
from server.http.audit import NAMED
from server.http.caller import caller_of
from server.http.multipart import MOST_FILES, Receiver
from server.http.problems import NO_DESCRIPTOR, described

MULTIPART = "multipart/form-data"
_SOURCES_MEANING = (
    'A JSON list of `{"path": ..., "origin": ...}`, one for each file in order: by which path below its folder it is '
    "named, and where it is. Of folders that are ingested from elsewhere."
)
_STATES = ("queued", "running", "done", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The id of the job that takes the files in."""

    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatus:
    """What became of a file, ``None`` until that is known."""

    name: str
    outcome: str | None
    document_id: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job as the contract gives it; its passages so far: of the files that were read, and done."""

    id: str
    state: str
    files: list[FileStatus]
    passages_done: int
    passages_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A job in a list: how many of its files have an outcome, and when it was accepted (ISO 8601)."""

    id: str
    state: str
    collection: str
    created: str
    files_done: int
    files_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """The newest jobs, newest first, at most a thousand."""

    items: list[JobSummary]


@dataclass
class _UploadOperation(Operation):
    """Describes the body of an upload to the OpenAPI document."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="With the name of the file.")
        fields: dict[str, Reference | Schema] = {
            "file": Schema(
                type=OpenAPIType.ARRAY,
                items=file,
                min_items=1,
                max_items=MOST_FILES,
                description="One part a file.",
            ),
            "collection": Schema(
                type=OpenAPIType.STRING, default=DEFAULT_COLLECTION, description="The collection that they go into."
            ),
            "sources": Schema(
                type=OpenAPIType.STRING, content_media_type=MediaType.JSON.value, description=_SOURCES_MEANING
            ),
        }
        form = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["file"], additional_properties=False)
        self.request_body = RequestBody(content={MULTIPART: OpenAPIMediaType(schema=form)}, required=True)


@post(
    "/v1/documents",
    status_code=202,
    request_max_body_size=None,  # the receiver has a limit of its own
    responses=described(400, 403, 404, 413, 415, 503, 507),
    operation_class=_UploadOperation,
)
async def upload_documents(
    request: Request[Any, Any, Any], engine: NamedDependency[Library], jobs: NamedDependency[Jobs]
) -> Response[Accepted]:
    """Bring files in. Each is kept, whatever happens, once this answers; the job tells what becomes of it.

    A file with the name of one that was uploaded before takes its place. Who ingests folders may say of each file, in
    their order, by which path below its folder it is named and where it is: in a field `sources`, a JSON list of
    `{"path": ..., "origin": ...}`. It is then the document that `footnote ingest` makes of that file.
    """
    boundary = _boundary(request)
    job_id = jobs.new_id()
    accepted = False
    try:
        folder = await to_thread.run_sync(jobs.open, job_id)
        limit = engine.settings.max_upload_bytes
        with Receiver(folder, boundary=boundary, limit=limit) as receiver:
            await _receive(request, receiver)
        request.scope["state"][NAMED] = {"collection": receiver.collection}
        caller_of(request).see(receiver.collection)
        await to_thread.run_sync(jobs.accept, job_id, receiver.collection, receiver.names, receiver.origins)
        accepted = True
    except OSError as error:
        if error.errno in NO_DESCRIPTOR:
            raise
        raise DiskFull(f"the files cannot be kept: {error.strerror}") from error
    finally:
        if not accepted:
            with CancelScope(shield=True):
                await to_thread.run_sync(jobs.abandon, job_id)
    return Response(Accepted(job=job_id), headers={"Location": f"/v1/jobs/{job_id}"})


@get("/v1/jobs/{job_id:str}", sync_to_thread=True, responses=described(400, 404, 503))
def get_job(job_id: FromPath[str], jobs: NamedDependency[Jobs]) -> JobRecord:
    """How far a job is, and what became of each of its files."""
    status = jobs.status(job_id)
    return JobRecord(
        id=status.job.id,
        state=status.job.state,
        files=[
            FileStatus(name=one.name, outcome=one.outcome, document_id=one.document_id, reason=one.reason)
            for one in status.job.files
        ],
        passages_done=status.passages_done,
        passages_total=status.passages_total,
    )


@get("/v1/jobs", sync_to_thread=True, responses=described(400, 503))
def list_jobs(
    request: Request[Any, Any, Any],
    jobs: NamedDependency[Jobs],
    wanted: Annotated[str | None, QueryParameter(name="state", enum=_STATES)] = None,
) -> JobList:
    """The newest jobs, of one state or all; those that are not done are kept, of the others the newest thousand."""
    if wanted not in (None, *_STATES):
        raise InvalidRequest(f"state: {wanted!r} is none of {', '.join(_STATES)}")
    found = [one for one in jobs.newest(wanted) if caller_of(request).sees(one.collection)]
    return JobList(
        items=[JobSummary(**{part.name: getattr(one, part.name) for part in fields(JobSummary)}) for one in found]
    )


@delete("/v1/jobs/{job_id:str}", status_code=204, sync_to_thread=True, responses=described(400, 403, 404, 503, 507))
def cancel_job(job_id: FromPath[str], jobs: NamedDependency[Jobs]) -> None:
    """Cancel a job: files without an outcome are rejected as ``cancelled``, and the job is done.

    The file that is being read is given up; documents that were added stay. A job that is done stays as it is.
    """
    jobs.cancel(job_id)


def _boundary(request: Request[Any, Any, Any]) -> str:
    kind, options = request.content_type
    if kind != MULTIPART:
        raise UnsupportedMediaType(detail=f"send {MULTIPART}, not {kind or 'a body without a Content-Type'}")
    if not options.get("boundary"):
        raise ClientException(detail=f"Content-Type: {MULTIPART} without a boundary")
    return options["boundary"]


async def _receive(request: Request[Any, Any, Any], receiver: Receiver) -> None:
    receiver.expect(request.content_length)
    try:
        async for chunk in request.stream():
            if chunk:
                await to_thread.run_sync(receiver.feed, chunk)
    except InternalServerException as error:  # Litestar's word for a client that went away
        raise ClientException(detail="the request ended before its body did") from error
    await to_thread.run_sync(receiver.finish)
