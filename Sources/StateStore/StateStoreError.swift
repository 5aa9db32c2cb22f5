// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLMDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why the local state cannot be used, and which.
public struct StateStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// Another process (or another store of this one) uses the directory; its process id, where known.
        case inUse(by: Int32?)
        /// The directory cannot be made or written; the operating system's reason.
        case notWritable(code: Int32)
        /// The directory is somebody else's.
        case ownedBy(String, wanted: String)
        /// The data was written by a later version.
        case newerFormat(found: Int, supported: Int)
        /// There is no room on the disk, or the process may not write files as large as this.
        case diskFull
        /// The data cannot be read.
        case corrupt
        /// A key has more bytes than a table can hold, which is this many.
        case keyTooLong(limit: Int)
        /// Anything else that LMDB or the operating system reports.
        case lmdb(code: Int32, message: String)
    }

    /// What is wrong.
    public let reason: Reason
    /// The directory or file that it is about.
    public let path: String

    /// Makes an error.
    public init(reason: Reason, path: String) {
        self.reason = reason
        self.path = path
    }

    /// Makes the error for what LMDB returned: one of its own codes, or the operating system's.
    init(code: Int32, path: String) {
        self.init(reason: Self.reason(of: code), path: path)
    }

    /// The transaction wrote more than there was room for; aborted and repeated, it finds twice the room.
    public var isRoomExhausted: Bool {
        if case .lmdb(let code, _) = reason { return code == MDB_MAP_FULL }
        return false
    }

    /// What happened and what can be done, in one line.
    public var description: String {
        switch reason {
        case .inUse(let process):
            "state directory \(path) is in use by \(process.map { "process \($0)" } ?? "another process")"
        case .notWritable(let code): "state directory \(path) cannot be written: \(String(cString: strerror(code)))"
        case .ownedBy(let owner, let wanted):
            "state directory \(path) belongs to \(owner), not to \(wanted); each needs a directory of its own"
        case .newerFormat(let found, let supported):
            "state directory \(path) has format \(found), and this version knows formats up to \(supported)"
        case .diskFull: "no room on the disk for the state directory \(path)"
        case .corrupt: "state in \(path) is damaged; it is a cache and can be removed"
        case .keyTooLong(let limit): "key for the state in \(path) is longer than \(limit) bytes"
        case .lmdb(let code, let message): "state in \(path) failed: \(message) (\(code))"
        }
    }

    private static func reason(of code: Int32) -> Reason {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case EACCES, EPERM, EROFS, ENOTDIR, EISDIR, ENOENT, ELOOP, ENAMETOOLONG: .notWritable(code: code)
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_PANIC: .corrupt
        default: .lmdb(code: code, message: String(cString: mdb_strerror(code)))
        }
    }
}
