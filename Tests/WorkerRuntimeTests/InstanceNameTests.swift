// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WorkerRuntime

/// The name that an instance keeps with its state.
struct InstanceNameTests {
    @Test func isMadeOnceAndKept() throws {
        let directory = try TemporaryDirectory()
        let name = try InstanceName.kept(in: directory.path)
        #expect(UUID(uuidString: name) != nil)
        #expect(try InstanceName.kept(in: directory.path) == name)
    }

    @Test(arguments: [[0xff, 0xfe], [], Array(" \n".utf8)] as [[UInt8]])
    func aFileThatTellsNoneIsNamedAndLeftAlone(bytes: [UInt8]) throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/instance"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: WorkerError.self) { try InstanceName.kept(in: directory.path) }
        #expect(error?.description.hasPrefix(path) == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/instance"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let error = #expect(throws: WorkerError.self) { try InstanceName.kept(in: directory.path) }
        #expect(error?.description.hasPrefix("\(path), which keeps the name of this instance, cannot be read") == true)
    }
}
