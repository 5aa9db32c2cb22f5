// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CYAML

/// Owns a libyaml parser and hands out its events as values.
final class EventReader {
    /// Where an event begins, counted from 1.
    struct Mark {
        let line: Int
        let column: Int

        init(_ mark: yaml_mark_t) {
            line = Int(mark.line) + 1
            column = Int(mark.column) + 1
        }
    }

    enum Event {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(String, isPlain: Bool, Properties)
        case sequenceStart(Properties), sequenceEnd
        case mappingStart(Properties), mappingEnd
        case alias(String)
    }

    /// What may stand before a value.
    struct Properties {
        let anchor: String?
        let tag: String?

        init(anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?) {
            self.anchor = anchor.map { String(cString: $0) }
            self.tag = tag.map { String(cString: $0) }
        }
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>
    private let file: String?

    /// Begins to read bytes, which must stay valid until the last event.
    init(_ input: UnsafeBufferPointer<UInt8>, file: String?) throws(YAMLError) {
        self.input = input
        self.file = file
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(file: file, line: 0, reason: "not enough memory to read YAML")
        }
        yaml_parser_set_input_string(parser, input.baseAddress ?? Self.nothing, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(YAMLError) -> (event: Event, mark: Mark) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let mark = Mark(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return (.streamStart, mark)
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, mark)
        case YAML_DOCUMENT_END_EVENT: return (.documentEnd, mark)
        case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, mark)
        case YAML_MAPPING_END_EVENT: return (.mappingEnd, mark)
        case YAML_ALIAS_EVENT: return (.alias(String(cString: event.data.alias.anchor)), mark)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            let properties = Properties(anchor: scalar.anchor, tag: scalar.tag)
            return (.scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain, properties), mark)
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            return (.sequenceStart(Properties(anchor: sequence.anchor, tag: sequence.tag)), mark)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            return (.mappingStart(Properties(anchor: mapping.anchor, tag: mapping.tag)), mark)
        default:
            return (.streamEnd, mark)
        }
    }

    /// What libyaml says about the error it stopped at.
    private func failure() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            // The reader knows no lines, and reads far ahead of the parser, which does.
            let offset = min(Int(parser.pointee.problem_offset), input.count)
            let line = input[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
            return YAMLError(file: file, line: line, reason: problem)
        case YAML_MEMORY_ERROR:
            return YAMLError(file: file, line: 0, reason: "not enough memory to read YAML")
        default:
            let context = parser.pointee.context.map { String(cString: $0) + ", " } ?? ""
            let line = Int(parser.pointee.problem_mark.line) + 1
            return YAMLError(file: file, line: line, reason: context + problem)
        }
    }

    /// Something to point at when the input is empty; libyaml insists on an address.
    private nonisolated(unsafe) static let nothing = UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))
}
