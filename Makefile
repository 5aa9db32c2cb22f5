# The two that a newcomer needs: make demo, make test. Both install what is missing first.
SWIFT ?= swift

.PHONY: help setup demo test test-cluster test-monitoring test-burrow proof kafka-home simulate mutations fuzz lint bench bench-gates bench-floods validate

help:
	@echo "make demo             build, then send Business Central's demo company through all workers"
	@echo "make test             build and run the tests"
	@echo "make test-cluster     the tests against a real Kafka; KAFKA_HOME names its folder"
	@echo "make test-monitoring  the alert rules, and a real Prometheus that reads all executables; installs it"
	@echo "make test-burrow      Burrow, Kafka's own tool and syncctl on the same groups of a real Kafka; needs KAFKA_HOME, and"
	@echo "                      Debian's packages burrow and zookeeper, without which it is skipped"
	@echo "make proof            two instances of every worker on three real brokers while all of it breaks, 100 times;"
	@echo "                      needs KAFKA_HOME, and root for cut networks and full disks; settings in Docs/proof.md"
	@echo "make simulate         the workers over a simulated Kafka under crashes; SEEDS=10000 says how many runs"
	@echo "make mutations        breaks the product on purpose and says which simulated run notices"
	@echo "make fuzz             spoiled events through whole workers, then libFuzzer on all that reads from outside;"
	@echo "                      TIME=600 says how many seconds; ends with a table"
	@echo "make lint             check the format of all Swift sources"
	@echo "make validate         check Topics/ against the AsyncAPI and JSON Schema rules"
	@echo "make bench            event to outbound change on one core, cost as couplings grow, release, sizes; with KAFKA_HOME"
	@echo "                      also, on a real Kafka: throughput against a bare copy (also by partitions), latency, restore,"
	@echo "                      memory, sizes; results in Benchmarks/.build/*.json"
	@echo "make bench-gates      a first load of the company × 50 in the worst order, with gates and without; needs KAFKA_HOME"
	@echo "make bench-floods     the product worker's throughput while its endpoint and the coordinator's page are flooded, and"
	@echo "                      what being watched and counting cost; needs KAFKA_HOME, for the last perf; results as above"
	@echo "make setup            only install what the build needs"

setup:
	@Scripts/setup

demo: setup
	$(SWIFT) build -c release --product local-stack
	.build/release/local-stack demo

# Without a real Kafka, also where KAFKA_HOME is set: that is test-cluster.
test: setup
	$(SWIFT) build
	env -u KAFKA_HOME $(SWIFT) test

test-cluster: setup kafka-home
	$(SWIFT) build
	env -u CLUSTER_PROOF CLUSTER_FULL=1 $(SWIFT) test --filter ClusterTests

# Waits long for the end, since the machine has much to do.
CLUSTER_SCALE ?= 20
CLUSTER_FAULTS ?= 100
CLUSTER_LIMIT ?= 3600
proof: setup kafka-home
	$(SWIFT) build
	CLUSTER_PROOF=1 CLUSTER_SCALE=$(CLUSTER_SCALE) CLUSTER_FAULTS=$(CLUSTER_FAULTS) CLUSTER_LIMIT=$(CLUSTER_LIMIT) \
		$(SWIFT) test --filter ProofTests

kafka-home:
	@if [ -z "$$KAFKA_HOME" ]; then \
		echo "set KAFKA_HOME to the folder of an Apache Kafka 4 (it has bin/kafka-server-start.sh); the tests start their own brokers" >&2; exit 1; fi
	@if [ ! -x "$$KAFKA_HOME/bin/kafka-server-start.sh" ]; then \
		echo "KAFKA_HOME=$$KAFKA_HOME has no bin/kafka-server-start.sh" >&2; exit 1; fi
	@if ! command -v java >/dev/null; then \
		echo "java is missing; Kafka needs Java 17 or newer (Debian: default-jre-headless)" >&2; exit 1; fi

# Debian's package also starts a Prometheus as a service where there is systemd; the tests do not use that one.
test-monitoring:
	@Scripts/setup --monitoring
	promtool check config Operations/prometheus.yml
	promtool test rules Operations/alerts.test.yml
	$(SWIFT) build
	MONITORING_TESTS=1 $(SWIFT) test --filter MonitoringTests

# Takes about six minutes: verdicts look back a minute.
test-burrow: setup kafka-home
	$(SWIFT) build
	/usr/bin/python3 -W ignore Tests/Burrow/compare.py

# Of a seed, SIMULATION_SEED=n SEEDS=1 plays that run again. Sets and dictionaries in one order make it the same.
SIMULATION_SEED ?= 1
SEEDS ?= 1000
simulate: setup
	$(SWIFT) build -c release --product simulate
	SWIFT_DETERMINISTIC_HASHING=1 .build/release/simulate $(SIMULATION_SEED) $(SEEDS)

mutations: setup
	Tests/Mutations/run

# FUZZ_SEED and FUZZ_EVENTS choose more; what a target ends at is kept in Fuzzing/Found.
TIME ?= 600
fuzz: setup
	Fuzzing/run $(TIME)

lint:
	$(SWIFT) format lint --strict -r Sources Tests Package.swift \
		Benchmarks/Sources Benchmarks/Package.swift Fuzzing/Sources Fuzzing/Package.swift

validate:
	@Scripts/setup --validation
	/usr/bin/python3 -W ignore Tests/Validation/validate_asyncapi.py
	/usr/bin/python3 -W ignore Tests/Validation/test_validation.py

bench: setup
	$(SWIFT) run -c release --package-path Benchmarks EngineBenchmark --json Benchmarks/.build/engine.json
	@if [ -z "$$KAFKA_HOME" ]; then \
		echo "bench: KAFKA_HOME is not set, so the pipeline on a real Kafka is not measured"; \
	else \
		$(SWIFT) build -c release && $(SWIFT) build -c release --package-path Benchmarks && \
		Benchmarks/.build/release/PipelineBenchmark --json Benchmarks/.build/pipeline.json && \
		Benchmarks/.build/release/PipelineBenchmark --partitions 1,2,6 --json Benchmarks/.build/partitions.json; \
	fi

# One load of each kind takes about a minute and a half; GATES="--runs 3 --delivery published" chooses more.
GATES ?= --backlog
bench-gates: setup kafka-home
	$(SWIFT) build -c release
	.build/release/gate-load $(GATES)

# Takes about ten minutes; FLOODS and WATCHED choose more (PipelineBenchmark --help). Counting is told of where perf is.
FLOODS ?= --events 500000 --flood-seconds 14
WATCHED ?= --events 200000
PIPELINE = Benchmarks/.build/release/PipelineBenchmark
bench-floods: setup kafka-home
	$(SWIFT) build -c release
	$(SWIFT) build -c release --package-path Benchmarks
	$(PIPELINE) --endpoints watched,flooded $(FLOODS) --json Benchmarks/.build/floods.json
	$(PIPELINE) --endpoints alone,watched $(WATCHED) --json Benchmarks/.build/endpoints.json
	@if [ -x /usr/bin/perf ]; then \
		$(PIPELINE) --endpoints watched --runs 1 --events 300000 --profile Benchmarks/.build/counting.perf && \
		/usr/bin/python3 Benchmarks/counting_share.py Benchmarks/.build/counting.perf .build/release/product-worker; \
	else echo "bench-floods: perf is missing, so the share of counting is not measured"; fi
