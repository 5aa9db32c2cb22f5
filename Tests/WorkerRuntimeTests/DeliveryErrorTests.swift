// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import Telemetry
import Testing

@testable import LocalStack

/// What the delivery makes of its consumer's errors.
struct DeliveryErrorTests {
    /// Fatal, fenced by another process, fenced by an instance of the same name.
    @Test(arguments: [-150, -144, 82] as [Int32])
    func anErrorAfterWhichNothingIsDeliveredEndsIt(code: Int32) {
        let error = KafkaError(code: code, operation: "poll", partition: nil)
        #expect(throws: error) { try DeliveryThread.note(error, Log(level: .error)) }
    }

    /// No connection, an unknown topic, a missing right.
    @Test(arguments: [-195, 3, 29] as [Int32])
    func anyOtherIsLogged(code: Int32) throws {
        let error = KafkaError(code: code, operation: "poll", partition: nil)
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/log"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        try DeliveryThread.note(error, Log(level: .warning, output: file.fileDescriptor))
        try file.close()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(error.name), "\(lines)")
    }
}
