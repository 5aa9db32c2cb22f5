// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import SyncModel

/// Reads a record's properties as the field types of a mapping want them.
public enum PropertyReader {
    /// A text with XML escapes of enum members undone; nil where the property is absent or null.
    ///
    /// - Throws: `RecordError` where the value is no text.
    public static func text(_ image: JSONValue, _ property: String) throws(RecordError) -> String? {
        guard let value = image[property], !value.isNull else { return nil }
        guard let text = value.string else { throw wrongType(property, "text") }
        if text == untold { throw notTold(property) }
        return text
    }

    /// A decimal, also where the source sent its digits as text; a zero with a sign is 0.
    ///
    /// - Throws: `RecordError` where the value is no decimal.
    public static func decimal(_ image: JSONValue, _ property: String) throws(RecordError) -> DecimalText? {
        guard let value = image[property], !value.isNull else { return nil }
        guard let text = value.numberText ?? value.string, let number = DecimalText(text) else {
            if isUntold(value) { throw notTold(property) }
            throw wrongType(property, "a decimal number")
        }
        return text.utf8.first == UInt8(ascii: "-") && number.isZero ? DecimalText(0) : number
    }

    /// A boolean; nil where the property is absent or null.
    ///
    /// - Throws: `RecordError` where the value is none.
    public static func boolean(_ image: JSONValue, _ property: String) throws(RecordError) -> Bool? {
        guard let value = image[property], !value.isNull else { return nil }
        guard let flag = value.bool else {
            if isUntold(value) { throw notTold(property) }
            throw wrongType(property, "true or false")
        }
        return flag
    }

    /// What Debezium writes for a value that it was not told, since it is stored apart and did not change.
    static let untold = "__debezium_unavailable_value"

    /// Whether a value says that it is not told.
    public static func isUntold(_ value: JSONValue) -> Bool { value.stringEquals(untold) }

    /// Refuses a record of which a value is not told that decides what becomes of it.
    ///
    /// - Throws: `RecordError` that names the property.
    public static func checkTold(_ image: JSONValue, _ properties: [String]) throws(RecordError) {
        for property in properties where image[property].map(isUntold) ?? false { throw notTold(property) }
    }

    static func notTold(_ property: String) -> RecordError {
        .permanent("ValueNotTold", "property \"\(property)\" is needed, and the connector did not tell its value")
    }

    /// A natural key: the values of the properties joined by `/`; nil where the first is absent, or one is no scalar or not
    /// told.
    public static func key(_ image: JSONValue, _ properties: [String]) -> String? {
        guard let first = properties.first, var key = keyPart(image, first) else { return nil }
        for property in properties.dropFirst() {
            guard let part = keyPart(image, property) else { return nil }
            key += "/"
            key += part
        }
        return key
    }

    private static func keyPart(_ image: JSONValue, _ property: String) -> String? {
        guard let value = image[property], !isUntold(value) else { return nil }
        return value.string ?? value.numberText ?? (value.isNull ? "" : nil)
    }

    /// A text as filters compare it: escapes undone, blanks around it off.
    static func comparable(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        if let text = value.string {
            let unescaped = unescape(text)
            guard unescaped.first == " " || unescaped.last == " " else { return unescaped }
            return String(unescaped.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        if let flag = value.bool { return flag ? "true" : "false" }
        return value.numberText ?? ""
    }

    /// Undoes the XML name escapes of enum members: `Non_x002D_Inventory`, `_x0020_`.
    public static func unescape(_ text: String) -> String {
        guard text.utf8.count >= 7, text.contains("_x") else { return text }
        var result = ""
        var rest = Substring(text)
        while let start = rest.range(of: "_x") {
            result += rest[..<start.lowerBound]
            let tail = rest[start.upperBound...]
            let digits = tail.prefix(4)
            let after = tail.dropFirst(4)
            if digits.utf8.count == 4, after.first == "_", let code = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(code)
            {
                result.unicodeScalars.append(scalar)
                rest = after.dropFirst()
            } else {
                result += "_x"
                rest = tail
            }
        }
        return result + rest
    }

    static func wrongType(_ property: String, _ wanted: String) -> RecordError {
        .permanent("WrongType", "property \"\(property)\" is not \(wanted)")
    }
}

extension Substring {
    /// The first place where a text stands.
    fileprivate func range(of text: String) -> Range<Index>? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(text) { return position..<index(position, offsetBy: text.count) }
            position = index(after: position)
        }
        return nil
    }
}

extension FilterCondition {
    /// Whether a record's image meets the condition.
    func holds(for image: JSONValue) -> Bool {
        let value = PropertyReader.comparable(image[property])
        switch test {
        case .oneOf(let allowed):
            return allowed.contains { FilterCondition.equal(value, $0, isAbsent: image[property] == nil) }
        case .noneOf(let refused): return !refused.contains { FilterCondition.equal(value, $0, isAbsent: false) }
        }
    }

    /// What is wrong with a value that the condition cannot judge: no single value, or no yes or no where one is asked for.
    func flaw(in image: JSONValue) -> RecordError? {
        guard let value = image[property] else { return nil }
        if PropertyReader.isUntold(value) { return PropertyReader.notTold(property) }
        switch value.kind {
        case .null, .bool: return nil
        case .object, .array: return PropertyReader.wrongType(property, "a single value")
        case .string, .number:
            let words =
                switch test {
                case .oneOf(let words), .noneOf(let words): words
                }
            guard words.allSatisfy({ $0 == "true" || $0 == "false" }) else { return nil }
            let text = PropertyReader.comparable(value)
            return text.isEmpty || text == "true" || text == "false"
                ? nil : PropertyReader.wrongType(property, "true or false")
        }
    }

    /// Numbers compare by value; an absent property is blank, and also false and 0, as a BC field that was never set.
    private static func equal(_ value: String, _ wanted: String, isAbsent: Bool) -> Bool {
        if value == wanted { return true }
        if isAbsent || value.isEmpty { return wanted == "false" || wanted == "0" }
        guard let number = DecimalText(value), let other = DecimalText(wanted) else { return false }
        return number == other
    }
}
