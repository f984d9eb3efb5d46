# Needs make and Python 3.11 or newer with venv. Every target makes its own environment under .venv,
# from the hash-pinned lock in requirements; `make` alone lists the targets.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# The locks are complete, so that nothing has to be resolved: old releases of pip, resolving, look for the newest
# release of what an extra asks for, and refuse it because it has no hash in the lock.
PIP = bin/python -m pip --quiet --disable-pip-version-check --no-input

BUILT = $(wildcard native/build/.done)
BUILT_WASM = $(wildcard native/build/aura.wasm)

# Targets that measure coverage may run at once.
export COVERAGE_FILE = $(CURDIR)/.venv/coverage-$@

.DELETE_ON_ERROR:
.PHONY: help demo test native test-native coverage-native fuzz-native wasm test-js test-chromium corpus-js pages docs-js lock-js test-dask test-discovery test-operations test-thorough test-share installs lint docs bench vectors \
  corpus lock clean model
.SECONDARY:

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-13s %s\n", $$1, $$2 }'

demo: .venv/run/.done $(BUILT)  ## a conversation, message by message
	.venv/run/bin/aura demo

# Tests marked no_cover take far longer with coverage, and show nothing by it: others cover the same lines.
test: .venv/test/.done $(BUILT)  ## all tests and doctests but the longest, with coverage
	.venv/test/bin/pytest -n auto --cov -m "not thorough" --durations=15
	.venv/test/bin/coverage report --include="*/aura_spec/*,*/aura_reference/*,*/aura_fast/*" --fail-under=100
	.venv/test/bin/coverage report --include="*/src/aura/*" --omit=$(DASK),$(NATIVE),$(DISCOVERY),$(OPERATIONS) --fail-under=95

# Nothing uses these without a C compiler.
NATIVE = "*/aura/native_backend.py,*/aura/native_formats.py,*/aura/native_selection.py,*/aura/templates/native_matcher.py,*/aura/native_stream.py,*/aura/worker_threads.py,*/aura/models/native_model.py,*/aura/models/training/native_counting.py,*/aura/models/training/native_weights.py,*/aura/files/native_chunked.py"
# A checkout works without it; once it is there, demo, tests and all else use it, and make it anew when it is old.
native: native/build/.done  ## the native core, with the C compiler of this Python, into native/build

