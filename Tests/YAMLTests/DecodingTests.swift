// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct DecodingTests {
    private struct Mapping: Decodable, Equatable {
        enum Direction: String, Decodable { case toCRM, both }
        struct Field: Decodable, Equatable {
            let name: String
            let maximum: Int?
            let factor: Double?
        }
        let name: String
        let isActive: Bool
        let direction: Direction
        let fields: [Field]
        let options: [String: String]?
    }

    private static let text = """
        name: ITEM-PRODUCT
        isActive: on
        direction: toCRM
        fields:
          - name: "1000"
            maximum: 20
          - {name: x, factor: 2.5}
        options: {Inventory: 1, Service: 3}
        """

    private func failure(_ text: String) -> String? {
        do throws(YAMLError) {
            _ = try YAML.decode(Mapping.self, from: text, file: "m.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func decodesStructs() throws {
        let mapping = try YAML.decode(Mapping.self, from: Self.text)
        let expected = Mapping(
            name: "ITEM-PRODUCT",
            isActive: true,
            direction: .toCRM,
            fields: [.init(name: "1000", maximum: 20, factor: nil), .init(name: "x", maximum: nil, factor: 2.5)],
            options: ["Inventory": "1", "Service": "3"]
        )
        #expect(mapping == expected)
    }

    @Test func wrongTypesNameKeyLineAndValue() {
        #expect(
            failure(Self.text.replacing("20", with: "twenty"))
                == "m.yaml:6: 'maximum' must be a number of type Int, not 'twenty'"
        )
        #expect(
            failure(Self.text.replacing("isActive: on", with: "isActive: yes"))
                == "m.yaml:2: 'isActive' must be on or off, true or false, not 'yes'"
        )
        #expect(
            failure(Self.text.replacing("{Inventory: 1, Service: 3}", with: "[1]"))
                == "m.yaml:8: 'options' must be a mapping, not a list"
        )
    }

    @Test func missingAndUnknownKeysNameTheLine() {
        #expect(failure(Self.text.replacing("name: ITEM-PRODUCT\n", with: "")) == "m.yaml:1: the key 'name' is missing")
        #expect(failure(Self.text.replacing("maximum:", with: "maximun:")) == "m.yaml:6: unknown key 'maximun'")
    }

    @Test func whatTheTypeItselfRefusesGetsItsLine() {
        let message = failure(Self.text.replacing("toCRM", with: "sideways"))
        #expect(message?.hasPrefix("m.yaml:3: ") == true, "\(message ?? "no error")")
    }

    @Test func unknownKeysCanBeIgnored() throws {
        struct Part: Decodable { let name: String }
        #expect(try YAML.decode(Part.self, from: Self.text, unknownKeys: .ignored).name == "ITEM-PRODUCT")
    }
}
