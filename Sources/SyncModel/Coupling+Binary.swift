// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension Coupling {
    /// Appends the record in the form in which the local state keeps it: read without parsing, and half as long.
    ///
    /// The changelog has the JSON form, and the local state is a cache of it: so this form may change at any time.
    public func writeBinary(to bytes: inout BinaryWriter) {
        CouplingHead.write(self, to: &bytes)
        bytes.append(UInt16(truncatingIfNeeded: mapping.utf8.count))
        bytes.append(UInt16(truncatingIfNeeded: company.utf8.count))
        bytes.append(document)
        bytes.append(bc.entity)
        bytes.append(bc.id == id ? nil : bc.id)
        bytes.append(bc.key)
        bytes.append(UInt8(bc.version.sequence == nil ? 0 : 1))
        bytes.append(bc.version.sequence ?? 0 as Int64)
        bytes.append(bc.version.modifiedAt)
        bytes.append(bc.version.eventAt)
        bytes.append(crm.etag)
        if !bc.facts.isEmpty || !crm.related.isEmpty { writeMore(to: &bytes) }
        base.bytes.withUnsafeBytes { bytes.append($0) }
        bytes.append(Int64(failures))
        bytes.append(Int64(tries))
        bytes.append(emitted.causation)
        for index in emitted.counts.indices { bytes.append(emitted.counts[index]) }
        bytes.append(createdAt)
        bytes.append(updatedAt)
        bytes.append(UInt8(inFlight == nil ? 0 : 1) | UInt8(error == nil ? 0 : 2) | UInt8(follows == nil ? 0 : 4))
        inFlight?.write(to: &bytes)
        error?.write(to: &bytes)
        waiting?.write(to: &bytes)
        follows?.write(to: &bytes)
    }

    private func writeMore(to bytes: inout BinaryWriter) {
        bytes.append(UInt32(truncatingIfNeeded: bc.facts.count))
        for (name, value) in bc.facts {
            bytes.append(name)
            bytes.append(value)
        }
        bytes.append(UInt32(truncatingIfNeeded: crm.related.count))
        for (role, row) in crm.related {
            bytes.append(role)
            bytes.append(row.entity)
            bytes.append(row.id)
        }
    }

    /// Reads the local state's form of a record; the text is the key under which it is stored.
    ///
    /// - Throws: `Unreadable` where it is something else.
    public static func read(_ binary: UnsafeRawBufferPointer, pairKey text: String) throws(Unreadable) -> Coupling {
        let head = try CouplingHead(binary)
        var reader = BinaryReader(head.rest)
        let lengths = (mapping: Int(try reader.integer(UInt16.self)), company: Int(try reader.integer(UInt16.self)))
        guard let pairKey = PairKey(text, mappingLength: lengths.mapping, companyLength: lengths.company) else {
            throw Unreadable(member: "pairKey")
        }
        return try read(head, &reader, pairKey)
    }

    /// Reads the local state's form of the record of a pair whose key is at hand.
    ///
    /// - Throws: `Unreadable` where it is something else.
    public static func read(_ binary: UnsafeRawBufferPointer, pairKey: PairKey) throws(Unreadable) -> Coupling {
        let head = try CouplingHead(binary)
        var reader = BinaryReader(head.rest)
        _ = try reader.integer(UInt32.self)
        return try read(head, &reader, pairKey)
    }

    // Not an initializer, which would copy what it has made.
    private static func read(
        _ head: CouplingHead,
        _ reader: inout BinaryReader,
        _ pairKey: PairKey
    ) throws(Unreadable) -> Coupling {
        var coupling = Coupling(
            pairKey,
            document: try reader.optionalText(),
            state: head.state,
            bc: try Source(&reader, id: pairKey.id),
            crm: Target(
                entity: String(decoding: head.entitySet, as: UTF8.self),
                id: String(decoding: head.id, as: UTF8.self),
                etag: try reader.optionalText(),
                isCreated: head.flags.contains(.isCreated)
            )
        )
        coupling.exists = head.exists
        coupling.revision = head.revision
        if head.hasMore { try coupling.readMore(&reader) }
        guard let base = AgreedValues(bytes: try reader.bytes()) else { throw Unreadable(member: "base") }
        coupling.base = base
        coupling.failures = Int(try reader.integer(Int64.self))
        coupling.tries = Int(try reader.integer(Int64.self))
        coupling.emitted = try Emitted(&reader)
        coupling.createdAt = try reader.integer()
        coupling.updatedAt = try reader.integer()
        let parts = try reader.integer(UInt8.self)
        if parts & 1 != 0 { coupling.inFlight = try InFlight(&reader) }
        if parts & 2 != 0 { coupling.error = try RecordError(&reader) }
        if head.isWaiting { coupling.waiting = try Waiting(&reader) }
        if parts & 4 != 0 { coupling.follows = try Waiting(&reader) }
        return coupling
    }

    private mutating func readMore(_ reader: inout BinaryReader) throws(Unreadable) {
        var facts: [String: String] = [:]
        try reader.list { reader throws(Unreadable) in
            let name = try reader.text()
            facts[name] = try reader.text()
        }
        bc.facts = facts
        var related: [String: Related] = [:]
        try reader.list { reader throws(Unreadable) in
            let role = try reader.text()
            related[role] = Related(entity: try reader.text(), id: try reader.text())
        }
        crm.related = related
    }
}

