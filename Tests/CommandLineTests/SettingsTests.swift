// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Testing

@Suite struct SettingsTests {
    private static let servers = ["KAFKA_BOOTSTRAP_SERVERS": "localhost:9092"]
    private static let properties: Set<String> = [
        "bootstrap.servers", "sasl.password", "security.protocol", "client.id",
    ]

    private func load(
        _ environment: [String: String],
        known: [Setting] = SettingCatalog.all,
        used: [Setting] = SettingCatalog.all,
        executable: String = "unit-worker"
    ) throws(SettingsError) -> Settings {
        try Settings.load(
            environment: Self.servers.merging(environment) { $1 },
            known: known,
            used: used,
            executable: executable,
            isKafkaProperty: { Self.properties.contains($0) }
        )
    }

    private func problems(_ environment: [String: String], known: [Setting] = SettingCatalog.all) -> [String] {
        do throws(SettingsError) {
            _ = try load(environment, known: known, used: known)
            return []
        } catch {
            return error.problems
        }
    }

    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url.path)
    }

    @Test func defaultsHold() throws {
        let settings = try load([:])
        #expect(settings.string(.delivery) == "published")
        #expect(settings.integer(.batchMax) == 4_000 && settings.integer(.commitIntervalMs) == 25)
        #expect(settings.isOn(.unitGroupMapping) && !settings.isOn(.itemAvailability))
        #expect(settings.duration(.stuckAfter) == .seconds(900))
        #expect(settings[.stateDirectory] == "./sync-state/unit-worker")
        #expect(settings[.http] == "127.0.0.1:0")
        #expect(settings[.company] == nil && settings.string(.company).isEmpty)
        #expect(try load([:], executable: "coordinator")[.http] == "127.0.0.1:8080")
        #expect(settings.warnings.isEmpty)
    }

    @Test func everyDefaultIsAllowed() throws {
        var environment: [String: String] = [:]
        for setting in SettingCatalog.all { environment[setting.name] = setting.defaultValue(for: "coordinator") }
        #expect(problems(environment) == [])
        #expect(Set(SettingCatalog.all.map(\.name)).count == SettingCatalog.all.count)
    }

    @Test func allProblemsAreToldAtOnce() {
        let found = problems([
            "KAFKA_BOOTSTRAP_SERVERS": "", "SYNC_DELIVERY": "sometimes", "SYNC_BATCH_MAX": "0",
            "SYNC_STUCK_AFTER": "15",
            "SYNC_UNIT_GROUP_MAPPING": "true", "SYNC_CRM_TEAM_ID": "sales", "SYNC_HTTP": "8080", "SYNC_DELIVRY": "x",
            "SYNC_TOPIC_PREFIX": "a b",
        ])
        #expect(
            found == [
                "SYNC_DELIVRY: there is no such setting; the nearest is SYNC_DELIVERY",
                "KAFKA_BOOTSTRAP_SERVERS: is required; allowed: host:port, several with commas between them",
                "SYNC_TOPIC_PREFIX: 'a b' is not allowed; allowed: letters, digits, '.', '_' and '-', at most 100",
                "SYNC_HTTP: '8080' is not allowed; allowed: host:port, port 0 for a free one",
                "SYNC_DELIVERY: 'sometimes' is not allowed; allowed: published or confirmed",
                "SYNC_BATCH_MAX: '0' is not allowed; allowed: a whole number from 1 to 100000",
                "SYNC_STUCK_AFTER: '15' is not allowed; allowed: a duration from 1s to 30d, such as 500ms, 90s, 15min, 2h, 7d",
                "SYNC_UNIT_GROUP_MAPPING: 'true' is not allowed; allowed: on or off",
                "SYNC_CRM_TEAM_ID: 'sales' is not allowed; allowed: a UUID",
            ]
        )
    }

    @Test func onlyTheSettingsUsedAreRequiredAndHandedOver() throws {
        let settings = try Settings.load(
            environment: ["SYNC_DELIVERY": "confirmed"],
            used: [.batchMax],
            executable: "syncctl",
            isKafkaProperty: { _ in true }
        )
        #expect(settings[.delivery] == "published")
    }

    @Test func settingsOfOthersAreCheckedToo() throws {
        let error = #expect(throws: SettingsError.self) {
            try load(["SYNC_DELIVERY": "sometimes", "SYNC_AUTO_CREATE_ORDERS": "yes"], used: [.batchMax])
        }
        #expect(
            error?.problems == [
                "SYNC_DELIVERY: 'sometimes' is not allowed; allowed: published or confirmed",
                "SYNC_AUTO_CREATE_ORDERS: 'yes' is not allowed; allowed: on or off",
            ]
        )
    }

    @Test func furtherProblemsJoinTheOthers() throws {
        let error = #expect(throws: SettingsError.self) {
            try Settings.load(
                environment: ["SYNC_DELIVERY": "sometimes"],
                used: [.delivery],
                executable: "unit-worker",
                isKafkaProperty: { _ in true },
                kafkaProblems: { _ in [("client.id", "is wrong")] },
                furtherProblems: { ["with \($0.string(.delivery)) something is missing"] }
            )
        }
        #expect(
            error?.problems == [
                "SYNC_DELIVERY: 'sometimes' is not allowed; allowed: published or confirmed",
                "KAFKA_CLIENT_ID: is wrong", "with published something is missing",
            ]
        )
    }

    @Test func aValueThatIsNotAllowedIsNotReportedAsMissingToo() throws {
        let error = #expect(throws: SettingsError.self) {
            try Settings.load(
                environment: ["SYNC_LOCAL_CURRENCY": "pound sterling"],
                used: [.localCurrency, .company],
                executable: "price-worker",
                isKafkaProperty: { _ in true },
                furtherProblems: { settings in
                    let missing = [Setting.localCurrency, .company].filter { settings[$0] == nil }
                    return missing.map { "\($0.name): is required here" }
                }
            )
        }
        #expect(error?.problems.count == 2)
        #expect(error?.problems.first?.hasPrefix("SYNC_LOCAL_CURRENCY: 'pound sterling' is not allowed") == true)
        #expect(error?.problems.last == "SYNC_COMPANY: is required here")
    }

    @Test func gatesMustNotCross() {
        #expect(
            problems(["SYNC_GATE_LOW": "5000"])
                == ["SYNC_GATE_LOW: '5000' is not allowed; allowed: less than SYNC_GATE_HIGH, which is 5000"]
        )
        #expect(problems(["SYNC_GATE_LOW": "5000", "SYNC_GATE_HIGH": "5001"]) == [])
    }

    @Test(arguments: [
        ("SYNC_DELIVRY", "SYNC_DELIVERY"), ("SYNC_BATCHMAX", "SYNC_BATCH_MAX"),
        ("SYNC_STATE_DIRECTORY", "SYNC_STATE_DIR"),
        ("SYNC_INSTANCE_ID", "SYNC_INSTANCE"), ("SYNC_delivery", "SYNC_DELIVERY"),
    ])
    func unknownNamesGetTheNearestKnownOne(name: String, nearest: String) {
        #expect(problems([name: "secret?"]) == ["\(name): there is no such setting; the nearest is \(nearest)"])
    }

    @Test func secretsAreNeverShown() throws {
        let secret = Setting("SYNC_CLIENT_SECRET", .token(maximumLength: 8), isSecret: true, "A secret.")
        let found = problems(["SYNC_CLIENT_SECRET": "hunter2 hunter2"], known: SettingCatalog.all + [secret])
        #expect(
            found == [
                "SYNC_CLIENT_SECRET: the value (not shown) is not allowed; allowed: letters, digits, '.', '_' and '-', at most 8"
            ]
        )
    }

    @Test func secretsComeFromFiles() throws {
        let secret = Setting("SYNC_CLIENT_SECRET", .text, isSecret: true, "A secret.")
        let known = SettingCatalog.all + [secret]
        try withFile("hunter2\r\n") { path in
            let names = ["SYNC_CLIENT_SECRET_FILE": path, "KAFKA_SASL_PASSWORD_FILE": path]
            let settings = try load(names, known: known, used: known)
            #expect(settings[secret] == "hunter2")
            #expect(settings.kafkaProperties["sasl.password"] == "hunter2")
            #expect(settings.warnings.isEmpty)
            let both = names.merging(["SYNC_CLIENT_SECRET": "x"]) { $1 }
            #expect(
                problems(both, known: known)
                    == ["SYNC_CLIENT_SECRET_FILE: SYNC_CLIENT_SECRET is set too; set only one of the two"]
            )
        }
        #expect(
            problems(["SYNC_CLIENT_SECRET_FILE": "/nonexistent"], known: known)
                == ["SYNC_CLIENT_SECRET_FILE: '/nonexistent' cannot be read: No such file or directory"]
        )
        try withFile("\n") { path in
            #expect(
                problems(["SYNC_CLIENT_SECRET_FILE": path], known: known)
                    == ["SYNC_CLIENT_SECRET_FILE: '\(path)' is empty"]
            )
        }
        // Of a setting that is no secret there is no such form.
        #expect(problems(["SYNC_DELIVERY_FILE": "/nonexistent"]).first?.contains("no such setting") == true)
    }

    @Test func kafkaNamesBecomePropertiesAndForeignOnesWarnings() throws {
        let settings = try load([
            "KAFKA_SECURITY_PROTOCOL": "not checked here", "KAFKA_BROKER": "/opt/kafka", "KAFKAESQUE": "x",
            "PATH": "/bin",
        ])
        #expect(
            settings.kafkaProperties
                == ["bootstrap.servers": "localhost:9092", "security.protocol": "not checked here"]
        )
        #expect(settings.warnings == ["KAFKA_BROKER: ignored; the Kafka client has no property broker"])
    }

    @Test(arguments: [
        "HOME", "OPTS", "HEAP_OPTS", "JVM_PERFORMANCE_OPTS", "LOG4J_OPTS", "GC_LOG_OPTS", "JMX_OPTS",
    ])
    func variablesOfKafkasOwnScriptsAreNobodysMistake(name: String) throws {
        let settings = try load(["KAFKA_\(name)": "x"])
        #expect(settings.warnings.isEmpty)
        #expect(settings.kafkaProperties == ["bootstrap.servers": "localhost:9092"])
    }

    @Test(arguments: [
        ("a:1", true), ("a:1,b:2", true), ("a:1, b:2", true), ("[::1]:9092", true), ("SASL_SSL://a:1", true),
        ("a", false), ("a:0", false), ("a:1,", false), ("a:1,b", false), (":9092", false), ("::1:9092", false),
    ])
    func serversAreHostsWithPorts(value: String, isAllowed: Bool) {
        #expect(problems(["KAFKA_BOOTSTRAP_SERVERS": value]).isEmpty == isAllowed)
    }

    @Test(
        arguments: [
            ("500 ms", nil), ("90s", .seconds(90)), ("15 min", .seconds(900)), ("2h", .seconds(7_200)),
            ("7d", .seconds(604_800)), ("1500ms", .milliseconds(1_500)), ("15", nil), ("-1s", nil), ("1.5h", nil),
            ("99999999999999999999s", nil), ("9223372036854775807d", nil), ("31d", nil), ("٣s", nil), ("s", nil),
        ] as [(String, Duration?)]
    )
    func durationsHaveUnits(value: String, expected: Duration?) {
        let settings = try? load(["SYNC_STUCK_AFTER": value])
        #expect(settings?.duration(.stuckAfter) == expected)
    }

    @Test func idsAreBroughtIntoOneForm() throws {
        let settings = try load(["SYNC_CRM_TEAM_ID": "{3C5F3C8E-1f5b-4a52-9f0e-5b1d6f0a7c11}"])
        #expect(settings[.crmTeamID] == "3c5f3c8e-1f5b-4a52-9f0e-5b1d6f0a7c11")
        #expect(problems(["SYNC_CRM_TEAM_ID": "3c5f3c8e1f5b4a529f0e5b1d6f0a7c11"]).count == 1)
        #expect(problems(["SYNC_CRM_TEAM_ID": "gc5f3c8e-1f5b-4a52-9f0e-5b1d6f0a7c11"]).count == 1)
    }

    @Test func valuesFromOutsideStayOnTheirLine() {
        let found = problems(["SYNC_DELIVERY": "a\nb\u{1B}[2J\u{2028}" + String(repeating: "x", count: 5_000)])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(#"SYNC_DELIVERY: 'a\nb\u{1b}[2J\u{2028}xxx"#) == true)
        #expect((found.first?.count ?? 0) < 250)
    }

    @Test func fileHoldsTheSameKeysInLowerCaseAndTheEnvironmentWins() throws {
        let text =
            "sync_delivery: confirmed\nsync_batch_max: 7\nsync_unit_group_mapping: off\n"
            + "sync_company: ''\nsync_local_currency:\nkafka_client_id: me\nkafka_home: /opt\n"
        try withFile(text) { path in
            let settings = try load(["SYNC_CONFIG": path, "SYNC_BATCH_MAX": "8", "SYNC_DELIVERY": ""])
            #expect(settings[.delivery] == "confirmed")
            #expect(settings.integer(.batchMax) == 8)
            #expect(!settings.isOn(.unitGroupMapping))
            #expect(settings[.company] == nil && settings[.localCurrency] == nil)
            #expect(settings.kafkaProperties["client.id"] == "me")
            #expect(settings.warnings == ["\(path):7: KAFKA_HOME: ignored; the Kafka client has no property home"])
        }
    }

    @Test func problemsOfTheFileNameItsLine() throws {
        let text =
            "sync_delivery: sometimes\nsync_delivry: x\nSYNC_PRICING: price-lists\nother: 1\ndelivery: x\n"
            + "sync_company: [a]\nsync_config: x\n"
        try withFile(text) { path in
            #expect(
                problems(["SYNC_CONFIG": path]) == [
                    "\(path):3: SYNC_PRICING: names in a file are lower case",
                    "\(path):4: other: there is no such setting; names begin with sync_ or kafka_",
                    "\(path):5: delivery: there is no such setting; the nearest is sync_delivery",
                    "\(path):6: sync_company: must be a text, not a list",
                    "\(path):7: sync_config: only the environment can name the file of settings",
                    "\(path):2: SYNC_DELIVRY: there is no such setting; the nearest is SYNC_DELIVERY",
                    "\(path):1: SYNC_DELIVERY: 'sometimes' is not allowed; allowed: published or confirmed",
                ]
            )
        }
        try withFile("a: 1\na: 2\n") { path in
            #expect(
                problems(["SYNC_CONFIG": path])
                    == ["SYNC_CONFIG: \(path):2: the key 'a' is there already, in line 1"]
            )
        }
        try withFile("- a\n") { path in
            #expect(
                problems(["SYNC_CONFIG": path])
                    == ["SYNC_CONFIG: \(path):1: must be a mapping of settings to values"]
            )
        }
        #expect(
            problems(["SYNC_CONFIG": "/nonexistent.yaml"])
                == ["SYNC_CONFIG: /nonexistent.yaml: cannot be read: No such file or directory"]
        )
    }
}
