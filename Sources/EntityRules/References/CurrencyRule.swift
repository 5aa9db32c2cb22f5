// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Currencies: symbol, and the exchange rate as Dataverse expects it.
struct CurrencyRule: EntityRule {
    /// Dataverse's default; the organization's own setting is not known to a worker.
    static let precision: Int64 = 2
    /// Digits of a rate's fraction (CUR-05).
    static let rateDigits = 10

    func complete(_ evaluation: inout Evaluation) throws {
        guard let code = try PropertyReader.text(evaluation.image, "code"), !code.isEmpty else {
            throw RecordError.permanent("BlankCode", "property \"code\" is blank (CUR-06)")
        }
        if evaluation.value(of: "currencysymbol") ?? .null == .null {
            evaluation.set("currencysymbol", .text(code))  // CUR-03
        }
        // CUR-03
        evaluation.set("currencyprecision", .number(DecimalText(CurrencyRule.precision)), access: .insertOnly)
        guard let rate = try rate(of: code, &evaluation) else { return }
        guard !rate.isZero else {
            throw RecordError.permanent("ExchangeRateZero", "the exchange rate at \(evaluation.workDate) is 0 (CUR-04)")
        }
        evaluation.set("exchangerate", .number(rate))
    }

    /// Units of the currency per unit of the Dataverse base currency (CUR-05); nil while the base currency is awaited.
    private func rate(of code: String, _ evaluation: inout Evaluation) throws -> DecimalText? {
        let base = evaluation.settings.crmBaseCurrency ?? evaluation.settings.localCurrency
        if NaturalKey.areSame(code, base) { return DecimalText(1) }
        // An event that does not carry the rates has not changed them.
        let rates = evaluation.image["exchangeRates"]
        if evaluation.coupling.base["exchangerate"] != nil, rates.map(PropertyReader.isUntold) ?? true { return nil }
        guard let base, !evaluation.settings.isLocalCurrency(base) else {
            let own = try CurrencyRule.factor(evaluation.image, at: evaluation.workDate)
            return own.amount.divided(by: own.worth, fractionDigits: CurrencyRule.rateDigits)
        }
        // Through the local currency: both rates against it, that of the base currency from its own record (CUR-06).
        guard let found = try evaluation.require("CURRENCY", key: base, column: nil) else { return nil }
        evaluation.follow("CURRENCY", key: base)
        let date = evaluation.workDate(with: found)
        let own = try CurrencyRule.factor(evaluation.image, at: date)
        guard let text = found.facts["exchangeRates"], let rates = try? JSONDocument().parse(text) else {
            throw RecordError.permanent("BaseCurrencyRate", "the base currency has no exchange rate (CUR-06)")
        }
        let other = try CurrencyRule.factor(of: rates, at: date)
        return (own.amount * other.worth).divided(by: own.worth * other.amount, fractionDigits: CurrencyRule.rateDigits)
    }

    /// The base currency's rates, by which those of the others are made; a list may be long, so only these are kept.
    func factProperties(of key: String?, _ settings: EngineSettings) -> [String] {
        key.map { NaturalKey.areSame($0, settings.crmBaseCurrency) } ?? false ? ["exchangeRates"] : []
    }

    private static func factor(_ image: JSONValue, at date: String) throws -> (amount: DecimalText, worth: DecimalText)
    {
        try PropertyReader.checkTold(image, ["exchangeRates"])
        guard let rates = image["exchangeRates"] else {
            throw RecordError.permanent("ExchangeRateMissing", "property \"exchangeRates\" is missing (CUR-04)")
        }
        return try factor(of: rates, at: date)
    }

    /// The newest rate that holds at a date: so many units of the currency are worth so much in the local one.
    private static func factor(of rates: JSONValue, at date: String) throws -> (amount: DecimalText, worth: DecimalText)
    {
        var best: (from: String, amount: DecimalText, worth: DecimalText)?
        for rate in rates.elements {
            guard let from = try PropertyReader.text(rate, "startingDate"), from <= date, from > best?.from ?? "",
                let amount = try PropertyReader.decimal(rate, "exchangeRateAmount"),
                let worth = try PropertyReader.decimal(rate, "relationalExchangeRateAmount")
            else { continue }
            best = (from, amount, worth)
        }
        guard let best, !best.worth.isZero else {
            throw RecordError.permanent("ExchangeRateMissing", "no exchange rate holds at \(date) (CUR-04)")
        }
        return (best.amount, best.worth)
    }
}
