PYTHON ?= python

.PHONY: check test bench bench-gpu demo docs faults fuzz

check:  ## format, lint, types, tests
	ruff format --check .
	ruff check .
	mypy
	$(PYTHON) -m pytest

test:
	$(PYTHON) -m pytest

bench:  ## all ratios in one table; VITDASH_TEST_DATA measures on the real Fashion-MNIST, BENCH=--quick in little time
	$(PYTHON) -m tests.bench.suite $(BENCH)

bench-gpu:  ## whole workers on a GPU, and what precision costs there; says so where there is none
	$(PYTHON) -m tests.bench.gpu --json bench-gpu.json
	$(PYTHON) -m tests.bench.gpu vit-l4-h16 cnn --images 240000 --precision float32 tf32 bfloat16 --seeds 3 --at-once 3

N ?= 20
SEED ?= 1
faults:  ## real runs, hit by faults at random moments: make faults N=200 SEED=1
	$(PYTHON) -m tests.faults --cases $(N) --seed $(SEED) $(if $(JOBS),--jobs $(JOBS))

MINUTES ?= 10
fuzz:  ## all that is read, MINUTES of processor time for each reader; pip install '.[fuzz]' adds branch coverage
	$(PYTHON) -m tests.fuzz --minutes $(MINUTES)

docs:  ## the pages that say again what the code declares: commands, presets and knobs, settings, fields
	$(PYTHON) docs/make_reference.py
	$(PYTHON) docs/make_tables.py

demo:  ## the main job on data that need no download
	vitdash train --preset cnn --dataset digits --max-inputs 20000
