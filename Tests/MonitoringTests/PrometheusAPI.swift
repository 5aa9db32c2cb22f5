// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The HTTP interface of a Prometheus, as far as it is asked.
struct PrometheusAPI {
    struct Sample: Decodable {
        let metric: [String: String]
        let value: Double

        private enum CodingKeys: CodingKey {
            case metric, value
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            metric = try members.decode([String: String].self, forKey: .metric)
            var pair = try members.nestedUnkeyedContainer(forKey: .value)
            _ = try pair.decode(Double.self)
            value = Double(try pair.decode(String.self)) ?? .nan
        }
    }
    struct Rule: Decodable {
        let name: String
        let type: String
        let health: String
        let lastError: String?
        let state: String?
    }
    struct Metadata: Decodable {
        let metric: String
        let type: String
        let help: String
    }
    private struct Answer<Content: Decodable>: Decodable {
        let status: String
        let error: String?
        let data: Content?
    }
    private struct Vector: Decodable {
        let result: [Sample]
    }
    private struct Groups: Decodable {
        struct Group: Decodable {
            let rules: [Rule]
        }
        let groups: [Group]
    }

    let address: String

    /// The samples of an expression at this moment.
    func query(_ expression: String) async throws -> [Sample] {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let text = expression.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        return try await get("api/v1/query?query=\(text)", Vector.self).result
    }

    /// The rules, as they were last evaluated.
    func rules() async throws -> [Rule] {
        try await get("api/v1/rules", Groups.self).groups.flatMap(\.rules)
    }

    /// Kind and help of the metrics, as the targets tell them.
    func metadata() async throws -> [Metadata] {
        try await get("api/v1/targets/metadata", [Metadata].self)
    }

    private func get<Content: Decodable>(_ path: String, _ type: Content.Type) async throws -> Content {
        let (_, body) = try await WatchedStack.get(address, path)
        let answer = try JSONDecoder().decode(Answer<Content>.self, from: Data(body.utf8))
        guard answer.status == "success", let data = answer.data else {
            throw MonitoringFailure(description: "\(path.removingPercentEncoding ?? path): \(answer.error ?? body)")
        }
        return data
    }
}
