"""Retrieval, reading and citing: everything Footnote does apart from serving and measuring.

Layers, lowest first; a module imports only from layers below its own (``make check`` holds it to that):

0. ``errors``, ``types``, ``protocols``
1. ``settings`` and pure text functions: ``clean``, ``dates``, ``layout``, ``sentences``, ``terms``, ``budget``
2. what touches files: ``parse``, ``models``, ``catalog``, ``vectors``, ``seal``
3. one module a stage: ``describe``, ``split``, ``chunk`` | ``retrieve``, ``rerank``,
   ``answerability``, ``read``, ``cite``
4. ``store`` (opening a data directory), ``engine``, ``ingest``
5. ``progress``, ``cli``

Importing ``rag`` loads neither torch nor chromadb nor onnxruntime.
"""

__version__ = "0.1.0"
