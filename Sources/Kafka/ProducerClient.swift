// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What a worker asks of a producer; ``Producer`` says what each call does.
public protocol ProducerClient: RecordQueue {
    /// Waits until all records have arrived; throws the first delivery's error since the last call where one failed.
    func flush(timeoutMs: Int32) throws
}

extension Producer: ProducerClient {}
