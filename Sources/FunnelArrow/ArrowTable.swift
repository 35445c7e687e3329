package import FunnelStore

/// Columns as a whole Arrow file.
package enum ArrowTable {
    /// The bytes of a file with these columns. A time stamp's time of day is a column of its own, `NAME time`.
    package static func bytes(_ columns: [Column], rowCount: Int) -> [UInt8] {
        ArrowLayout(parts(of: columns).flatMap { $0 }, rowCount: rowCount).bytes
    }

    /// For each column the columns of the file that hold it.
    static func parts(of columns: [Column]) -> [[ArrowColumn]] {
        var names = Set(columns.map(\.name))
        return columns.map { column in
            var time = column.name + " time"
            var number = 2
            while names.contains(time) {
                time = "\(column.name) time \(number)"
                number += 1
            }
            if case .timestamp = column.values { names.insert(time) }
            return column.arrow(time: time)
        }
    }
}
