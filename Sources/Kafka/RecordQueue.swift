// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Where records are queued to be sent, with transactions and without.
public protocol RecordQueue: AnyObject {
    /// Queues a copy of the record; nil as partition places it by its key.
    func produce(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [Header],
        timestampMs: Int64?
    ) throws
    /// Serves statistics and errors.
    func poll(timeoutMs: Int32)
    /// Frees the client; what has not arrived is dropped.
    func close()
}

extension RecordQueue {
    /// Queues a record of bytes; nil is null, and empty is empty.
    public func produce(
        topic: String,
        partition: Int32?,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = []
    ) throws {
        try withBuffer(of: key) { key in
            try withBuffer(of: value) { value in
                try produce(
                    topic: topic,
                    partition: partition,
                    key: key,
                    value: value,
                    headers: headers,
                    timestampMs: nil
                )
            }
        }
    }

    private func withBuffer(of bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }
}
