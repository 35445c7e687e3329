import CADBC
import FunnelArrow

/// The columns of a result, from the letters in which the C data interface tells their types:
/// https://arrow.apache.org/docs/format/CDataInterface.html#data-type-description-format-strings
enum FieldReading {
    static func fields(_ schema: ArrowSchema) throws(ADBCError) -> [ArrowField] {
        guard schema.format.map({ String(cString: $0) }) == "+s", schema.n_children >= 0 else { throw ADBCError(.other, "the result is no table") }
        var fields: [ArrowField] = []
        for index in 0..<Int(schema.n_children) {
            guard let child = schema.children[index] else { throw ADBCError(.other, "the result has a column without a type") }
            fields.append(try field(child.pointee, index))
        }
        return fields
    }

    /// The columns that hold numbers as text: PostgreSQL's driver hands `numeric` over so, and says so in the metadata.
    static func numberTexts(_ schema: ArrowSchema) -> Set<Int> {
        var found: Set<Int> = []
        for index in 0..<Int(schema.n_children) {
            guard let metadata = schema.children[index]?.pointee.metadata else { continue }
            let pairs = self.pairs(metadata)
            // An opaque type has a small JSON document beside it.
            guard let told = pairs["ADBC:postgresql:typname"] ?? pairs["ARROW:extension:metadata"], told.contains("numeric") else { continue }
            found.insert(index)
        }
        return found
    }

    /// Metadata are a count of pairs, and each text of a pair behind its length.
    private static func pairs(_ bytes: UnsafePointer<CChar>) -> [String: String] {
        let base = UnsafeRawPointer(bytes)
        var at = 4
        func text() -> String {
            let count = Int(base.loadUnaligned(fromByteOffset: at, as: Int32.self))
            guard count >= 0, count < 1 << 20 else { return "" }
            let text = String(decoding: UnsafeRawBufferPointer(start: base + at + 4, count: count), as: UTF8.self)
            at += 4 + count
            return text
        }
        var pairs: [String: String] = [:]
        for _ in 0..<min(64, max(0, base.loadUnaligned(as: Int32.self))) {
            let key = text()
            pairs[key] = text()
        }
        return pairs
    }

    private static func field(_ schema: ArrowSchema, _ index: Int) throws(ADBCError) -> ArrowField {
        let name = schema.name.map { String(cString: $0) } ?? ""
        let shown = name.isEmpty ? "column_\(index + 1)" : name
        guard let dictionary = schema.dictionary else { return ArrowField(name: name, type: try type(schema, shown)) }
        let codes = try type(schema, shown)
        guard case .integer = codes, dictionary.pointee.dictionary == nil else { throw .nestedColumn(shown, "a dictionary of dictionaries") }
        return ArrowField(name: name, type: try type(dictionary.pointee, shown), dictionary: .init(id: Int64(index), index: codes))
    }

    private static func type(_ schema: ArrowSchema, _ name: String) throws(ADBCError) -> ArrowType {
        let format = schema.format.map { String(cString: $0) } ?? ""
        if let plain = plain[format] { return plain }
        if format.hasPrefix("d:") { return try decimal(format.dropFirst(2), name) }
        if format.hasPrefix("ts"), let letter = format.dropFirst(2).first, let unit = units[letter] {
            let zone = String(format.dropFirst(4))
            return .timestamp(unit, zone: zone.isEmpty ? nil : zone)
        }
        throw .nestedColumn(name, refused.first { format.hasPrefix($0.format) }?.name ?? "of an unknown type (`\(format)`)")
    }

    private static func decimal(_ text: Substring, _ name: String) throws(ADBCError) -> ArrowType {
        let parts = text.split(separator: ",").map { Int($0) }
        guard parts.count >= 2, let precision = parts[0], let scale = parts[1] else { throw .nestedColumn(name, "a decimal of no known form") }
        let bits = parts.count > 2 ? parts[2] ?? 0 : 128
        guard [32, 64, 128].contains(bits), (-38...38).contains(scale) else { throw .nestedColumn(name, "a decimal of \(bits) bits") }
        return .decimal(bits: bits, precision: precision, scale: scale)
    }

    private static let units: [Character: ArrowType.Unit] = ["s": .second, "m": .millisecond, "u": .microsecond, "n": .nanosecond]

    private static let plain: [String: ArrowType] = [
        "n": .null, "b": .bool, "c": .integer(bits: 8, isSigned: true), "C": .integer(bits: 8, isSigned: false), "s": .integer(bits: 16, isSigned: true),
        "S": .integer(bits: 16, isSigned: false), "i": .integer(bits: 32, isSigned: true), "I": .integer(bits: 32, isSigned: false),
        "l": .integer(bits: 64, isSigned: true), "L": .integer(bits: 64, isSigned: false), "e": .real(bits: 16), "f": .real(bits: 32), "g": .real(bits: 64),
        "u": .utf8(offsetBits: 32), "U": .utf8(offsetBits: 64), "vu": .utf8View, "tdD": .days, "tdm": .dayMilliseconds, "tts": .time(.second),
        "ttm": .time(.millisecond), "ttu": .time(.microsecond), "ttn": .time(.nanosecond),
    ]

    /// Types that a flat table of text, numbers and dates has no place for.
    private static let refused: [(format: String, name: String)] = [
        ("z", "binary data"), ("Z", "binary data"), ("vz", "binary data"), ("w:", "binary data"), ("tD", "a duration"), ("ti", "an interval"), ("+l", "a list"),
        ("+L", "a list"), ("+vl", "a list"), ("+vL", "a list"), ("+w", "a list"), ("+s", "a struct"), ("+m", "a map"), ("+u", "a union"),
        ("+r", "run-end encoded"),
    ]
}
