// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CMicrohttpd
import Synchronization

/// Server-sent events to every client that listens, up to a limit.
///
/// A client that reads slowly misses events in between, never the last one, so nothing piles up for it.
///
/// ```swift
/// let changes = EventStream()
/// server.route("GET", "/api/events") { _ in .events(changes) }
/// changes.send("changed", data: "42")
/// ```
public final class EventStream: Sendable {
    private struct State {
        var listeners: [ObjectIdentifier: Listener] = [:]
    }

    private let room: EventRoom
    private let state = Mutex(State())

    /// Makes a stream with room for so many listeners; one more is answered 503 with `Retry-After`.
    public convenience init(limit: Int = 16) {
        self.init(room: EventRoom(limit: limit, limitPerAddress: limit))
    }

    /// Makes a stream whose listeners share a room with those of other streams.
    public init(room: EventRoom) {
        self.room = room
    }

    /// How many listen now.
    public var count: Int { state.withLock { $0.listeners.count } }

    /// Sends an event to all who listen.
    ///
    /// - Parameters:
    ///   - name: what happened; one line.
    ///   - data: one line; what comes behind an end of line is left out.
    public func send(_ name: String, data: String) {
        let line = data.prefix { !$0.isNewline }
        let bytes = Array("event: \(name.prefix { !$0.isNewline })\ndata: \(line)\n\n".utf8)
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.give(bytes) }
    }

    /// A listener of a connection that belongs to an owner of addresses; nil when there is no room.
    func makeListener(_ connection: OpaquePointer, from owner: UInt64) -> Listener? {
        guard room.enter(from: owner) else { return nil }
        let listener = Listener(connection, stream: self, owner: owner)
        state.withLock { $0.listeners[ObjectIdentifier(listener)] = listener }
        return listener
    }

    /// Ends what is sent to those who listen now.
    func endAll() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.end() }
    }

    private func remove(_ listener: Listener) {
        let known = state.withLock { $0.listeners.removeValue(forKey: ObjectIdentifier(listener)) }
        if known != nil { room.leave(from: listener.owner) }
    }

    /// One client; between its creation and `forget` libmicrohttpd may ask it for bytes.
    final class Listener: Sendable {
        private struct State {
            /// Of libmicrohttpd, valid until `forget`.
            ///
            /// `nonisolated(unsafe)`: used under the lock only, and only while it is valid.
            nonisolated(unsafe) var connection: OpaquePointer?
            /// Begins with the interval at which a browser comes again, so that headers go out at once.
            var pending = Array("retry: 3000\n\n".utf8)[...]
            /// What comes behind `pending`; only the last is kept.
            var next: [UInt8]?
            var isSuspended = false
            var isEnded = false
        }

        private let stream: EventStream
        let owner: UInt64
        private let state: Mutex<State>

        init(_ connection: OpaquePointer, stream: EventStream, owner: UInt64) {
            self.stream = stream
            self.owner = owner
            state = Mutex(State(connection: connection))
        }

        func give(_ bytes: [UInt8]) {
            state.withLock { state in
                state.next = bytes
                resume(&state)
            }
        }

        func end() {
            state.withLock { state in
                state.isEnded = true
                resume(&state)
            }
        }

        /// Under the lock, as is suspending: else a connection could be suspended right after it was to go on.
        private func resume(_ state: inout State) {
            guard state.isSuspended, let connection = state.connection else { return }
            state.isSuspended = false
            MHD_resume_connection(connection)
        }

        /// Copies what is there into the buffer; with nothing there the connection sleeps until there is.
        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            state.withLock { state in
                if state.pending.isEmpty, let next = state.next {
                    state.pending = next[...]
                    state.next = nil
                }
                if state.pending.isEmpty {
                    guard !state.isEnded, let connection = state.connection else {
                        return MHD_CONTENT_READER_END_OF_STREAM
                    }
                    state.isSuspended = true
                    MHD_suspend_connection(connection)
                    return 0
                }
                let part = state.pending.prefix(buffer.count)
                buffer.copyBytes(from: part)
                state.pending = state.pending.dropFirst(part.count)
                return part.count
            }
        }

        /// The connection is over.
        func forget() {
            state.withLock { $0.connection = nil }
            stream.remove(self)
        }
    }
}
