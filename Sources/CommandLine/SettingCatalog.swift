// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Every setting that any executable of the project knows; each one stands at `Setting`.
public enum SettingCatalog {
    /// All settings, in the order of the documentation.
    public static let all: [Setting] = [
        .kafkaBootstrapServers, .config, .topicPrefix, .stateDirectory, .instance, .http, .httpToken, .httpActionToken,
        .logLevel, .logFormat,
        .company, .localCurrency, .delivery, .commitIntervalMs, .batchMax, .gateHigh, .gateLow, .stuckAfter,
        .newRecords, .deletionPolicy, .errorLimit, .mappingsDirectory, .unitGroupMapping, .pricing, .salesOrders,
        .ownership, .crmTeamID, .crmCompanyID, .crmBaseCurrency, .bcIntegrationUser, .crmIntegrationUser,
        .autoCreateOrders, .autoProcessQuotes, .itemAvailability,
    ]
}
