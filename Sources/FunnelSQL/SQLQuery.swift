/// A query in SQL, and the columns that its rows have.
package struct SQLQuery: Sendable, Hashable {
    package var text: String
    package var columns: [SQLColumn]

    package init(text: String, columns: [SQLColumn]) {
        self.text = text
        self.columns = columns
    }
}

/// A column of the rows that come back.
package struct SQLColumn: Sendable, Hashable {
    package var name: String
    package var type: SQLType

    package init(_ name: String, _ type: SQLType) {
        self.name = name
        self.type = type
    }
}

/// What a column of SQL is cast to.
package enum SQLType: Sendable, Hashable {
    /// A number known exactly, with so many digits behind the point.
    case exact(scale: Int)
    case real
    case text
    case yesNo
    case date
    case timestamp
}
