// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension TableSchema {
    /// The tables that the synchronization writes, by entity set, as Dynamics 365 Sales describes them.
    static let sales: [String: TableSchema] = Dictionary(
        [
            currency, unitGroup, unit, product, priceList, price, account, contact, invoice, invoiceLine, team, user,
            company,
        ].map { ($0.entitySet, $0) }
    ) { first, _ in first }

    private static let owner = ColumnSchema.lookup(
        "ownerid",
        by: ["ownerid": "teams", "ownerid_systemuser": "systemusers"]
    )
    private static let companyColumn = ColumnSchema.lookup("bcbi_companyid", by: ["bcbi_CompanyId": "bcbi_companies"])
    private static let currencyColumn = ColumnSchema.lookup("transactioncurrencyid", "transactioncurrencies")

    private static let currency = TableSchema(
        "transactioncurrencies",
        table: "transactioncurrency",
        columns: [
            .text("isocurrencycode", 5).required, .text("currencyname", 100).required,
            .text("currencysymbol", 13).required,
            .decimal("exchangerate").required, .integer("currencyprecision"),
        ]
    )

    private static let unitGroup = TableSchema(
        "uomschedules",
        table: "uomschedule",
        columns: [
            .text("name", 200).required, .text("baseuomname", 100).needed.insertOnly, .text("description", 2_000),
        ]
    )

    private static let unit = TableSchema(
        "uoms",
        table: "uom",
        columns: [
            .text("name", 100).required, .lookup("uomscheduleid", "uomschedules").required.insertOnly,
            .lookup("baseuom", "uoms").needed, .decimal("quantity", bound: 10_000_000_000).needed,
            .boolean("isschedulebaseuom").readOnly,
        ]
    )

    private static let product = TableSchema(
        "products",
        table: "product",
        states: [0: [1], 1: [2], 2: [0], 3: [3]],
        initialState: (2, 0),
        columns: [
            .text("name", 100).needed, .text("productnumber", 100).required,
            .lookup("defaultuomscheduleid", "uomschedules").needed, .lookup("defaultuomid", "uoms").needed,
            .integer("quantitydecimal").needed, .option("productstructure").needed.insertOnly,
            .option("producttypecode"),
            .money("price"), .money("standardcost"), .money("currentcost"),
            .decimal("stockvolume", bound: 1_000_000_000),
            .decimal("stockweight", bound: 1_000_000_000), .decimal("quantityonhand", bound: 1_000_000_000),
            .text("vendorid", 100), .text("vendorname", 100), .text("vendorpartnumber", 100),
            .text("description", 2_000),
            currencyColumn, companyColumn, .lookup("pricelevelid", "pricelevels").modifyOnly,
        ]
    )

    private static let priceList = TableSchema(
        "pricelevels",
        table: "pricelevel",
        states: [0: [100_001], 1: [100_002]],
        initialState: (0, 100_001),
        columns: [
            .text("name", 100).required, currencyColumn.needed.insertOnly, .text("description", 2_000),
            .date("begindate"),
            .date("enddate"), companyColumn,
        ]
    )

    private static let price = TableSchema(
        "productpricelevels",
        table: "productpricelevel",
        states: [:],
        columns: [
            .lookup("pricelevelid", "pricelevels").required.insertOnly, .lookup("productid", "products").required,
            .lookup("uomid", "uoms").needed, .lookup("uomscheduleid", "uomschedules"), .money("amount").needed,
            .option("pricingmethodcode").needed, .option("quantitysellingcode").needed,
            .option("roundingpolicycode").needed,
            .decimal("percentage"), currencyColumn.modifyOnly,
        ]
    )

    private static let addressLengths: [(suffix: String, length: Int)] = [
        ("name", 200), ("line1", 250), ("line2", 250), ("city", 80), ("country", 80), ("postalcode", 20),
        ("stateorprovince", 50),
    ]

    private static func address(_ prefix: String) -> [ColumnSchema] {
        addressLengths.map { .text("\(prefix)_\($0.suffix)", $0.length) }
    }

    private static let account = TableSchema(
        "accounts",
        table: "account",
        columns: address("address1") + [
            .text("name", 160).required, .text("address1_primarycontactname", 100), .text("emailaddress1", 100),
            .text("fax", 50), .text("websiteurl", 200), .text("telephone1", 50), .text("telephone2", 50),
            .text("accountnumber", 20), .money("creditlimit"), .option("customertypecode"), .option("paymenttermscode"),
            .option("address1_freighttermscode"), .option("address1_shippingmethodcode"), currencyColumn, companyColumn,
            owner,
            .lookup("primarycontactid", "contacts"),
        ]
    )

    private static let contact = TableSchema(
        "contacts",
        table: "contact",
        columns: [.text("firstname", 50), .text("lastname", 50).required, companyColumn, owner]
    )

    private static let invoice = TableSchema(
        "invoices",
        table: "invoice",
        states: [0: [1, 2, 4, 5, 6], 2: [100_001, 100_002], 3: [100_003]],
        defaults: [
            "totalamount": "0", "totalamountlessfreight": "0", "totaltax": "0", "totallineitemamount": "0",
            "totaldiscountamount": "0", "totallineitemdiscountamount": "0",
        ],
        columns: address("shipto") + address("billto") + [
            .text("name", 300).required, .text("invoicenumber", 100),
            .lookup("customerid", by: ["customerid_account": "accounts", "customerid_contact": "contacts"]).required,
            currencyColumn.needed.insertOnly, .lookup("pricelevelid", "pricelevels"), .date("duedate"),
            .date("datedelivered"), .text("description", 2_000), .money("discountamount"), .money("freightamount"),
            .decimal("discountpercentage", bound: 100), .money("totalamount").modifyOnly,
            .money("totalamountlessfreight").modifyOnly, .money("totaltax").modifyOnly,
            .money("totallineitemamount").modifyOnly, .money("totaldiscountamount").modifyOnly,
            .money("totallineitemdiscountamount").modifyOnly, .option("paymenttermscode"),
            .option("shippingmethodcode"),
            companyColumn, owner,
        ]
    )

    private static let invoiceLine = TableSchema(
        "invoicedetails",
        table: "invoicedetail",
        states: [:],
        defaults: ["baseamount": "0", "extendedamount": "0", "producttypecode": "1"],
        columns: address("shipto") + [
            .lookup("invoiceid", "invoices").required, .lookup("productid", "products"), .lookup("uomid", "uoms"),
            .decimal("quantity").needed, .money("priceperunit"), .boolean("ispriceoverridden"),
            .boolean("isproductoverridden").insertOnly, .text("productdescription", 500),
            .money("manualdiscountamount"),
            .money("volumediscountamount"), .money("tax"), .money("baseamount").modifyOnly,
            .money("extendedamount").modifyOnly, .integer("lineitemnumber"), .date("actualdeliveryon"),
            .option("producttypecode").insertOnly, currencyColumn.insertOnly,
        ]
    )

    private static let team = TableSchema("teams", table: "team", columns: [.text("name", 160)])
    private static let user = TableSchema("systemusers", table: "systemuser", columns: [.text("fullname", 200)])
    private static let company = TableSchema(
        "bcbi_companies",
        table: "bcbi_company",
        columns: [.text("bcbi_name", 100)]
    )
}
