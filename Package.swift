// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library of this package; arrows between libraries point one way, from executables to values.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// A thin executable: a command and its wiring.
func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let workers = [
    "reference-worker", "unit-worker", "product-worker", "account-worker", "price-worker", "invoice-worker",
]

let package = Package(
    name: "business-central-sales-sync",
    platforms: [.macOS(.v15)],
    products: [
        // For Benchmarks/, which is a package of its own.
        .library(
            name: "SyncCore",
            targets: [
                "CommandLine", "JSON", "StateStore", "SyncModel", "TableMappings", "SyncEngine", "EntityRules",
                "SyncEngineTestSupport",
            ]
        ),
        .library(name: "KafkaBench", targets: ["Kafka", "KafkaTestSupport", "TopicCatalog"]),
        // For Fuzzing/, which is one too.
        .library(
            name: "SyncFuzz",
            targets: [
                "JSON", "YAML", "Telemetry", "SyncModel", "TableMappings", "SyncEngine", "EntityRules", "Kafka",
                "Coordination", "SyncEngineTestSupport", "SyncTestSupport", "SeededRandom", "Simulation",
            ]
        ),
    ],
    targets: [
        // System libraries.
        .systemLibrary(
            name: "CLibrdkafka",
            pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]
        ),
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"]), .brew(["lmdb"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        .systemLibrary(name: "CGetopt"),
        .systemLibrary(
            name: "CMicrohttpd",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

        // Foundations: each hides one library and knows nothing of synchronization.
        library("Kafka", ["CLibrdkafka"]),
        library("StateStore", ["CLMDB"]),
        library("JSON", ["CSimdjson"]),
        library("YAML", ["CYAML"]),
        library("Telemetry", ["CMicrohttpd"]),
        library("Spelling"),
        library("CommandLine", ["YAML", "CGetopt", "Spelling"]),
        // What Kafka's clients say, in log and metrics.
        library("KafkaTelemetry", ["Kafka", "Telemetry", "JSON"]),

        // Values and decisions: no Kafka, no files, no clock.
        library("SyncModel", ["JSON", "COpenSSL"]),
        library("TableMappings", ["CommandLine", "SyncModel", "YAML", "Spelling"], resources: [.copy("Mappings")]),
        library("SyncEngine", ["SyncModel", "JSON"]),
        library("EntityRules", ["SyncEngine", "SyncModel", "JSON"]),
        library("Diagnosis", ["SyncModel"]),

        // What topics say of one record, on demand.
        library("Inspection", ["Kafka", "JSON", "SyncModel", "Diagnosis"]),

        // A Dynamics 365 Sales in memory, for tests and the demo.
        library("DataverseSimulator", ["SyncModel", "JSON"]),

        // What runs.
        library("TopicCatalog", ["YAML"], resources: [.copy("Topics")]),
        library(
            "WorkerRuntime",
            [
                "Kafka", "KafkaTelemetry", "StateStore", "JSON", "Telemetry", "CommandLine", "SyncModel",
                "TableMappings", "SyncEngine", "EntityRules",
            ]
        ),
        library(
            "Coordination",
            [
                "Kafka", "KafkaTelemetry", "JSON", "Telemetry", "CommandLine", "SyncModel", "TableMappings",
                "Diagnosis", "Inspection",
            ],
            resources: [.copy("Page")]
        ),
        library(
            "LocalStack",
            [
                "CommandLine", "Coordination", "DataverseSimulator", "Kafka", "JSON", "Telemetry", "SyncModel",
                "SyncEngine",
                "TableMappings", "TopicCatalog",
                "WorkerRuntime",
            ]
        ),
        library(
            "Operations",
            [
                "Kafka", "JSON", "Telemetry", "CommandLine", "SyncModel", "TableMappings", "TopicCatalog", "Diagnosis",
                "Inspection", "Spelling",
            ]
        ),
    ]
        + workers.map { executable($0, ["WorkerRuntime", "CommandLine"]) }
        + [
            executable("coordinator", ["Coordination", "CommandLine"]),
            executable("local-stack", ["LocalStack", "CommandLine"]),
            executable("syncctl", ["Operations", "CommandLine"]),

            tests(
                "WorkerRuntimeTests",
                [
                    "WorkerRuntime", "LocalStack", "DataverseSimulator", "Kafka", "SimulatedKafka", "JSON", "SyncModel",
                    "SyncEngine", "StateStore", "TableMappings", "Telemetry", "TopicCatalog", "Operations",
                    "CommandLine",
                ]
            ),
            // Random numbers that a seed decides.
            .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: settings),
            // A store in memory for the engine.
            .target(
                name: "SyncEngineTestSupport",
                dependencies: ["SyncEngine"],
                path: "Tests/SyncEngineTestSupport",
                swiftSettings: settings
            ),
            // The broker that tests start and the suite that embedded and real brokers pass.
            .target(
                name: "KafkaTestSupport",
                dependencies: ["Kafka"],
                path: "Tests/KafkaTestSupport",
                swiftSettings: settings
            ),
            tests("KafkaTests", ["Kafka", "KafkaTestSupport", "SeededRandom", "SimulatedKafka"]),
            // A Kafka in memory on one thread, at the same seam as the real clients.
            .target(
                name: "SimulatedKafka",
                dependencies: ["Kafka"],
                path: "Tests/SimulatedKafka",
                swiftSettings: settings
            ),
            // The real workers over the simulated Kafka: seeds, faults, invariants.
            .target(
                name: "Simulation",
                dependencies: [
                    "SeededRandom", "SimulatedKafka", "SyncTestSupport", "WorkerRuntime", "Kafka", "JSON", "SyncModel",
                    "SyncEngine",
                    "TableMappings", "TopicCatalog", "Telemetry", "Coordination",
                ],
                path: "Tests/Simulation",
                swiftSettings: settings
            ),
            .executableTarget(
                name: "simulate",
                dependencies: ["Simulation"],
                path: "Tests/Simulate",
                swiftSettings: settings
            ),
            tests(
                "SimulationTests",
                [
                    "Kafka", "SeededRandom", "SimulatedKafka", "Simulation", "SyncModel", "SyncTestSupport",
                    "Telemetry",
                    "TopicCatalog",
                ]
            ),
            // Histories of source events, the rows they lead to, and worker processes, for tests of the whole.
            .target(
                name: "SyncTestSupport",
                dependencies: [
                    "Kafka", "KafkaTestSupport", "JSON", "SeededRandom", "SyncModel", "Telemetry", "DataverseSimulator",
                    "LocalStack", "TopicCatalog",
                ],
                path: "Tests/SyncTestSupport",
                swiftSettings: settings
            ),
            // A first load with gates and without, compared.
            .executableTarget(
                name: "gate-load",
                dependencies: [
                    "CommandLine", "JSON", "Kafka", "KafkaTestSupport", "SyncModel", "SyncTestSupport",
                    "TableMappings",
                ],
                path: "Tests/GateLoad",
                swiftSettings: settings
            ),
            tests(
                "ClusterTests",
                ["Kafka", "KafkaTestSupport", "SeededRandom", "SyncModel", "SyncTestSupport", "TableMappings"]
            ),
            tests(
                "OperationsTests",
                [
                    "Operations", "CommandLine", "Kafka", "KafkaTestSupport", "JSON", "SyncModel", "TableMappings",
                    "TopicCatalog", "Diagnosis", "DiagnosisTestSupport", "Inspection",
                ]
            ),
            tests("StateStoreTests", ["StateStore", "SeededRandom"]),
            tests("JSONTests", ["JSON", "SeededRandom"]),
            tests("YAMLTests", ["YAML", "SeededRandom"]),
            tests("TelemetryTests", ["Telemetry"]),
            tests("CommandLineTests", ["CommandLine"]),
            tests("SyncModelTests", ["SyncModel", "SeededRandom", "JSON"]),
            .target(
                name: "DiagnosisTestSupport",
                dependencies: ["Diagnosis", "SyncModel"],
                path: "Tests/DiagnosisTestSupport",
                swiftSettings: settings
            ),
            tests("DiagnosisTests", ["Diagnosis", "DiagnosisTestSupport", "SyncModel"]),
            tests(
                "InspectionTests",
                [
                    "Inspection", "Diagnosis", "DiagnosisTestSupport", "Kafka", "KafkaTestSupport", "JSON", "SyncModel",
                    "SeededRandom",
                ]
            ),
            tests(
                "CoordinationTests",
                [
                    "Coordination", "CommandLine", "Diagnosis", "DiagnosisTestSupport", "Inspection", "JSON", "Kafka",
                    "SeededRandom", "SimulatedKafka",
                    "Telemetry", "TableMappings", "SyncModel",
                ]
            ),
            // What operators watch: metrics, alert rules, the dashboard, and their pages.
            tests(
                "MonitoringTests",
                [
                    "Coordination", "Diagnosis", "Kafka", "KafkaTelemetry", "KafkaTestSupport", "LocalStack",
                    "SyncEngine",
                    "SyncModel", "SyncTestSupport", "TableMappings", "Telemetry", "TopicCatalog", "WorkerRuntime",
                ]
            ),
            tests("TopicCatalogTests", ["TopicCatalog", "YAML", "SyncModel", "TableMappings"]),
            tests("TableMappingsTests", ["TableMappings", "SyncModel"]),
            tests("DataverseSimulatorTests", ["DataverseSimulator", "SyncModel", "JSON"]),
            tests(
                "SyncEngineTests",
                [
                    "SyncEngine", "SyncEngineTestSupport", "EntityRules", "TableMappings", "SyncModel", "JSON",
                    "DataverseSimulator", "SeededRandom",
                ],
                resources: [.copy("Resources")]
            ),
        ],
    swiftLanguageModes: [.v6]
)
