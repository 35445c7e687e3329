package import FunnelModel
package import FunnelText

/// What a `load` statement asks for, names resolved to paths.
package struct LoadRequest: Sendable {
    /// `with TARGET = COLUMN` or `with TARGET = "text"`.
    package struct Mapping: Sendable {
        package enum Value: Sendable {
            /// A header of the file, in any spelling that folds to it.
            case column(String)
            /// A text that every row has.
            case constant(String)
        }

        /// A role of the table, or a further name for the column.
        package var target: String
        package var value: Value
        /// Where it is written in `script`: the target, and the value.
        package var targetRange: TextRange
        package var valueRange: TextRange

        package init(target: String, value: Value, targetRange: TextRange, valueRange: TextRange) {
            self.target = target
            self.value = value
            self.targetRange = targetRange
            self.valueRange = valueRange
        }
    }

    /// What a bad cell or a row of the wrong length does.
    package enum OnError: Sendable, Hashable {
        case stop
        /// A bad cell is missing; a short row is filled up, a long one cut.
        case null
        /// The row is left out, and written to the file named, if one is.
        case skip(into: String?)
    }

    package enum OnDuplicate: Sendable { case stop, keepFirst, keepLast }

    package var role: TableRole
    /// Where the file is.
    package var path: String
    /// The text itself, where it stands in no file: the rows of a `test` block.
    package var text: [UInt8]?
    /// As the script names it; messages use it.
    package var displayName: String
    package var mappings: [Mapping] = []
    /// A date pattern such as `dd-MM-yyyy`; nil to tell from the values.
    package var dates: String?
    package var states: [DealState: [String]] = [:]
    package var onError = OnError.stop
    /// The file of rows left out, as the script names it; messages use it.
    package var rejectsName: String?
    package var onDuplicate = OnDuplicate.stop
    /// Where `load` stands, and its parts, for diagnostics.
    package var script: Source?
    package var range: TextRange?
    package var pathRange: TextRange?
    package var datesRange: TextRange?
    /// Minutes east of UTC into which time stamps that carry a zone are turned.
    package var timezoneMinutes = 0
    package var threads = 1

    package init(role: TableRole, path: String, displayName: String) {
        self.role = role
        self.path = path
        self.displayName = displayName
    }
}

/// What a load did, to be shown to the person who asked for it.
package struct LoadReport: Sendable {
    package var role: TableRole
    /// The file, as the script names it.
    package var name: String
    /// Rows read = kept + refused.
    package var read = 0
    package var kept = 0
    package var refused = 0
    /// Bytes of text read, after decompression.
    package var bytes = 0
    /// Which column plays which role, and whether the file's header was recognised or a clause said so.
    package var roles: [(role: ColumnRole, column: String, recognised: Bool)] = []
    /// Everything that was decided or changed on the way in, a sentence each: nothing is dropped silently.
    package var notes: [String] = []

    package init(role: TableRole, name: String) {
        self.role = role
        self.name = name
    }
}

/// How far a load has come.
package struct LoadProgress: Sendable {
    package var rows: Int
    package var bytes: Int
    package var totalBytes: Int

    package init(rows: Int, bytes: Int, totalBytes: Int) {
        self.rows = rows
        self.bytes = bytes
        self.totalBytes = totalBytes
    }
}
