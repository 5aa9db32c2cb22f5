// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Testing

struct Murmur2Tests {
    /// The values of Kafka's own `UtilsTest`.
    @Test(
        arguments: [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] as [(String, Int32)]
    )
    func hashesAsJavaDoes(text: String, expected: Int32) {
        #expect(Int32(bitPattern: Murmur2.hash(text)) == expected)
    }

    @Test func placesNegativeHashesInAPartitionThatExists() {
        // Java takes the sign bit away; an absolute value or a plain remainder would give another partition.
        #expect(Murmur2.partition(forKey: "21", count: 6) == Int32((-973_932_308 & 0x7fff_ffff) % 6))
        #expect(Murmur2.partition(forKey: "abc", count: 7) == 479_470_107 % 7)
        #expect(Murmur2.partition(forKey: "anything", count: 1) == 0)
    }

    @Test func hashesBytesAtAnyAlignment() {
        let text = Array("a-little-bit-long-string".utf8)
        for padding in 0..<8 {
            let bytes = [UInt8](repeating: 0xff, count: padding) + text
            bytes.withUnsafeBytes { buffer in
                let slice = UnsafeRawBufferPointer(rebasing: buffer[padding...])
                #expect(Int32(bitPattern: Murmur2.hash(slice)) == -985_981_536)
            }
        }
    }
}