native/build/.done: $(wildcard native/*.[ch] native/python/*.[ch]) native/build.py
	$(PYTHON) native/build.py $(@D)
	touch $@

CORE = $(wildcard native/*.c)
CORE_HEADERS = $(wildcard native/*.h native/fuzz/*.h native/wasm/*.[ch])
BINDING = $(wildcard native/python/*.c)
STRICT = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# The interface of Python wants functions where objects stand, and the analyzer does not see that a workspace is kept.
STRICT_BINDING = $(STRICT) -Wno-pedantic -DPy_LIMITED_API=0x030b0000 -isystem $$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')
ANALYZED = $$($(CC) --version | grep -q clang || echo -fanalyzer)
ANALYZED_BINDING = $$($(CC) --version | grep -q clang || echo -fanalyzer -Wno-analyzer-malloc-leak)
SANITIZED = -std=c11 -g -O1 -fno-math-errno -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ = AURA_FUZZ_MODEL=src/aura/data/small.aura
TARGETS = $(filter-out replay,$(notdir $(basename $(wildcard native/fuzz/*.c))))
REPLAYS = $(addprefix native/build/replay-,$(TARGETS))
# How many changes of each input of a target are tried as well, 3 if nothing is said.
CHANGES_free_list = 50
CHANGES_model_file = 20
CHANGES_stream = 20
test-native: native/build/.done coverage-native $(REPLAYS) native/build/corpus  ## the native core: tests over it, sanitizers, warnings, gcc -fanalyzer
	printf '%s\n' $(CORE) | xargs -P 2 -I FILE $(CC) $(STRICT) $(ANALYZED) -O2 -c FILE -o /dev/null
	printf '%s\n' $(BINDING) | xargs -P 2 -I FILE $(CC) $(STRICT_BINDING) $(ANALYZED_BINDING) -O2 -c FILE -o /dev/null
	$(foreach target,$(TARGETS),find native/build/corpus/$(target) -type f | sort | \
	  $(FUZZ) xargs -P 2 -n 40 native/build/replay-$(target) $(or $(CHANGES_$(target)),3) > native/build/replay-$(target).log && ) true

# Needs GCC, whose gcov counts. The tests run over a build that counts lines, and is as optimized as any.
COVERED = native/build/coverage
coverage-native: $(COVERED)/.done .venv/test/.done  ## tests over the native core, and which of its lines they run: 95 % at least
	find $(COVERED) -name '*.gcda' -delete
	PYTHONPATH=$(COVERED) .venv/test/bin/pytest -n auto tests/native tests/aura/test_native.py tests/test_vectors.py -k native \
	  -m "not thorough" --cov
	.venv/test/bin/coverage report --include=$(NATIVE) --fail-under=95
	$(PYTHON) native/line_coverage.py report $(COVERED) 95

$(COVERED)/.done: $(wildcard native/*.[ch] native/python/*.[ch]) native/build.py native/line_coverage.py
	CC=gcc $(PYTHON) native/line_coverage.py build $(@D)
	touch $@

native/build/replay-%: native/fuzz/%.c native/fuzz/replay.c native/build/sanitized/.done
	$(CC) $(SANITIZED) $(STRICT) $< native/fuzz/replay.c native/build/sanitized/*.o -o $@

native/build/sanitized/.done: $(CORE) $(CORE_HEADERS)
	mkdir -p $(@D)
	printf '%s\n' $(notdir $(basename $(CORE))) | xargs -P 2 -I NAME $(CC) $(SANITIZED) -c native/NAME.c -o $(@D)/NAME.o
	touch $@

native/build/corpus: $(wildcard vectors/*.json) native/fuzz/corpus.py
	rm -rf $@
	$(PYTHON) native/fuzz/corpus.py $@

# Needs clang; what is found stays in native/build/found.
SECONDS ?= 20
fuzz-native: native/build/fuzzed/.done native/build/corpus  ## warnings of clang, and a search with libFuzzer for inputs that break the native core; SECONDS=20 for each target
	printf '%s\n' $(BINDING) | xargs -P 2 -I FILE clang $(STRICT_BINDING) -fsyntax-only FILE
	printf '%s\n' $(TARGETS) | xargs -P 2 -I NAME sh -c '\
	  mkdir -p native/build/found/NAME && \
	  clang $(SANITIZED) $(STRICT) -fsanitize=fuzzer native/build/fuzzed/*.o native/fuzz/NAME.c -o native/build/fuzz-NAME && \
	  $(FUZZ) native/build/fuzz-NAME -max_total_time=$(SECONDS) -max_len=8192 -timeout=20 -verbosity=0 \
	    -artifact_prefix=native/build/found/ native/build/found/NAME native/build/corpus/NAME'

native/build/fuzzed/.done: $(CORE) $(CORE_HEADERS)
	mkdir -p $(@D)
	printf '%s\n' $(notdir $(basename $(CORE))) | xargs -P 2 -I NAME \
	  clang $(SANITIZED) $(STRICT) -fsanitize=fuzzer-no-link -c native/NAME.c -o $(@D)/NAME.o
	touch $@

# Needs clang with its linker for WebAssembly. An overflow of the stack traps where it stands at the lowest addresses.
LINK_WASM = clang --target=wasm32 -mbulk-memory -fno-math-errno -nostdlib -ffreestanding -Inative/wasm $(STRICT) -O2 \
  -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=1048576
native/build/aura.wasm: $(wildcard native/*.[ch] native/wasm/*.[ch])
	mkdir -p $(@D)
	$(LINK_WASM) $(CORE) native/wasm/*.c -o $@

# The same, with functions of single chapters, which only the golden vectors ask for.
native/build/parts.wasm: native/build/aura.wasm $(wildcard native/wasm/parts/*.c)
	$(LINK_WASM) $(CORE) native/wasm/*.c native/wasm/parts/*.c -o $@

# With Node and npm as well.
wasm: native/build/aura.wasm native/build/parts.wasm js/node_modules/.done .venv/test/.done $(BUILT)  ## the native core as a WebAssembly module: built, put to the golden vectors, tested beside the TypeScript client and Python, and packed
	cd js && npm run build-adapter
	$(CONFORMANCE) -- node js/build/conformance/wasm_adapter.js
	cd js && AURA_PYTHON=$(CURDIR)/.venv/test/bin/python npx vitest run test/wasm.test.ts test/wasm_brio.test.ts test/wasm_chromium.test.ts test/package.test.ts

# Needs Node 20 or newer with npm.
js/node_modules/.done: js/package.json js/package-lock.json
	cd js && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

CONFORMANCE = PYTHONPATH=conformance .venv/test/bin/python -m aura_conformance run --timeout 60
CHROMIUM = $(or $(AURA_CHROMIUM),$(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name)))))
# Chapters of which `make test-js` asks in Chromium.
SHARE = $(foreach chapter,varint typed model auralite fuzzy event_stream,--only '$(chapter)/*')

# Tests in a browser need Chromium, and are skipped without.
test-js: js/node_modules/.done .venv/test/.done $(BUILT) $(BUILT_WASM)  ## the TypeScript client and the pages: style, types, sizes, tests beside Python, the golden vectors
	cd js && npm run lint && npm run pages -- --check && npm run size
	cd js && AURA_PYTHON=$(CURDIR)/.venv/test/bin/python npm test
	cd js && npm run build-adapter
	$(CONFORMANCE) -- node js/build/conformance/adapter.js
	PYTHONPATH=conformance .venv/test/bin/python -m aura_vectors corpus --count 200 | node js/build/conformance/corpus.js
	$(if $(CHROMIUM),$(CONFORMANCE) $(SHARE) -- node js/build/conformance/chromium_adapter.js,@echo Chromium is not there, so that nothing was tested in it)

# Needs Chromium as well: that of the path, or of AURA_CHROMIUM.
test-chromium: js/node_modules/.done .venv/test/.done $(BUILT)  ## the TypeScript client in Chromium: all golden vectors, and 10,000 messages with a server
	cd js && AURA_EXCHANGE=10000 AURA_PYTHON=$(CURDIR)/.venv/test/bin/python npx vitest run test/chromium.test.ts
	cd js && npm run build-adapter
	$(CONFORMANCE) -- node js/build/conformance/chromium_adapter.js

corpus-js: js/node_modules/.done .venv/run/.done $(BUILT)  ## have the TypeScript client read the 100,000 random messages, and compare their digest
	cd js && npm run build-adapter
	PYTHONPATH=conformance .venv/run/bin/python -m aura_vectors corpus --count 100000 | node js/build/conformance/corpus.js

# It needs the packages of npm, so that `make docs` alone leaves it out.
docs-js: js/node_modules/.done  ## the API of the TypeScript client, into docs/_build/html/typescript
	cd js && npm run docs

pages: js/node_modules/.done  ## build the pages of js/pages into the package, as they are committed
	cd js && npm run pages

# The addresses of packages and of their sponsors are left out.
lock-js:  ## write the lock of the TypeScript client anew from js/package.json
	cd js && npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	$(PYTHON) js/lock.py

# Their packages take 300 MB, so they have an environment of their own.
DASK = "*/aura/dask.py,*/aura/columns/*,*/training/cluster/*"
test-dask: .venv/dask/.done $(BUILT)  ## tests of data frames and clusters, with Dask, pandas and pyarrow, with coverage
	.venv/dask/bin/pytest tests/columns tests/cluster --cov --durations=5
	.venv/dask/bin/coverage report --include=$(DASK) --fail-under=100

# The packages that mine templates pin old releases of others, so they have an environment of their own, too.
DISCOVERY = "*/aura/templates/discovery/*,*/aura/cli/template_discovery.py"
test-discovery: .venv/discovery/.done $(BUILT)  ## tests of discovery, with Drain3 and scikit-learn, with coverage
	.venv/discovery/bin/pytest -n auto tests/discovery -m "not thorough" --cov --durations=5
	.venv/discovery/bin/coverage report --include=$(DISCOVERY) --fail-under=95

OPERATIONS = "*/aura/metrics/prometheus.py,*/aura/metrics/opentelemetry.py,*/aura/stress/*,*/aura/cli/stress.py,*/aura/configuration/*,*/aura/cli/config.py"
test-operations: .venv/operations/.done $(BUILT)  ## tests of metrics, configuration and the stress test, with the packages of their extras, with coverage
	.venv/operations/bin/pytest -n auto tests/operations tests/stress src/aura/metrics src/aura/stress src/aura/configuration \
	  -m "not thorough" --cov --durations=5
	.venv/operations/bin/coverage report --include=$(OPERATIONS) --fail-under=95

test-thorough: .venv/test/.done .venv/discovery/.done $(BUILT)  ## all tests, the longest as well, with whole searches
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} .venv/test/bin/pytest -n auto --durations=15
	.venv/discovery/bin/pytest tests/discovery -m thorough

