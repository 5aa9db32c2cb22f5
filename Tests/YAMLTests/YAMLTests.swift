// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SeededRandom
import Testing
import YAML

@Suite struct YAMLTests {
    private func failure(_ text: String, file: String? = "a.yaml") -> String {
        do throws(YAMLError) {
            _ = try YAML.parse(text, file: file)
            return "no error"
        } catch {
            return error.description
        }
    }

    @Test func keepsOrderLinesAndColumns() throws {
        let root = try YAML.parse("b: 1\na:\n  - x\n  - 'y'\n")
        let members = try #require(root.members)
        #expect(members.map(\.key) == ["b", "a"])
        #expect(members.map(\.keyLine) == [1, 2])
        let items = try #require(root["a"]?.items)
        #expect(items.map(\.line) == [3, 4])
        #expect(items.map(\.column) == [5, 5])
        #expect(items.map(\.string) == ["x", "y"])
    }

    @Test(
        arguments: [
            ("true", true), ("on", true), ("false", false), ("off", false), ("yes", nil), ("'on'", nil), ("1", nil),
        ] as [(String, Bool?)]
    )
    func readsSwitches(text: String, expected: Bool?) throws {
        #expect(try YAML.parse("a: \(text)")["a"]?.bool == expected)
    }

    @Test(
        arguments: [
            ("12", 12), ("-3", -3), ("'12'", nil), ("1.5", nil), ("99999999999999999999", nil),
        ] as [(String, Int?)]
    )
    func readsIntegers(text: String, expected: Int?) throws {
        #expect(try YAML.parse("a: \(text)")["a"]?.int == expected)
    }

    @Test func numbersKeepTheirDigits() throws {
        let digits = "123456789012345678901234567890.10"
        #expect(try YAML.parse("a: \(digits)")["a"]?.string == digits)
    }

    @Test func nullAndEmptyTextDiffer() throws {
        let root = try YAML.parse("a:\nb: ''\nc: ~\nd: null\ne: 'null'\n")
        #expect(["a", "b", "c", "d", "e"].map { root[$0]?.isNull } == [true, false, true, true, false])
        #expect(["a", "b", "c", "d", "e"].map { root[$0]?.string } == [nil, "", nil, nil, "null"])
    }

    @Test(arguments: ["", "# only a comment\n"]) func anEmptyFileIsNull(text: String) throws {
        #expect(try YAML.parse(text).isNull)
    }

    @Test func refusesDuplicateKeys() {
        #expect(failure("a: 1\nb: 2\na: 3\n") == "a.yaml:3: the key 'a' is there already, in line 1")
    }

    @Test func refusesAnchorsAliasesAndTags() {
        #expect(failure("a: &x 1\n") == "a.yaml:1: anchors are not used here; remove &x")
        #expect(failure("a: 1\nb: *x\n") == "a.yaml:2: aliases are not used here; write out what *x stands for")
        #expect(failure("a: 1\nb: !!str 2\n").hasPrefix("a.yaml:2: tags are not used here"))
        #expect(failure("a: !x {b: 1}\n").hasPrefix("a.yaml:1: tags are not used here"))
    }

    @Test func refusesASecondDocumentAndKeysThatAreNoText() {
        #expect(failure("a: 1\n---\nb: 1\n") == "a.yaml:2: a second document begins; a file holds one")
        #expect(failure("? [1, 2]\n: 3\n") == "a.yaml:1: a key must be a text")
    }

    @Test func syntaxErrorsNameTheLine() {
        #expect(failure("a: 1\nb: [1, 2\nc: 3\n").hasPrefix("a.yaml:3: "))
        #expect(failure("a: 1\n\tb: 2\n").hasPrefix("a.yaml:2: "))
        #expect(failure("a: 'x\n", file: nil).hasPrefix("line "))
    }

    @Test func bytesThatAreNoTextNameTheLine() throws {
        let lines = String(repeating: "key: [1]\n", count: 1).dropLast()
        #expect(failure("\(lines)\n# c\nb: \u{1}\n") == "a.yaml:3: control characters are not allowed")
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
        try (Data("a: 1\nb: 2\nc: ".utf8) + [0xFF, 0x0A]).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let error = #expect(throws: YAMLError.self) { try YAML.parseFile(url.path) }
        #expect(error?.line == 3)
    }

    @Test func refusesEndlessNesting() {
        #expect(failure(String(repeating: "[", count: 50_000)).contains("nested deeper than 100 levels"))
    }

    @Test func readsFilesAndSaysWhyItCannot() throws {
        let missing = "/nonexistent/settings.yaml"
        let error = #expect(throws: YAMLError.self) { try YAML.parseFile(missing) }
        #expect(error?.description == "\(missing): cannot be read: No such file or directory")
        #expect(throws: YAMLError.self) { try YAML.parseFile("/") }
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
        try Data("greeting: Grüße 😀\n".utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let root = try YAML.parseFile(url.path)
        #expect(root["greeting"]?.string == "Grüße 😀")
    }

    @Test func damagedBytesNeverCrash() throws {
        let seed = SeededGenerator.seed()
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "a: ", "- ", "\n", "  ", "'", "\"", "[", "]", "{", "}", ":", "|", ">", "*x", "&x", "!", "é", "\0", "%", "?",
        ]
        for _ in 0..<3_000 {
            let text = (0..<(1 + random.below(24))).map { _ in pieces[random.below(pieces.count)] }.joined()
            do throws(YAMLError) {
                _ = try YAML.parse(text)
            } catch {
                #expect(error.line >= 0 && !error.reason.isEmpty, "seed \(seed): \(text.debugDescription)")
            }
        }
    }
}
