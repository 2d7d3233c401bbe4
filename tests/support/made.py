"""Documents made by hand, for what no honest program writes."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from tests.support.places import ROOT

FILES = ROOT / "tests" / "files"
RELATIONS = "word/_rels/document.xml.rels"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
)
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
HELLO = b"BT /F 12 Tf 50 500 Td (Hello there) Tj ET"


def changed(like: str, member: str, data: bytes) -> bytes:
    """A file of ``tests/files``, which is a zip archive, with another member."""
    return with_members((FILES / like).read_bytes(), {member: data})


def with_members(source: bytes, members: dict[str, bytes]) -> bytes:
    """A zip archive with other members, and more of them."""
    made = BytesIO()
    with ZipFile(BytesIO(source)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in members:
                new.writestr(name, old.read(name))
        for name, data in members.items():
            new.writestr(name, data)
    return made.getvalue()


def member(like: str, name: str) -> bytes:
    """A member of a file of ``tests/files``."""
    with ZipFile(FILES / like) as archive:
        return archive.read(name)


def docx(body: str, before: str = "") -> bytes:
    """A DOCX of this body; ``before`` stands before its root."""
    document = f"{before}<w:document {W}><w:body>{body}</w:body></w:document>"
    return changed("ferry.docx", "word/document.xml", document.encode())


def said(text: str) -> str:
    """A paragraph of a DOCX."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def stream(data: bytes, fields: bytes = b"") -> bytes:
    """A stream of a PDF."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), fields, data)


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of them its catalog."""
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, start = len(objects) + 1, len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return made + b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, start)


def pdf_of(kids: bytes, count: int, content: bytes, catalog: bytes = b"") -> bytes:
    """A PDF with these pages, all of this content."""
    root = b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog
    return pdf(root, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), PAGE, content, FONT, FONT)


def documents_that_refer_to(address: str) -> dict[str, bytes]:
    """Documents that name ``address`` in every way in which a reader could be made to go there."""
    page = (
        f"<!DOCTYPE html SYSTEM '{address}/dtd'><html><head><base href='{address}/'>"
        f"<link rel='stylesheet' href='{address}/css'><meta http-equiv='refresh' content='0; url={address}/refresh'>"
        f"<script src='{address}/js'></script><style>@import url({address}/import);</style></head><body>"
        f"<p>The page of the address.</p><img src='{address}/img'/><iframe src='{address}/frame'></iframe>"
        f"<object data='{address}/object'></object></body></html>"
    ).encode()
    external = f"<!DOCTYPE x [<!ENTITY % p SYSTEM '{address}/pe'> %p; <!ENTITY e SYSTEM '{address}/e'>]>"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    picture = f'<Relationship Id="rIdX" Type="{kind}" Target="{address}/picture" TargetMode="External"/>'
    relations = member("ferry.docx", RELATIONS).replace(b"</Rel", f"{picture}</Rel".encode(), 1)
    yaml = f"---\ntitle: !!python/object/apply:os.system ['curl {address}/yaml']\n---\n\n"
    return {
        "a.html": page,
        "a.xhtml": f"{external}<html><body><p>The &e; page.</p></body></html>".encode(),
        "a.md": f"{yaml}![The picture]({address}/md)\n".encode(),
        "a.docx": docx(said("The text of the letter. &e;"), external),
        "b.docx": changed("ferry.docx", RELATIONS, relations),
        "a.epub": changed("ferry.epub", "EPUB/text/ch001.xhtml", page),
        "a.eml": b"Subject: A letter\nContent-Type: text/html\n\n" + page,
        "a.pdf": pdf_of(b"3 0 R", 1, stream(HELLO), f"/OpenAction<</S/URI/URI({address}/open)>>".encode()),
    }


def slow_pdf(pages: int) -> bytes:
    """A small, sound PDF without text that takes the parser about a hundredth of a second a page."""
    return pdf_of(
        b"3 0 R " * pages, pages, stream(zlib.compress(b"q 1 0 0 1 0 0 cm Q " * 50_000), b"/Filter/FlateDecode")
    )
