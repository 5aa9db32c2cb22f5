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

/// The directory around the data: who holds it, which format it has, and whether the data can be trusted.
///
/// - `lock`: locked by the process that holds the directory, whose id is in it.
/// - `owner`: whose state it is; others are refused.
/// - `format`: the number of the data's format; written last when a directory is set up.
/// - `run`: `clean`, or `running` and the boot id of the machine. Data is written without being synced, so after a
///   crash of the machine, not of the process, there is no telling what of it reached the disk.
/// - `data`: LMDB's file.
final class StateDirectory {
    let path: String
    private var lock: Int32

    /// Makes the directory, if need be, and takes the lock on it.
    init(path: String) throws(StateStoreError) {
        self.path = path
        try Self.makeDirectory(path)
        lock = try Self.lock(path)
    }

    deinit {
        unlock()
    }

    /// Lets other processes have the directory.
    func unlock() {
        guard lock >= 0 else { return }
        // A child that is just being started has the file too, until it becomes another program.
        flock(lock, LOCK_UN)
        close(lock)
        lock = -1
    }

    var dataPath: String { path + "/data" }

    /// Throws the data away if it is not whole or of an older format, and notes that it is being written from now on.
    ///
    /// - Parameters:
    ///   - formatVersion: The data's format.
    ///   - owner: Whose state it is; a directory without an owner becomes theirs. Nil: anybody's.
    /// - Returns: Whether data was thrown away.
    /// - Throws: `StateStoreError`, also for the directory of another owner.
    func prepare(formatVersion: Int, owner: String?) throws(StateStoreError) -> Bool {
        let found = try read("owner").flatMap { $0.isEmpty ? nil : $0 }
        if let owner, let found, found != owner {
            throw StateStoreError(reason: .ownedBy(found, wanted: owner), path: path)
        }
        let format = try read("format").map { Int($0) }
        if case .some(.none) = format { throw StateStoreError(reason: .corrupt, path: path + "/format") }
        if let found = format ?? nil, found > formatVersion {
            throw StateStoreError(reason: .newerFormat(found: found, supported: formatVersion), path: path)
        }
        let boot = Self.bootID
        let run = try read("run")
        let isWhole = run == "clean" || (boot != nil && run == boot.map { "running \($0)" })
        var isDiscarded = false
        if format != formatVersion || !isWhole { isDiscarded = try removeData() }
        if let owner, found == nil { try write(owner, to: "owner") }
        // On the disk before the first change of the data is: a crash must not find an older `clean`.
        try write("running \(boot ?? "unknown")", to: "run")
        return isDiscarded
    }

    /// Notes that the data is set up.
    func finish(formatVersion: Int) throws(StateStoreError) {
        guard try read("format") != String(formatVersion) else { return }
        try write(String(formatVersion), to: "format")
    }

    /// Notes that the data is on the disk and nobody writes it.
    func markClean() throws(StateStoreError) {
        try write("clean", to: "run")
    }

    /// Removes the data and returns whether there was any.
    func removeData() throws(StateStoreError) -> Bool {
        if unlink(dataPath) == 0 { return true }
        guard errno == ENOENT else { throw StateStoreError(code: errno, path: dataPath) }
        return false
    }

    private static var bootID: String? {
        let text = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { clmdb_boot_id($0.baseAddress, $0.count) }
        }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    private static func makeDirectory(_ path: String) throws(StateStoreError) {
        var partial = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            partial += "/" + part
            guard mkdir(partial, 0o777) != 0, errno != EEXIST else { continue }
            let code = errno
            // A parent that exists may well refuse mkdir with another error, such as EROFS.
            var status = stat()
            guard stat(partial, &status) == 0 else { throw StateStoreError(code: code, path: path) }
        }
    }

    private static func lock(_ path: String) throws(StateStoreError) -> Int32 {
        let file = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw StateStoreError(code: errno, path: path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = contents(of: file).flatMap { Int32($0) }
            close(file)
            guard code != EWOULDBLOCK else { throw StateStoreError(reason: .inUse(by: holder), path: path) }
            throw StateStoreError(code: code, path: path)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, text, text.count, 0) == text.count else {
            let code = errno
            close(file)
            throw StateStoreError(code: code, path: path)
        }
        return file
    }

    /// The first line of the file; nil when the file does not exist.
    private func read(_ name: String) throws(StateStoreError) -> String? {
        let file = open(path + "/" + name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            guard errno == ENOENT else { throw StateStoreError(code: errno, path: path + "/" + name) }
            return nil
        }
        defer { close(file) }
        guard let text = Self.contents(of: file) else { throw StateStoreError(code: errno, path: path + "/" + name) }
        return text
    }

    private static func contents(of file: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = pread(file, &buffer, buffer.count, 0)
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Replaces the file as a whole and waits until it is on the disk.
    private func write(_ text: String, to name: String) throws(StateStoreError) {
        let target = path + "/" + name
        let temporary = target + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw StateStoreError(code: errno, path: path) }
        let bytes = Array((text + "\n").utf8)
        let isWritten = pwrite(file, bytes, bytes.count, 0) == bytes.count && fsync(file) == 0
        let code = errno
        close(file)
        guard isWritten else { throw StateStoreError(code: code, path: path) }
        guard rename(temporary, target) == 0 else { throw StateStoreError(code: errno, path: path) }
        try syncDirectory()
    }

    private func syncDirectory() throws(StateStoreError) {
        let file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw StateStoreError(code: errno, path: path) }
        defer { close(file) }
        guard fsync(file) == 0 || errno == EINVAL else { throw StateStoreError(code: errno, path: path) }
    }
}
