// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The hash by which Java producers place keys.
///
/// The home partition of a pair is defined by it, so it has to agree with Kafka's
/// `org.apache.kafka.common.utils.Utils.murmur2` bit for bit.
public enum Murmur2 {
    private static let multiplier: UInt32 = 0x5bd1_e995

    /// The hash of the bytes.
    public static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: key.count)
        var index = 0
        while index + 4 <= key.count {
            var word = UInt32(littleEndian: key.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            word &*= multiplier
            word ^= word >> 24
            word &*= multiplier
            hash &*= multiplier
            hash ^= word
            index += 4
        }
        if index < key.count {
            for (position, byte) in key[index...].enumerated() {
                hash ^= UInt32(byte) << UInt32(8 * position)
            }
            hash &*= multiplier
        }
        hash ^= hash >> 13
        hash &*= multiplier
        hash ^= hash >> 15
        return hash
    }

    /// The partition, from 0 to `count` - 1, where a Java producer puts a record with this key.
    public static func partition(forKey key: UnsafeRawBufferPointer, count: Int32) -> Int32 {
        precondition(count > 0, "A topic has at least one partition.")
        return Int32(hash(key) & 0x7fff_ffff) % count
    }

    /// The hash of the text's UTF-8 bytes.
    public static func hash(_ key: String) -> UInt32 {
        var key = key
        return key.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }

    /// The partition, from 0 to `count` - 1, where a Java producer puts a record with this text as key.
    public static func partition(forKey key: String, count: Int32) -> Int32 {
        var key = key
        return key.withUTF8 { partition(forKey: UnsafeRawBufferPointer($0), count: count) }
    }
}
