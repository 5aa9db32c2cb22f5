// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let root = "business-central-sales-sync"

// `make fuzz` adds libFuzzer and what it measures coverage with; without them the inputs of the corpus can be run.
let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: root, path: "..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: ["CFuzzer", .product(name: "SyncFuzz", package: root)],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
