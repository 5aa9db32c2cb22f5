// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "business-central-sales-sync", path: "..")],
    targets: [
        .target(name: "AllocationCounter"),
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: ["AllocationCounter", .product(name: "SyncCore", package: "business-central-sales-sync")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
