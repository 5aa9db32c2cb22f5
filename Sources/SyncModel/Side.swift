// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One of the two systems that are kept in step.
public enum Side: String, Sendable, Hashable {
    /// Business Central, the ERP.
    case businessCentral = "bc"
    /// Dynamics 365 Sales on Dataverse, the CRM.
    case dataverse = "crm"
}

/// Which way a table or field mapping carries values.
public enum Direction: String, Sendable, Hashable {
    /// Both ways.
    case bidirectional
    /// Business Central to Dataverse (`ToIntegrationTable`).
    case toDataverse
    /// Dataverse to Business Central (`FromIntegrationTable`).
    case fromDataverse
}
