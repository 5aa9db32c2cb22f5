// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Natural keys as Business Central treats its code fields: blanks around them do not count, and upper case is lower.
public enum NaturalKey {
    /// The key in the form in which equal keys are equal texts.
    public static func normalized(_ key: String) -> String {
        if key.utf8.allSatisfy({ $0 < 0x80 && !(0x61...0x7a).contains($0) && $0 > 0x20 }) { return key }
        let inner = key.unicodeScalars.drop { $0 == " " }
        let blanks = inner.reversed().prefix { $0 == " " }.count
        var result = String.UnicodeScalarView()
        for scalar in inner.dropLast(blanks) { result.append(upperCase(scalar)) }
        return String(result)
    }

    /// Whether two keys, or codes, mean the same.
    public static func areSame(_ one: String, _ other: String?) -> Bool {
        other.map { normalized(one).utf8.elementsEqual(normalized($0).utf8) } ?? false
    }

    /// A scalar stays one, and outside ASCII: `MAß` and `MASS` are two numbers, and so are those with `ı` and `I`.
    private static func upperCase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        // Asking Unicode makes a text.
        if scalar.isASCII { return ("a"..."z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) - 0x20) : scalar }
        let mapped = scalar.properties.uppercaseMapping.unicodeScalars
        guard let first = mapped.first, mapped.count == 1, !first.isASCII else { return scalar }
        return first
    }
}