test-share: .venv/test/.done $(BUILT)  ## one of every ten of the longest tests, always the same
	HYPOTHESIS_PROFILE=ci THOROUGH_SHARE=10 .venv/test/bin/pytest -n auto -m thorough --durations=15

installs:  ## the locks and the built distributions in clean environments, with the demo and the conformance runner
	.ci/check-installs

lint: .venv/lint/.done  ## format, style, types, the direction of imports, spelling and retired words
	.venv/lint/bin/ruff format --check .
	.venv/lint/bin/ruff check .
	.venv/lint/bin/mypy
	.venv/lint/bin/mypy bench
	.venv/lint/bin/lint-imports
	.venv/lint/bin/codespell
	.venv/lint/bin/python .ci/check_words.py

SPHINX = .venv/docs/bin/sphinx-build -n -W -T -q
docs: .venv/docs/.done $(BUILT)  ## the documentation, into docs/_build/html, and its examples
	$(SPHINX) -E -t with_single_page -d docs/_build/doctrees -b html docs docs/_build/html
	$(SPHINX) -d docs/_build/doctrees -b doctest docs docs/_build/doctest
	$(SPHINX) -E -t single -d docs/_build/doctrees-single -b singlehtml docs docs/_build/single
	cp docs/_build/single/aura-spec.html docs/_build/html

