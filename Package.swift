// swift-tools-version: 6.2
import PackageDescription

/// The processor that a release build is for: loops over rows are two to four times as fast with the instructions that every
/// x86-64 processor has had since about 2013 (x86-64-v3, AVX2). `FUNNEL_BASELINE=1` builds for older ones.
#if arch(x86_64)
    let processor = Context.environment["FUNNEL_BASELINE"] == nil ? ["-Xcc", "-march=x86-64-v3"] : ["-D", "FUNNEL_BASELINE"]
#else
    let processor: [String] = []
#endif

/// The one set of rules that every room is built with.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // Accesses to the state of a class are checked for overlap at every one of them, in debug builds and so in the tests; in
    // the loops of a release build the checks took a third of the time.
    .unsafeFlags(["-enforce-exclusivity=unchecked"] + processor, .when(configuration: .release)),
]

/// A room of the house: a Swift target and the rooms it may see.
func room(_ name: String, sees rooms: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: rooms, resources: resources, swiftSettings: rules)
}

/// The tests of a room.
func tests(_ name: String, sees rooms: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: rooms, exclude: exclude, swiftSettings: rules)
}

let package = Package(
    name: "funnel",
    products: [.executable(name: "funnel", targets: ["funnel"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        room("FunnelText"),
        room("FunnelModel", resources: [.embedInCode("kpis.funnel")]),
        room("FunnelSyntax", sees: ["FunnelText"]),
        room("FunnelPlan", sees: ["FunnelModel"]),
        room("FunnelSQL", sees: ["FunnelText", "FunnelModel", "FunnelPlan"]),
        room("FunnelStore", sees: ["FunnelModel", "CSystem"]),
        room("FunnelArrow", sees: ["FunnelModel", "FunnelStore"]),
        room("FunnelADBC", sees: ["FunnelText", "FunnelModel", "FunnelStore", "FunnelArrow", "CADBC"]),
        room("FunnelIngest", sees: ["FunnelText", "FunnelModel", "FunnelStore", "FunnelArrow", "CZlib"]),
        room("FunnelBinder", sees: ["FunnelText", "FunnelModel", "FunnelSyntax", "FunnelPlan"]),
        room("FunnelEngine", sees: ["FunnelText", "FunnelModel", "FunnelPlan", "FunnelStore"]),
        room("FunnelRender", sees: ["FunnelText", "FunnelModel"]),
        room(
            "FunnelSession",
            sees: [
                "FunnelText", "FunnelModel", "FunnelSyntax", "FunnelPlan", "FunnelSQL", "FunnelStore", "FunnelArrow", "FunnelADBC", "FunnelIngest",
                "FunnelBinder", "FunnelEngine", "FunnelRender",
            ]),
        room("FunnelShell", sees: ["FunnelText", "FunnelModel", "FunnelIngest", "FunnelRender", "FunnelSession", "CEditLine"]),
        room("FunnelSample", sees: ["FunnelModel"]),
        .executableTarget(
            name: "funnel",
            dependencies: [
                "FunnelText", "FunnelModel", "FunnelPlan", "FunnelSQL", "FunnelIngest", "FunnelRender", "FunnelShell", "FunnelSession",
                "FunnelSample", "CSystem",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: rules),
        .target(
            name: "FunnelTesting",
            dependencies: ["FunnelText", "FunnelModel", "FunnelSyntax", "FunnelPlan", "FunnelIngest", "FunnelRender", "FunnelSession"],
            path: "Tests/FunnelTesting", swiftSettings: rules),
        .target(name: "FunnelRandom", dependencies: ["FunnelModel", "FunnelPlan", "FunnelStore"], path: "Tests/FunnelRandom", swiftSettings: rules),
        tests("FunnelGoldenTests", sees: ["FunnelSession", "FunnelTesting"]),
        tests("FunnelSyntaxTests", sees: ["FunnelText", "FunnelSyntax", "FunnelTesting"]),
        tests("FunnelTextTests", sees: ["FunnelText"]),
        tests("FunnelRenderTests", sees: ["FunnelText", "FunnelModel", "FunnelRender"]),
        tests(
            "FunnelArrowTests", sees: ["FunnelArrow", "FunnelIngest", "FunnelModel", "FunnelStore", "FunnelTesting", "FunnelText"],
            exclude: ["tools.py"]),
        tests(
            "FunnelADBCTests",
            sees: ["FunnelADBC", "FunnelArrow", "FunnelModel", "FunnelSample", "FunnelSession", "FunnelStore", "FunnelText", "FunnelTesting"],
            exclude: ["scripted.c"]),
        tests("FunnelIngestTests", sees: ["FunnelIngest", "FunnelModel", "FunnelStore", "FunnelText"]),
        tests(
            "FunnelEngineTests",
            sees: [
                "FunnelText", "FunnelModel", "FunnelSyntax", "FunnelPlan", "FunnelStore", "FunnelArrow", "FunnelTesting", "FunnelRandom", "FunnelBinder",
                "FunnelEngine", "FunnelRender",
            ]),
        tests(
            "FunnelSQLTests",
            sees: [
                "FunnelText", "FunnelModel", "FunnelSyntax", "FunnelPlan", "FunnelStore", "FunnelSQL", "FunnelTesting", "FunnelRandom", "FunnelBinder",
                "FunnelEngine", "FunnelSession",
            ], exclude: ["engines.py"]),
        tests(
            "FunnelHouseTests",
            sees: ["FunnelText", "FunnelModel", "FunnelSyntax", "FunnelBinder", "FunnelRender", "FunnelSession", "FunnelTesting"]),
        tests("FunnelSampleTests", sees: ["FunnelSample", "FunnelModel"]),
        tests(
            "FunnelShellTests",
            sees: ["FunnelText", "FunnelModel", "FunnelIngest", "FunnelRender", "FunnelSession", "FunnelShell"]),
        .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
        .systemLibrary(name: "CADBC"),
        .systemLibrary(name: "CSystem"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    ]
)
