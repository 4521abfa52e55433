# Carousel: `make run` opens the app, `make test` runs every test. `make help` lists the rest.

PORT     ?= 8501
ADDRESS  ?= localhost
# Open a browser window where there is a screen; elsewhere only print the address.
HEADLESS ?= $(if $(or $(filter Darwin,$(shell uname -s)),$(DISPLAY),$(WAYLAND_DISPLAY)),false,true)

# Processes that run the tests, at most four: a number, or as many as there are cores.
WORKERS  ?= auto

VENV    := .venv
PY      := $(VENV)/bin/python
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

.DEFAULT_GOAL := help
.PHONY: help run test lint bench clean distclean

help:
	@echo "make run        set up and open the app            PORT=$(PORT) ADDRESS=$(ADDRESS) HEADLESS=$(HEADLESS)"
	@echo "make test       set up and run every test          ARGS='-k name' goes to pytest, WORKERS=0: in one process"
	@echo "make lint       ruff and mypy"
	@echo "make bench      benchmarks                         ARGS='latency --page Stability'"
	@echo "make clean      remove caches;  make distclean: remove $(VENV) too"
	@echo "Set-up takes    PYTHON=python3.12 (which Python), PIP_FLAGS='--extra-index-url ...' (CPU-only PyTorch)"

run: $(VENV)/.app
	$(PY) -m streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS) --server.headless $(HEADLESS)

test: $(VENV)/.dev
	$(PY) -m tests.browser.find_chromium --install
	$(PY) -m pytest --numprocesses $(WORKERS) --maxprocesses 4 --dist worksteal $(ARGS)

lint: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: export OMP_NUM_THREADS = 1
bench: export OPENBLAS_NUM_THREADS = 1
bench: export MKL_NUM_THREADS = 1
bench: export VECLIB_MAXIMUM_THREADS = 1
bench: $(VENV)/.dev
	$(PY) -m tests.browser.find_chromium --install
	$(PY) -m benchmarks $(ARGS)

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print | xargs rm -rf

distclean: clean
	rm -rf $(VENV)

$(VENV)/.app: requirements.txt | $(VENV)/.made
	@echo "Installing the app's packages into $(VENV); the first time takes a minute or two."
	$(PY) -m pip install --quiet $(PIP_FLAGS) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/.made
	@echo "Installing the app's and the tests' packages (with PyTorch) into $(VENV); the first time takes minutes."
	$(PY) -m pip install --quiet $(PIP_FLAGS) -r requirements-dev.txt
	@touch $@ $(VENV)/.app

$(VENV)/.made:
	@new='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if $(PY) -c "$$new" 2>/dev/null && $(PY) -m pip --version >/dev/null 2>&1; then touch $@; exit 0; fi; \
	for p in $(PYTHONS); do \
		if "$$p" -c "$$new" 2>/dev/null; then found="$$p"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Carousel needs Python 3.11 or newer; tried: $(PYTHONS) (python3 is: $$(python3 --version 2>&1))." >&2; \
		echo "Install one (on Debian: apt-get install python3 python3-venv), or name it: make PYTHON=python3.12 ..." >&2; \
		exit 1; \
	fi; \
	if ! "$$found" -m venv --clear $(VENV); then \
		rm -rf $(VENV); \
		echo "$$found could not make $(VENV). On Debian and Ubuntu: apt-get install python3-venv, then the same command again." >&2; \
		exit 1; \
	fi; \
	touch $@
