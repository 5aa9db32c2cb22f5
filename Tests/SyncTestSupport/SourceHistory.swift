// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import SeededRandom
import SyncModel

/// The demo company many times over, as a history of change events in a bad order, and where it ends.
///
/// References come late, records are updated and deleted later on, events come twice, some with keys as a database
/// connector writes them and some with none. The seed decides everything.
public struct SourceHistory: Sendable {
    /// How much there is of everything.
    public struct Options: Sendable {
        /// How often the demo company's records are there.
        public var copies = 1
        /// Decides everything that is random.
        public var seed: UInt64
        /// Share of events that come twice, in percent.
        public var duplicates = 5
        /// Share of events with an object as key, in percent.
        public var objectKeys = 5
        /// Share of events with no key, in percent.
        public var withoutKey = 5
        /// Share of records that a database connector reports, in percent.
        public var connector = 5
        /// Share of these whose whole story is told again, as after a crash of the connector, in percent.
        public var repeats = 20

        /// Items that nothing refers to, to be deleted, for each copy.
        public var doomedItems = 5
        /// Every record once, one entity after the other, each before all that it refers to; nothing else happens.
        public var isSnapshot = false

        /// Makes options with the defaults.
        public init(copies: Int = 1, seed: UInt64) {
            self.copies = copies
            self.seed = seed
        }
    }

    /// The company of all records.
    public static let company = "CRONUS International Ltd."
    /// When the history begins: 2026-03-01, in milliseconds since 1970.
    static let beginning: Int64 = 1_772_323_200_000

    /// The events in the order in which they are sent.
    public private(set) var events: [SourceEvent] = []
    /// The records that exist at the end, by entity and id.
    public private(set) var final: [String: [String: SourceValue]] = [:]
    /// The records that were deleted.
    public private(set) var deleted: [String: [String: SourceValue]] = [:]

    private let options: Options
    private var random: SeededGenerator
    private var sequence: Int64 = 1_000
    private var placed: [(place: Double, event: SourceEvent)] = []
    /// The ids of records that a database connector reports: their versions are told in another way.
    private var connectorIDs: Set<String> = []
    /// What can be changed when the history goes on.
    private var changeable: [(entity: String, id: String)] = []

    /// Reads the demo data and writes its history.
    public init(directory: String, _ options: Options) throws {
        self.init(try Company(directory: directory), options)
    }

    /// Writes the history of a company.
    public init(_ company: Company, _ options: Options) {
        self.options = options
        random = SeededGenerator(seed: options.seed)
        var company = company
        company.multiply(by: options.copies, using: &random)
        if options.isSnapshot {
            writeSnapshot(of: company)
            return
        }
        addDoomedItems(to: &company)
        let referenced = References(company)
        for entity in Company.entities {
            for record in company.records[entity] ?? [] { write(record, entity, referenced) }
        }
        placed.sort { ($0.place, $0.event.version) < ($1.place, $1.event.version) }
        events = placed.map(\.event)
        placed = []
    }

    /// Adds items to be deleted; half have a unit and a price, which are deleted too, in any order.
    private func addDoomedItems(to company: inout Company) {
        guard let item = company.records["items"]?.first, let unit = company.records["item-units"]?.first,
            let price = company.records["price-list-lines"]?.first(where: { $0.text("assetType") == "Item" })
        else {
            return
        }
        for index in 0..<options.copies * options.doomedItems {
            var doomed = item
            let id = NamedUUID.make("doomed item \(index)")
            doomed["systemId"] = .text(id)
            doomed["number"] = .text("DOOMED-\(index)")
            company.add(doomed, to: "items")
            guard index % 2 == 0 else { continue }
            var own = unit
            own["systemId"] = .text(NamedUUID.make("unit of doomed item \(index)"))
            own["itemId"] = .text(id)
            own["itemNo"] = .text("DOOMED-\(index)")
            company.add(own, to: "item-units")
            var line = price
            line["systemId"] = .text(NamedUUID.make("price of doomed item \(index)"))
            for name in ["assetNo", "productNo"] { line[name] = .text("DOOMED-\(index)") }
            line["assetId"] = .text(id)
            line["unitOfMeasureCode"] = own["code"]
            company.add(line, to: "price-list-lines")
        }
    }

