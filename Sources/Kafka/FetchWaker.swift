// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka
import Dispatch
import Synchronization

// Unchecked: librdkafka's clients take queries from any thread; the flags are atomic, `partitions` is used on the
// queue only, the rest on the polling thread only.

/// Sends a cheap request to each leader that a consumer reads from, off the polling thread.
///
/// librdkafka 2.0.2's broker thread looks again at a full queue only when something wakes it, and a request does. A
/// broker answers one connection's requests in turn, so that behind a waiting fetch the answer takes up to
/// `fetch.wait.max.ms`: hence not on the polling thread.
final class FetchWaker: @unchecked Sendable {
    private static let timeoutMs: Int32 = 1000

    /// At full rate a queue of 8 MB lasts longer; asking more often brings nothing.
    private static let interval = Duration.milliseconds(5)
    /// How many records pass between two looks at the clock.
    private static let recordsPerLook = 32

    private let handle: ClientHandle
    private let queue = DispatchQueue(label: "kafka.fetch-waker")
    private let isBusy = Atomic(false)
    private let isStale = Atomic(true)
    private var partitions: PartitionList?
    private var recordsSinceLook = 0
    private var lastWake = ContinuousClock.now

    init(_ handle: ClientHandle) {
        self.handle = handle
    }

    func assignmentChanged() {
        isStale.store(true, ordering: .relaxed)
    }

    /// Asks every few milliseconds while records are taken; called on the polling thread.
    func recordTaken() {
        recordsSinceLook += 1
        guard recordsSinceLook == Self.recordsPerLook else { return }
        recordsSinceLook = 0
        let now = ContinuousClock.now
        if now - lastWake < Self.interval { return }
        lastWake = now
        wake()
    }

    /// Asks, unless the last question is still open.
    func wake() {
        if isBusy.exchange(true, ordering: .acquiringAndReleasing) { return }
        queue.async { [self] in
            ask()
            isBusy.store(false, ordering: .releasing)
        }
    }

    /// Returns once nothing uses the client any more; later calls of `wake` do nothing.
    func stop() {
        isBusy.store(true, ordering: .releasing)
        queue.sync { partitions = nil }
        isBusy.store(true, ordering: .releasing)
    }

    private func ask() {
        guard let client = handle.pointer else { return }
        if isStale.exchange(false, ordering: .relaxed) { partitions = currentPartitions(client) }
        guard let partitions, partitions.pointer.pointee.cnt > 0 else { return }
        for index in 0..<Int(partitions.pointer.pointee.cnt) {
            partitions.pointer.pointee.elems[index].offset = Int64(RD_KAFKA_OFFSET_END)
        }
        // One request per leader. The answer does not matter, nor whether there is one.
        _ = rd_kafka_offsets_for_times(client, partitions.pointer, Self.timeoutMs)
    }

    private func currentPartitions(_ client: OpaquePointer) -> PartitionList? {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard rd_kafka_assignment(client, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return nil }
        // By name: librdkafka's own list holds its partitions, and a client is not freed while somebody holds one.
        return PartitionList(PartitionList(owning: list).partitions)
    }
}
