// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Builds the tree of one document from events, and refuses what this project does not use of YAML.
struct TreeBuilder {
    /// Deeper files are accidents or attacks, and each level costs a stack frame.
    private static let depthLimit = 100

    private let reader: EventReader
    private let file: String?

    init(reader: EventReader, file: String?) {
        self.reader = reader
        self.file = file
    }

    /// Reads the whole stream: one document, or none, which is null.
    mutating func document() throws(YAMLError) -> YAMLNode {
        var root: YAMLNode?
        while true {
            let (event, mark) = try reader.next()
            switch event {
            case .streamStart, .documentEnd: continue
            case .streamEnd:
                return root ?? YAMLNode(line: 1, column: 1, content: .scalar("", isPlain: true))
            case .documentStart:
                guard root == nil else { throw error(mark, "a second document begins; a file holds one") }
            default:
                root = try node(event, mark, depth: 1)
            }
        }
    }

    private mutating func node(
        _ event: EventReader.Event,
        _ mark: EventReader.Mark,
        depth: Int
    ) throws(YAMLError) -> YAMLNode {
        guard depth <= Self.depthLimit else {
            throw error(mark, "nested deeper than \(Self.depthLimit) levels")
        }
        let content: YAMLNode.Content
        switch event {
        case .scalar(let text, let isPlain, let properties):
            try refuse(properties, mark)
            content = .scalar(text, isPlain: isPlain)
        case .sequenceStart(let properties):
            try refuse(properties, mark)
            content = try sequence(depth: depth)
        case .mappingStart(let properties):
            try refuse(properties, mark)
            content = try mapping(depth: depth)
        case .alias(let name):
            throw error(mark, "aliases are not used here; write out what *\(name) stands for")
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw error(mark, "a value is missing")
        }
        return YAMLNode(line: mark.line, column: mark.column, content: content)
    }

    private mutating func sequence(depth: Int) throws(YAMLError) -> YAMLNode.Content {
        var items: [YAMLNode] = []
        while true {
            let (event, mark) = try reader.next()
            if case .sequenceEnd = event { return .sequence(items) }
            items.append(try node(event, mark, depth: depth + 1))
        }
    }

    private mutating func mapping(depth: Int) throws(YAMLError) -> YAMLNode.Content {
        var members: [YAMLNode.Member] = []
        var lines: [String: Int] = [:]
        while true {
            let (event, mark) = try reader.next()
            if case .mappingEnd = event { return .mapping(members) }
            guard case .scalar(let key, _, let properties) = event else {
                if case .alias = event { _ = try node(event, mark, depth: depth + 1) }
                throw error(mark, "a key must be a text")
            }
            try refuse(properties, mark)
            if let first = lines.updateValue(mark.line, forKey: key) {
                throw error(mark, "the key '\(key)' is there already, in line \(first)")
            }
            let (valueEvent, valueMark) = try reader.next()
            members.append((key, mark.line, try node(valueEvent, valueMark, depth: depth + 1)))
        }
    }

    private func refuse(_ properties: EventReader.Properties, _ mark: EventReader.Mark) throws(YAMLError) {
        if let anchor = properties.anchor {
            throw error(mark, "anchors are not used here; remove &\(anchor)")
        }
        if let tag = properties.tag {
            throw error(mark, "tags are not used here; remove \(tag)")
        }
    }

    private func error(_ mark: EventReader.Mark, _ reason: String) -> YAMLError {
        YAMLError(file: file, line: mark.line, reason: reason)
    }
}
