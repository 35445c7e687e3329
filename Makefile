# What a person types. Every target first installs what the machine lacks (by apt, with sudo where that is needed).

SWIFT ?= swift
PREFIX ?= /usr/local
# The walls of ARCHITECTURE.md are checked in every build: a room imports what Package.swift says, and nothing else.
WALLS = --explicit-target-dependency-import-check error
RELEASE = $(SWIFT) build -c release --static-swift-stdlib $(WALLS)
FUNNEL = .build/release/funnel

.PHONY: demo build test test-spark check lint walls golden format bench bench-engines install clean setup

demo: build ## the seven KPIs on the sample data
	@$(FUNNEL) examples/seven-kpis.funnel

build: setup
	$(RELEASE) --product funnel

test: setup ## all tests
	$(SWIFT) build --build-tests $(WALLS)
	$(SWIFT) test --skip-build --parallel

test-spark: setup ## the engines' tests on Spark itself, two executors; needs Java 17
	$(SWIFT) build --build-tests $(WALLS)
	FUNNEL_PYTHON=$$(scripts/tools-python) FUNNEL_ENGINE=spark FUNNEL_SEEDS=$${FUNNEL_SEEDS:-2} scripts/with-spark $(SWIFT) test --skip-build --filter FunnelSQLTests

check: lint walls test terminal ## what CI runs

lint: ## the layout of the code, and the laws of the house that a script can check
	$(SWIFT) format lint --recursive --strict Sources Tests Package.swift
	scripts/house-laws

walls: ## no room is seen from where it must not be seen
	scripts/walls

terminal: build ## the shell, driven through a terminal
	scripts/terminal-tests $(FUNNEL)

golden: setup ## writes the golden files and the recorded examples anew; read the diff
	FUNNEL_GOLDEN=rewrite $(SWIFT) test --filter FunnelGoldenTests

format:
	$(SWIFT) format --recursive --in-place Sources Tests Package.swift

bench: build ## holds funnel against its peers on generated data; LEADS=N says how much, GROWTH=N asks a larger store too
	GROWTH=$(GROWTH) Tests/Benchmarks/run $(FUNNEL) $(LEADS)

bench-engines: build ## holds the SQL that funnel writes against an expert's, in DuckDB and PostgreSQL; LEADS=N says how much
	FUNNEL_PYTHON=$$(scripts/tools-python) scripts/with-servers Tests/Benchmarks/run-engines $(FUNNEL) $(LEADS)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(FUNNEL) $(DESTDIR)$(PREFIX)/bin/funnel

setup:
	@scripts/setup

clean:
	rm -rf .build