    /// Writes what a first load sends, in the worst order.
    private mutating func writeSnapshot(of company: Company) {
        for entity in Company.entities.reversed() {
            for record in company.records[entity] ?? [] {
                var versions = [SourceVersion(operation: .read, image: record, sequence: 0, eventAt: 0)]
                stamp(&versions, isConnector: false)
                let id = record.text("systemId")
                final[entity, default: [:]][id] = versions[0].image
                events.append(
                    SourceEvent(
                        entity: entity,
                        id: id,
                        version: versions[0].sequence,
                        key: Array(id.utf8),
                        value: versions[0].canonical(entity: entity, company: SourceHistory.company)
                    )
                )
            }
        }
    }

    /// Writes the versions of one record to their places in the history.
    private mutating func write(_ record: SourceValue, _ entity: String, _ referenced: References) {
        let id = record.text("systemId")
        var versions = makeVersions(of: record, entity, referenced)
        let isConnector =
            ["items", "item-units", "customers", "price-list-lines"].contains(entity)
            && random.chance(options.connector)
        if isConnector { connectorIDs.insert(id) }
        stamp(&versions, isConnector: isConnector)
        var place = firstPlace(entity)
        var told: [SourceEvent] = []
        for version in versions {
            place += random.fraction() * (1.2 - place)
            // When everything is there, so that deletes meet rows that refer to each other.
            if version.operation == .delete, referenced.isDoomed(record, entity) { place += 1.2 }
            let value =
                isConnector
                ? version.connector(entity: entity) : version.canonical(entity: entity, company: SourceHistory.company)
            let event = SourceEvent(
                entity: entity,
                id: id,
                version: version.sequence,
                key: isConnector ? SourceHistory.objectKey(id) : key(id),
                value: value
            )
            placed.append((place, event))
            told.append(event)
            if random.chance(options.duplicates) { placed.append((place + random.fraction() * 0.3, event)) }
            if isConnector, version.operation == .delete {
                var tombstone = event
                tombstone.value = nil
                placed.append((place, tombstone))
                told.append(tombstone)
            }
        }
        if isConnector, random.chance(options.repeats) {
            for event in told {
                // A tombstone comes right behind its delete.
                if event.value != nil { place += random.fraction() * 0.1 }
                placed.append((place, event))
            }
        }
        if let last = versions.last, last.operation == .delete {
            deleted[entity, default: [:]][id] = last.image
        } else if let last = versions.last {
            final[entity, default: [:]][id] = last.image
        }
    }

    /// Goes on: records that exist are changed, some several times, in a slightly wrong order, some events twice.
    ///
    /// - Returns: the further events.
    public mutating func goOn(_ count: Int) -> ArraySlice<SourceEvent> {
        if changeable.isEmpty {
            // Invoices do not change any more.
            for entity in Company.entities where entity != "sales-invoices" {
                let ids = (final[entity] ?? [:]).keys.filter { !connectorIDs.contains($0) }
                changeable += ids.sorted().map { (entity, $0) }
            }
        }
        for index in 0..<count where !changeable.isEmpty {
            let (entity, id) = changeable[random.below(changeable.count)]
            guard var image = final[entity]?[id] else { continue }
            SourceHistory.change(&image, entity, using: &random)
            var versions = [SourceVersion(operation: .update, image: image, sequence: 0, eventAt: 0)]
            stamp(&versions, isConnector: false)
            final[entity]?[id] = versions[0].image
            let event = SourceEvent(
                entity: entity,
                id: id,
                version: versions[0].sequence,
                key: key(id),
                value: versions[0].canonical(entity: entity, company: SourceHistory.company)
            )
            for _ in 0..<(random.chance(options.duplicates) ? 2 : 1) {
                placed.append((Double(index) + random.fraction() * 20, event))
            }
        }
        placed.sort { ($0.place, $0.event.version) < ($1.place, $1.event.version) }
        let begin = events.count
        events += placed.map(\.event)
        placed = []
        return events[begin...]
    }

