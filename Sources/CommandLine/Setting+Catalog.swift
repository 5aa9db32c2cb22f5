// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension Setting {
    /// Where Kafka is.
    public static let kafkaBootstrapServers = Setting(
        "KAFKA_BOOTSTRAP_SERVERS",
        .servers,
        isRequired: true,
        "The Kafka brokers to begin with."
    )
    /// The file of settings.
    public static let config = Setting(
        "SYNC_CONFIG",
        .path,
        "A YAML file with settings, their names in lower case; the environment wins."
    )
    /// What stands before every name in Kafka.
    public static let topicPrefix = Setting(
        "SYNC_TOPIC_PREFIX",
        .token(maximumLength: 100),
        default: "",
        "Stands before every topic name, consumer group id and transactional id."
    )
    /// Where the local state lies.
    public static let stateDirectory = Setting(
        "SYNC_STATE_DIR",
        .path,
        default: "./sync-state/<executable>",
        "The directory of the local state; one process per directory."
    )
    /// The instance's name.
    public static let instance = Setting(
        "SYNC_INSTANCE",
        .token(maximumLength: 100),
        defaultNote: "made once, kept in the state directory",
        "Names this instance in transactional ids, so that a restart fences its predecessor at once."
    )
    /// The address of the HTTP endpoints.
    public static let http = Setting(
        "SYNC_HTTP",
        .address,
        default: "127.0.0.1:0",
        executableDefaults: ["coordinator": "127.0.0.1:8080"],
        "The address of health, metrics and what else is shown over HTTP; the first line printed names it."
    )
    /// What readers of the coordinator's page give.
    public static let httpToken = Setting(
        "SYNC_HTTP_TOKEN",
        .text,
        isSecret: true,
        "What readers of the coordinator's page and API give, as a bearer token or as the password of any name; needed "
            + "where SYNC_HTTP can be reached from other machines."
    )
    /// What operators give to act from the coordinator's page.
    public static let httpActionToken = Setting(
        "SYNC_HTTP_ACTION_TOKEN",
        .text,
        isSecret: true,
        "What operators give to hold and release from the coordinator's page; without it the page only shows."
    )
    /// What is logged.
    public static let logLevel = Setting(
        "SYNC_LOG_LEVEL",
        .choice(["debug", "info", "warning", "error"]),
        default: "info",
        "The lowest level that is logged."
    )
    /// How it is logged.
    public static let logFormat = Setting(
        "SYNC_LOG_FORMAT",
        .choice(["auto", "logfmt", "json"]),
        default: "auto",
        "The form of log lines; auto is logfmt on a terminal and JSON otherwise."
    )
    /// The company of events that name none.
    public static let company = Setting(
        "SYNC_COMPANY",
        .text,
        "The Business Central company of events that name none."
    )
    /// The code of the local currency.
    public static let localCurrency = Setting(
        "SYNC_LOCAL_CURRENCY",
        .token(maximumLength: 10),
        "Business Central's local currency code, which a blank currency stands for; required where a mapping needs it."
    )
    /// When a change counts as applied.
    public static let delivery = Setting(
        "SYNC_DELIVERY",
        .choice(["published", "confirmed"]),
        default: "published",
        "When a change counts as applied: once committed to Kafka, or once a delivery worker reports it."
    )
    /// How long a batch collects.
    public static let commitIntervalMs = Setting(
        "SYNC_COMMIT_INTERVAL_MS",
        .integer(1...5_000),
        default: "25",
        "The milliseconds after which a batch commits; at least 250 while a backlog is worked off."
    )
    /// How much a batch collects.
    public static let batchMax = Setting(
        "SYNC_BATCH_MAX",
        .integer(1...100_000),
        default: "4000",
        "The number of events after which a batch commits."
    )
    /// The lag at which a gate closes.
    public static let gateHigh = Setting(
        "SYNC_GATE_HIGH",
        .integer(1...1_000_000_000),
        default: "5000",
        "The backlog of what a worker depends on, unread or sent and not confirmed, above which its gate closes."
    )
    /// The lag at which a gate opens.
    public static let gateLow = Setting(
        "SYNC_GATE_LOW",
        .integer(0...1_000_000_000),
        default: "500",
        "The backlog down to which the gate opens again; less than SYNC_GATE_HIGH."
    )
    /// When a waiting record is reported.
    public static let stuckAfter = Setting(
        "SYNC_STUCK_AFTER",
        .duration(.seconds(1)...(.seconds(30 * 86_400))),
        default: "15min",
        "How long a record waits before it is reported as stuck."
    )
    /// What happens with records that are not coupled yet.
    public static let newRecords = Setting(
        "SYNC_NEW_RECORDS",
        .choice(["create", "coupled-only"]),
        default: "create",
        "Whether records without a coupling are created on the other side."
    )
    /// What happens when a record is deleted.
    public static let deletionPolicy = Setting(
        "SYNC_DELETION_POLICY",
        .choice(["keep", "remove-coupling", "delete-other"]),
        default: "keep",
        "What a delete on one side does to the other."
    )
    /// When a failing record is skipped.
    public static let errorLimit = Setting(
        "SYNC_ERROR_LIMIT",
        .integer(1...1_000_000),
        default: "10",
        "The number of failures in a row with the same error after which a record is skipped; what may pass by itself "
            + "never counts."
    )
    /// Where changed mappings lie.
    public static let mappingsDirectory = Setting(
        "SYNC_MAPPINGS_DIR",
        .path,
        "A directory with overrides of, and additions to, the bundled table mappings."
    )
    /// Whether units are grouped per item.
    public static let unitGroupMapping = Setting(
        "SYNC_UNIT_GROUP_MAPPING",
        .switch,
        default: "on",
        "One unit group per item and resource; off synchronizes the units of measure instead."
    )
    /// Which prices are read.
    public static let pricing = Setting(
        "SYNC_PRICING",
        .choice(["price-lists", "sales-prices"]),
        default: "price-lists",
        "Which price model is read; the other one's topics are not."
    )
    /// How sales orders flow.
    public static let salesOrders = Setting(
        "SYNC_SALES_ORDERS",
        .choice(["off", "legacy", "bidirectional"]),
        default: "off",
        "How sales orders are synchronized. No effect yet."
    )
    /// Who owns records in the CRM.
    public static let ownership = Setting(
        "SYNC_OWNERSHIP",
        .choice(["team", "person"]),
        default: "team",
        "Who owns records in Dynamics 365 Sales: a team, or the coupled salesperson. "
            + "person needs a worker that runs SALESPEOPLE, and none does yet."
    )
    /// The team that owns records in the CRM.
    public static let crmTeamID = Setting(
        "SYNC_CRM_TEAM_ID",
        .uuid,
        "The team in Dynamics 365 Sales that owns what is created there."
    )
    /// The company record in the CRM.
    public static let crmCompanyID = Setting(
        "SYNC_CRM_COMPANY_ID",
        .uuid,
        "The company record in Dynamics 365 Sales that what is created there refers to."
    )
    /// The CRM's base currency.
    public static let crmBaseCurrency = Setting(
        "SYNC_CRM_BASE_CURRENCY",
        .token(maximumLength: 10),
        defaultNote: "the local currency",
        "The base currency code of Dynamics 365 Sales."
    )
    /// Who we are in Business Central.
    public static let bcIntegrationUser = Setting(
        "SYNC_BC_INTEGRATION_USER",
        .uuid,
        "The user by whom our changes are made in Business Central: a hint that an event is an echo. No effect yet."
    )
    /// Who we are in the CRM.
    public static let crmIntegrationUser = Setting(
        "SYNC_CRM_INTEGRATION_USER",
        .uuid,
        "The user by whom our changes are made in Dynamics 365 Sales: a hint that an event is an echo. No effect yet."
    )
    /// Whether submitted orders are made in Business Central.
    public static let autoCreateOrders = Setting(
        "SYNC_AUTO_CREATE_ORDERS",
        .switch,
        default: "off",
        "Create sales orders in Business Central from submitted ones. No effect yet."
    )
    /// Whether won quotes are processed.
    public static let autoProcessQuotes = Setting(
        "SYNC_AUTO_PROCESS_QUOTES",
        .switch,
        default: "off",
        "Process quotes of Dynamics 365 Sales in Business Central. No effect yet."
    )
    /// Whether item availability is kept up to date.
    public static let itemAvailability = Setting(
        "SYNC_ITEM_AVAILABILITY",
        .switch,
        default: "off",
        "Write the availability of items to the products. No effect yet."
    )
}
