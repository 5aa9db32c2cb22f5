// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLMDB

/// An open LMDB environment with its tables.
///
/// Write-mapped and without sync, since it is a cache: a commit costs no system call. Pages are written by touching
/// memory, and where the file has no block for a page the kernel kills the process; so every block that the map covers
/// is allocated before it is used. LMDB's own lock file is left out: the directory is locked, and nobody reads beside
/// the one write transaction.
final class StateEnvironment {
    let tables: [MDB_dbi]
    private let handle: OpaquePointer
    let path: String
    private let room: Int
    private let step: Int
    /// False once the file could not be mapped again, after which LMDB must not be called.
    private var isMapped = true

    init(path: String, tables names: [String], growthBytes: Int) throws(StateStoreError) {
        self.path = path
        room = max(1 << 20, growthBytes)
        // Whole pages, whatever their size.
        step = room / 4 + 65_535 & ~65_535
        var created: OpaquePointer?
        var code = mdb_env_create(&created)
        guard code == 0, let handle = created else { throw StateStoreError(code: code, path: path) }
        code = mdb_env_set_maxdbs(handle, MDB_dbi(names.count))
        if code == 0 {
            let flags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_WRITEMAP | MDB_NOSYNC | MDB_NORDAHEAD | MDB_NOMEMINIT
            code = mdb_env_open(handle, path, UInt32(flags), 0o666)
        }
        if code == 0 { code = Self.grow(to: Self.sizes(for: room, step: step, in: handle), handle) }
        var tables: [MDB_dbi] = []
        if code == 0 { code = Self.openTables(names, &tables, in: handle) }
        guard code == 0 else {
            mdb_env_close(handle)
            throw StateStoreError(code: code, path: path)
        }
        self.handle = handle
        self.tables = tables
    }

    deinit {
        mdb_env_close(handle)
    }

    /// Makes sure that a transaction finds at least that many bytes, and never less than the store's usual room.
    func makeRoom(for bytes: Int) throws(StateStoreError) {
        guard isMapped else { throw StateStoreError(reason: .lmdb(code: 0, message: "not open"), path: path) }
        let sizes = Self.sizes(for: max(bytes, room), step: step, in: handle)
        guard !sizes.isEnough else { return }
        let code = Self.grow(to: sizes, handle) { isMapped = $0 }
        guard code == 0 else { throw StateStoreError(code: code, path: path) }
    }

    func begin() throws(StateStoreError) -> OpaquePointer {
        var transaction: OpaquePointer?
        let code = mdb_txn_begin(handle, nil, 0, &transaction)
        guard code == 0, let transaction else { throw StateStoreError(code: code, path: path) }
        return transaction
    }

    func sync() throws(StateStoreError) {
        let code = mdb_env_sync(handle, 1)
        guard code == 0 else { throw StateStoreError(code: code, path: path) }
    }

    private static func openTables(_ names: [String], _ tables: inout [MDB_dbi], in handle: OpaquePointer) -> Int32 {
        var transaction: OpaquePointer?
        var code = mdb_txn_begin(handle, nil, 0, &transaction)
        guard code == 0 else { return code }
        for name in names {
            var table: MDB_dbi = 0
            code = mdb_dbi_open(transaction, name, UInt32(MDB_CREATE), &table)
            guard code == 0 else {
                mdb_txn_abort(transaction)
                return code
            }
            tables.append(table)
        }
        return mdb_txn_commit(transaction)
    }

    /// How large the file is to be.
    private struct Sizes {
        /// With as much room as is wanted.
        let needed: Int
        /// With more, where the disk has it.
        let ample: Int
        /// The map has that room already.
        let isEnough: Bool
    }

    private static func sizes(for bytes: Int, step: Int, in handle: OpaquePointer) -> Sizes {
        var info = MDB_envinfo()
        var status = MDB_stat()
        // Neither fails for an open environment.
        mdb_env_info(handle, &info)
        mdb_env_stat(handle, &status)
        let used = (Int(info.me_last_pgno) + 1) * Int(status.ms_psize)
        let size = max(used + bytes, Int(info.me_mapsize))
        let needed = (size + step - 1) / step * step
        // After the file was mapped anew every page that is touched costs a fault: a large one grows by larger steps.
        return Sizes(needed: needed, ample: needed + used / 8 / step * step, isEnough: used + bytes <= info.me_mapsize)
    }

    /// Allocates the file's blocks and maps it; hands out, once it was tried, whether it is mapped.
    private static func grow(to sizes: Sizes, _ handle: OpaquePointer, _ isMapped: (Bool) -> Void = { _ in }) -> Int32 {
        var size = sizes.ample
        var code = allocate(size, in: handle)
        if code != 0, sizes.needed < size {
            size = sizes.needed
            code = allocate(size, in: handle)
        }
        guard code == 0 else { return code }
        code = mdb_env_set_mapsize(handle, size)
        isMapped(code == 0)
        return code
    }

    private static func allocate(_ size: Int, in handle: OpaquePointer) -> Int32 {
        var file: Int32 = -1
        let code = mdb_env_get_fd(handle, &file)
        return code == 0 ? clmdb_allocate(file, off_t(size)) : code
    }
}