    /// What refers to most comes first, three times in four.
    private mutating func firstPlace(_ entity: String) -> Double {
        let ranks = [
            "sales-invoices": 0.0, "price-list-lines": 0.1, "price-lists": 0.25, "items": 0.3, "resources": 0.4,
            "customers": 0.45, "item-units": 0.55, "resource-units": 0.6, "currencies": 0.7,
        ]
        return random.chance(75) ? (ranks[entity] ?? 0) + random.fraction() * 0.25 : random.fraction()
    }

    /// Row versions and times that grow with the versions; a connector sometimes leaves the record's own time as it was.
    private mutating func stamp(_ versions: inout [SourceVersion], isConnector: Bool) {
        for index in versions.indices {
            sequence += 1
            versions[index].sequence = sequence
            versions[index].eventAt = SourceHistory.beginning + sequence * 10
            let time =
                isConnector && index > 0 && random.chance(50)
                ? versions[index - 1].image.text("lastModifiedDateTime")
                : Timestamp.text(milliseconds: versions[index].eventAt)
            versions[index].image["lastModifiedDateTime"] = .text(time)
        }
    }

    private mutating func key(_ id: String) -> [UInt8]? {
        let choice = random.below(100)
        if choice < options.objectKeys { return SourceHistory.objectKey(id) }
        return choice < options.objectKeys + options.withoutKey ? nil : Array(id.utf8)
    }

    private static func objectKey(_ id: String) -> [UInt8] { Array("{\"systemId\":\"\(id)\"}".utf8) }

    /// The record's life: a first version, updates, and perhaps its end and a new beginning.
    private mutating func makeVersions(
        of record: SourceValue,
        _ entity: String,
        _ referenced: References
    ) -> [SourceVersion] {
        let version = { (operation: SourceVersion.Operation, image: SourceValue) in
            SourceVersion(operation: operation, image: image, sequence: 0, eventAt: 0)
        }
        if entity == "sales-invoices" {
            return InvoiceLife.images(of: record, using: &random).enumerated().map {
                version($0.offset == 0 ? .create : .update, $0.element)
            }
        }
        var image = record
        var versions = [version(random.chance(50) ? .read : .create, image)]
        // A mean of one update for every two records.
        while random.chance(33) {
            SourceHistory.change(&image, entity, using: &random)
            versions.append(version(.update, image))
        }
        if referenced.isDoomed(record, entity) || (referenced.isFree(record, entity) && random.chance(10)) {
            versions.append(version(.delete, image))
            if entity == "price-list-lines", !referenced.isDoomed(record, entity), random.chance(20) {
                SourceHistory.change(&image, entity, using: &random)
                versions.append(version(.create, image))
            }
        }
        return versions
    }

    /// Changes what no other record refers to.
    private static func change(_ image: inout SourceValue, _ entity: String, using random: inout SeededGenerator) {
        switch entity {
        case "items":
            image["unitPrice"] = Company.price(using: &random)
            if random.chance(50) { image["inventory"] = .number(String(random.below(2_000) - 500)) }
            if random.chance(20) { image["displayName"] = .text("Name \(random.below(1_000)) – Größe ⚙︎") }
        case "resources", "price-list-lines": image["unitPrice"] = Company.price(using: &random)
        case "item-units", "resource-units": image["qtyPerUnitOfMeasure"] = .number(String(1 + random.below(20)))
        case "customers":
            image["addressLine1"] = .text("Street \(random.below(1_000))")
            if random.chance(50) { image["creditLimit"] = Company.price(using: &random) }
            if random.chance(30) { image["city"] = .text(random.chance(50) ? "" : "Łódź") }
        case "currencies": image["displayName"] = .text("\(image.text("code")) of \(random.below(1_000))")
        default: image["description"] = .text("Description \(random.below(1_000))")
        }
    }
}
