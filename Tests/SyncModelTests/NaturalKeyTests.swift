// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

/// Keys as Business Central compares its codes.
struct NaturalKeyTests {
    @Test(arguments: [
        ("ab-1", "AB-1"), ("  ab ", "AB"), ("A B", "A B"), ("", ""), ("  ", ""), ("ä", "Ä"), ("MAß", "MAß"), ("ı", "ı"),
        ("ſ", "ſ"), ("ﬀ", "ﬀ"), ("ж", "Ж"), ("日本", "日本"),
    ])
    func oneFormForEqualKeys(key: String, normal: String) {
        #expect(NaturalKey.normalized(key).unicodeScalars.elementsEqual(normal.unicodeScalars))
    }

    @Test func differentNumbersStayApart() {
        #expect(NaturalKey.areSame("eur ", "EUR"))
        #expect(!NaturalKey.areSame("MAß", "MASS"))
        #expect(!NaturalKey.areSame("EUR", nil))
    }
}