# Messages to measure: make bench CORPORA=DIRECTORY, which holds *.dev.jsonl.gz.
MEASURED = $(if $(CORPORA),$(CORPORA)/*.dev.jsonl.gz,src/aura/data/conversation.jsonl)
bench: .venv/bench/.done $(BUILT)  ## measure ratios, times and memory of aura and its peers; plots go to bench/results
	.venv/bench/bin/python bench/match_templates.py
	.venv/bench/bin/python bench/compare.py $(if $(CORPORA),--corpora $(CORPORA))
	.venv/bench/bin/aura bench $(MEASURED)

vectors: .venv/run/.done $(BUILT)  ## write the golden test vectors anew; what they hold changes only with the spec
	PYTHONPATH=conformance .venv/run/bin/python -m aura_vectors vectors

# After a change of the format or of the small model: make corpus WRITE=--write.
WRITE ?=
corpus: .venv/run/.done $(BUILT)  ## make and read 100,000 random messages, and compare their digest
	PYTHONPATH=conformance .venv/run/bin/python -m aura_vectors check vectors $(WRITE)

# Corpora to train on: make model CORPORA=DIRECTORY, which holds *.train.jsonl.gz.
model: .venv/run/.done $(BUILT)  ## train the models that come with the package anew
	$(if $(CORPORA),,$(error name the corpora: make model CORPORA=DIRECTORY))
	.venv/run/bin/python models/recipe.py $(CORPORA)

# Pins that still fit stay as they are; make lock UPGRADE=--upgrade moves them all to the newest.
UPGRADE ?=
COMPILE = .venv/lock/bin/uv pip compile --no-config --quiet --universal --python-version 3.11 \
  --fork-strategy fewest --generate-hashes --annotation-style line \
  --custom-compile-command "make lock" $(UPGRADE)
lock: .venv/lock/.done  ## compile the locks in requirements from pyproject.toml
	$(COMPILE) -o requirements/lint.txt pyproject.toml --group lint
	$(COMPILE) -o requirements/test.txt -c requirements/lint.txt pyproject.toml --group test
	$(COMPILE) -o requirements/run.txt -c requirements/lint.txt pyproject.toml
	$(COMPILE) -o requirements/docs.txt -c requirements/lint.txt pyproject.toml --group docs
	$(COMPILE) -o requirements/bench.txt -c requirements/lint.txt pyproject.toml --extra bench --extra websockets
	$(COMPILE) -o requirements/dask.txt -c requirements/lint.txt pyproject.toml --extra dask --group test
	$(COMPILE) -o requirements/discovery.txt -c requirements/lint.txt pyproject.toml --extra discovery --group test
	$(COMPILE) -o requirements/operations.txt -c requirements/lint.txt pyproject.toml --extra metrics --extra otel --extra stress --extra config --group test
	$(COMPILE) -o requirements/build.txt -c requirements/lint.txt --group build
	$(COMPILE) -o requirements/lock.txt --group lock

clean:  ## remove everything that make made
	rm -rf .venv native/build js/build js/dist js/node_modules docs/_build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/lock/.done: requirements/lock.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/$(PIP) install --require-hashes --no-deps -r $<
	$(@D)/$(PIP) check
	touch $@

.venv/%/.done: requirements/%.txt requirements/build.txt pyproject.toml
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/$(PIP) install --require-hashes --no-deps -r requirements/build.txt -r $<
	$(@D)/$(PIP) install --no-deps --no-build-isolation -e .
	$(@D)/$(PIP) check
	touch $@
