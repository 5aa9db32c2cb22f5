// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Every setting that any executable of the project knows.
///
/// Each one is found here and at `Setting`: `SettingCatalog.delivery` and `settings[.delivery]` are the same.
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

    /// Where Kafka is.
    public static let kafkaBootstrapServers = Setting.kafkaBootstrapServers
    /// The file of settings.
    public static let config = Setting.config
    /// What stands before every name in Kafka.
    public static let topicPrefix = Setting.topicPrefix
    /// Where the local state lies.
    public static let stateDirectory = Setting.stateDirectory
    /// The instance's name.
    public static let instance = Setting.instance
    /// The address of the HTTP endpoints.
    public static let http = Setting.http
    /// What readers of the coordinator's page give.
    public static let httpToken = Setting.httpToken
    /// What operators give to act from the coordinator's page.
    public static let httpActionToken = Setting.httpActionToken
    /// What is logged.
    public static let logLevel = Setting.logLevel
    /// How it is logged.
    public static let logFormat = Setting.logFormat
    /// The company of events that name none.
    public static let company = Setting.company
    /// The code of the local currency.
    public static let localCurrency = Setting.localCurrency
    /// When a change counts as applied.
    public static let delivery = Setting.delivery
    /// How long a batch collects.
    public static let commitIntervalMs = Setting.commitIntervalMs
    /// How much a batch collects.
    public static let batchMax = Setting.batchMax
    /// The lag at which a gate closes.
    public static let gateHigh = Setting.gateHigh
    /// The lag at which a gate opens.
    public static let gateLow = Setting.gateLow
    /// When a waiting record is reported.
    public static let stuckAfter = Setting.stuckAfter
    /// What happens with records that are not coupled yet.
    public static let newRecords = Setting.newRecords
    /// What happens when a record is deleted.
    public static let deletionPolicy = Setting.deletionPolicy
    /// When a failing record is skipped.
    public static let errorLimit = Setting.errorLimit
    /// Where changed mappings lie.
    public static let mappingsDirectory = Setting.mappingsDirectory
    /// Whether units are grouped per item.
    public static let unitGroupMapping = Setting.unitGroupMapping
    /// Which prices are read.
    public static let pricing = Setting.pricing
    /// How sales orders flow.
    public static let salesOrders = Setting.salesOrders
    /// Who owns records in the CRM.
    public static let ownership = Setting.ownership
    /// The team that owns records in the CRM.
    public static let crmTeamID = Setting.crmTeamID
    /// The company record in the CRM.
    public static let crmCompanyID = Setting.crmCompanyID
    /// The CRM's base currency.
    public static let crmBaseCurrency = Setting.crmBaseCurrency
    /// Who we are in Business Central.
    public static let bcIntegrationUser = Setting.bcIntegrationUser
    /// Who we are in the CRM.
    public static let crmIntegrationUser = Setting.crmIntegrationUser
    /// Whether submitted orders are made in Business Central.
    public static let autoCreateOrders = Setting.autoCreateOrders
    /// Whether won quotes are processed.
    public static let autoProcessQuotes = Setting.autoProcessQuotes
    /// Whether item availability is kept up to date.
    public static let itemAvailability = Setting.itemAvailability
}
