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