extension Coupling.Source {
    fileprivate init(_ reader: inout BinaryReader, id: String) throws(Coupling.Unreadable) {
        let entity = try reader.text()
        let own = try reader.optionalText()
        let key = try reader.optionalText()
        let hasSequence = try reader.integer(UInt8.self) != 0
        let sequence = try reader.integer(Int64.self)
        let modifiedAt = try reader.optionalText()
        self.init(
            entity: entity,
            id: own ?? id,
            key: key,
            version: RecordVersion(
                sequence: hasSequence ? sequence : nil,
                modifiedAt: modifiedAt,
                eventAt: try reader.integer()
            )
        )
    }
}

extension Coupling.Emitted {
    fileprivate init(_ reader: inout BinaryReader) throws(Coupling.Unreadable) {
        causation = try reader.text()
        for index in counts.indices { counts[index] = try reader.integer() }
    }
}

extension Coupling.InFlight {
    fileprivate func write(to bytes: inout BinaryWriter) {
        bytes.append(changeID)
        bytes.append(operation.rawValue)
        bytes.append(causation)
        bytes.append(UInt32(truncatingIfNeeded: values.count))
        for (column, value) in values {
            bytes.append(column)
            bytes.append(value)
        }
    }

    fileprivate init(_ reader: inout BinaryReader) throws(Coupling.Unreadable) {
        self.init(
            changeID: try reader.text(),
            operation: try reader.member(),
            causation: try reader.text(),
            values: [:]
        )
        var values: [String: String?] = [:]
        try reader.list { reader throws(Coupling.Unreadable) in
            let column = try reader.text()
            values.updateValue(try reader.optionalText(), forKey: column)
        }
        self.values = values
    }
}

extension RecordError {
    fileprivate func write(to bytes: inout BinaryWriter) {
        bytes.append(errorClass.rawValue)
        bytes.append(code)
        bytes.append(message)
    }

    fileprivate init(_ reader: inout BinaryReader) throws(Coupling.Unreadable) {
        self.init(try reader.member(), code: try reader.text(), message: try reader.text())
    }
}

extension Waiting {
    fileprivate func write(to bytes: inout BinaryWriter) {
        bytes.append(since)
        bytes.append(causation.topic)
        bytes.append(causation.partition)
        bytes.append(causation.offset)
        bytes.append(causation.eventAt)
        bytes.append(causation.traceparent)
        bytes.append(wish.rawValue)
        bytes.append(UInt8(isDeferred ? 1 : 0))
        bytes.append(UInt32(truncatingIfNeeded: waitsFor.count))
        for reference in waitsFor {
            bytes.append(reference.mapping)
            bytes.append(reference.key)
            bytes.append(reference.reason.rawValue)
            bytes.append(reference.detail)
            bytes.append(reference.otherKey)
        }
        image.withUnsafeBytes { bytes.append($0) }
    }

    fileprivate init(_ reader: inout BinaryReader) throws(Coupling.Unreadable) {
        let since = try reader.integer(Int64.self)
        let causation = Causation(
            topic: try reader.text(),
            partition: try reader.integer(),
            offset: try reader.integer(),
            eventAt: try reader.integer(),
            traceparent: try reader.optionalText()
        )
        self.init(since: since, causation: causation, wish: try reader.member(), image: [])
        isDeferred = try reader.integer(UInt8.self) != 0
        var waitsFor: [Reference] = []
        try reader.list { reader throws(Coupling.Unreadable) in
            var reference = Reference(
                mapping: try reader.text(),
                key: try reader.text(),
                reason: try reader.member()
            )
            reference.detail = try reader.optionalText()
            reference.otherKey = try reader.optionalText()
            waitsFor.append(reference)
        }
        self.waitsFor = waitsFor
        image = Array(try reader.bytes())
    }
}
