// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A process's local state: tables of bytes by bytes, ordered by key, changed in transactions.
///
/// It is a cache of what Kafka holds, made to be fast and to survive the death of the process at any moment, but not a
/// crash of the machine: after that it is empty (``wasDiscarded``) and is filled again from the changelog. One process
/// holds a directory at a time, and uses it from one thread.
///
/// ```swift
/// let store = try StateStore(directory: "sync-state/product-worker", tables: ["couplings", "offsets"])
/// let transaction = try store.begin()
/// try transaction.put(0, Array("key".utf8), Array("value".utf8))
/// try transaction.commit()
/// ```
public final class StateStore {
    /// Most bytes of a key; a longer one is refused, never shortened or hashed.
    public static let maximumKeyBytes = 511

    /// Whether data was found that could not be trusted, or was of an older format, and was thrown away.
    public let wasDiscarded: Bool

    private let directory: StateDirectory
    private let tables: [String]
    private let growthBytes: Int
    private let formatVersion: Int
    private var environment: StateEnvironment?
    private var isInTransaction = false
    /// Room for a transaction beyond the usual; grows when one found too little.
    private var neededRoom = 0

    /// Opens the state in a directory, which is made if need be, and locks the directory.
    ///
    /// - Parameters:
    ///   - directory: Path of the directory.
    ///   - tables: Names of the tables; a table is known by its index here.
    ///   - growthBytes: Room that every transaction finds, at least 1 MiB; the file grows by quarters of it,
    ///     a large one by eighths of its size where the disk has room for that.
    ///   - formatVersion: Number of the data's format. Data of an earlier format is thrown away, of a later one refused.
    ///   - owner: Whose state it is, on one line; a directory of another owner is refused, one without an owner adopted.
    /// - Throws: ``StateStoreError``: in use, another's, not writable, of a newer format, no room, or damaged.
    public init(
        directory: String,
        tables: [String],
        growthBytes: Int = 64 << 20,
        formatVersion: Int = 1,
        owner: String? = nil
    ) throws(StateStoreError) {
        self.directory = try StateDirectory(path: directory)
        self.tables = tables
        self.growthBytes = growthBytes
        self.formatVersion = formatVersion
        wasDiscarded = try self.directory.prepare(formatVersion: formatVersion, owner: owner)
        try open()
    }

    /// Begins the one write transaction, after making sure that there is room for it.
    ///
    /// - Parameter bytes: Room needed at least, where the caller knows that it is more than the usual.
    /// - Returns: The transaction, which is to be committed or aborted before the next one begins.
    /// - Throws: ``StateStoreError``, `diskFull` among it; the store is as it was then.
    public func begin(reserving bytes: Int = 0) throws(StateStoreError) -> StateTransaction {
        precondition(!isInTransaction, "A state store has one transaction at a time.")
        let environment = try opened()
        try environment.makeRoom(for: max(bytes, neededRoom))
        let transaction = StateTransaction(store: self, environment: environment, handle: try environment.begin())
        isInTransaction = true
        return transaction
    }

    /// Ends the use of the store cleanly: what was committed is on the disk then, and the directory free.
    ///
    /// - Throws: ``StateStoreError``; the state counts as not cleanly closed then.
    public func close() throws(StateStoreError) {
        precondition(!isInTransaction, "A transaction must end before its state store is closed.")
        guard let environment else { return }
        try environment.sync()
        self.environment = nil
        try directory.markClean()
        directory.unlock()
    }

    /// Throws all data away and gives its disk space back.
    ///
    /// - Throws: ``StateStoreError``; the store cannot be used any more then.
    public func eraseAll() throws(StateStoreError) {
        precondition(!isInTransaction, "A transaction must end before its state store is erased.")
        _ = try opened()
        environment = nil
        _ = try directory.removeData()
        try open()
    }

    /// Called by the transaction when it has ended.
    func transactionEnded(foundTooLittleRoom: Bool) {
        isInTransaction = false
        if foundTooLittleRoom { neededRoom = max(2 * neededRoom, 2 * growthBytes) }
    }

    private func opened() throws(StateStoreError) -> StateEnvironment {
        guard let environment else {
            throw StateStoreError(reason: .lmdb(code: 0, message: "not open"), path: directory.path)
        }
        return environment
    }

    private func open() throws(StateStoreError) {
        environment = try StateEnvironment(path: directory.dataPath, tables: tables, growthBytes: growthBytes)
        try directory.finish(formatVersion: formatVersion)
    }
}
