// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation

/// Reads a file line by line, without holding more than one chunk and one line.
final class LineReader {
    /// The longest line: an event of 8 MiB and what may surround it.
    private static let longestLine = 16 << 20
    private static let chunkSize = 256 << 10

    /// The file's name for messages.
    let name: String
    /// The number of the line read last, from 1.
    private(set) var number = 0
    /// How many bytes were read.
    private(set) var byteCount: Int64 = 0

    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    /// Opens a file; `-` is standard input.
    init(_ path: String) throws(CommandError) {
        name = path == "-" ? "standard input" : path
        var isDirectory: ObjCBool = false
        if path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
            throw CommandError("\(path) is a directory; name files of JSON Lines", .usage)
        }
        if path == "-" {
            file = .standardInput
        } else if let opened = FileHandle(forReadingAtPath: path) {
            file = opened
        } else {
            throw CommandError("\(path) cannot be opened for reading", .usage)
        }
    }

    /// Calls the body with the next line, without its end; false at the end of the file.
    func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                try deliver(position..<end, body)
                position = end + 1
                return true
            }
            if isAtEnd {
                guard position < buffer.count else { return false }
                try deliver(position..<buffer.count, body)
                position = buffer.count
                return true
            }
            searched = buffer.count - position
            buffer.removeFirst(position)
            position = 0
            guard buffer.count < Self.longestLine else {
                throw CommandError("\(name):\(number + 1): the line is longer than \(Self.longestLine) bytes", .no)
            }
            try fill()
        }
    }

    private func deliver(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        number += 1
        var range = range
        // Some editors put a byte order mark before UTF-8 text; it is no part of the first line.
        if number == 1, buffer[range].starts(with: [0xEF, 0xBB, 0xBF]) {
            range = (range.lowerBound + 3)..<range.upperBound
        }
        try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private func fill() throws {
        do {
            guard let data = try file.read(upToCount: Self.chunkSize), !data.isEmpty else {
                isAtEnd = true
                return
            }
            byteCount += Int64(data.count)
            buffer.append(contentsOf: data)
        } catch {
            throw CommandError("\(name) cannot be read: \(Self.reason(error))", .no)
        }
    }

    /// What the system says of an error, without Foundation's words around it.
    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard underlying.domain == NSPOSIXErrorDomain else { return "the system gives no reason" }
        return String(cString: strerror(Int32(underlying.code)))
    }
}
