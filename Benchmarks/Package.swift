// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let root = "business-central-sales-sync"

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: root, path: "..")],
    targets: [
        .target(name: "AllocationCounter"),
        .target(name: "ItemEvents", swiftSettings: settings),
        // Parse, engine with LMDB, encode; no Kafka.
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: ["AllocationCounter", "ItemEvents", .product(name: "SyncCore", package: root)],
            swiftSettings: settings
        ),
        // The least that an exactly-once copy on the same client costs.
        .executableTarget(name: "BareCopy", linkerSettings: [.linkedLibrary("rdkafka")]),
        // The least that restoring a local state costs.
        .executableTarget(name: "BareLoader", linkerSettings: [.linkedLibrary("rdkafka"), .linkedLibrary("lmdb")]),
        // Connections that say nothing and malformed requests, at an even pace.
        .executableTarget(
            name: "EndpointFlood",
            dependencies: [.product(name: "SyncCore", package: root)],
            swiftSettings: settings
        ),
        // The product worker against both, on a real Kafka.
        .executableTarget(
            name: "PipelineBenchmark",
            dependencies: [
                "ItemEvents", .product(name: "SyncCore", package: root), .product(name: "KafkaBench", package: root),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
