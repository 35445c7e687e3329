/// The columns of an Arrow file, as its metadata tells them.
///
/// Field numbers are those of Arrow's format/Schema.fbs and format/Message.fbs.
enum ArrowSchema {
    static func fields(_ schema: FlatTable) throws(ArrowError) -> [ArrowField] {
        guard try schema.number(0, default: Int16(0)) == 0 else { throw .bigEndian }
        var fields: [ArrowField] = []
        for (index, field) in try schema.tables(1).enumerated() { fields.append(try Self.field(field, index)) }
        return fields
    }

    private static func field(_ field: FlatTable, _ index: Int) throws(ArrowError) -> ArrowField {
        let name = try field.string(0) ?? ""
        let shown = name.isEmpty ? "column_\(index + 1)" : name
        let type = try self.type(try field.number(2, default: UInt8(0)), try field.table(3), shown)
        var dictionary: ArrowField.Dictionary?
        if let encoding = try field.table(4) {
            let index = try encoding.table(1).map { type throws(ArrowError) in try integer(type, shown) } ?? .integer(bits: 32, isSigned: true)
            dictionary = ArrowField.Dictionary(id: try encoding.number(0, default: 0), index: index)
            if type == .null { throw .damagedColumn(shown, "the dictionary has no type") }
        }
        return ArrowField(name: name, type: type, dictionary: dictionary)
    }

    private static func integer(_ type: FlatTable, _ name: String) throws(ArrowError) -> ArrowType {
        let bits = Int(try type.number(0, default: Int32(0)))
        guard [8, 16, 32, 64].contains(bits) else { throw .damagedColumn(name, "the integers have \(bits) bits") }
        return .integer(bits: bits, isSigned: try type.truth(1))
    }

    private static func unit(_ type: FlatTable, _ name: String, default unit: ArrowType.Unit) throws(ArrowError) -> ArrowType.Unit {
        guard let unit = ArrowType.Unit(rawValue: try type.number(0, default: unit.rawValue)) else { throw .damagedColumn(name, "the unit of time is unknown") }
        return unit
    }

    private static func type(_ kind: UInt8, _ table: FlatTable?, _ name: String) throws(ArrowError) -> ArrowType {
        guard let table else { throw .damagedColumn(name, "the type is missing") }
        switch kind {
        case 1: return .null
        case 2: return try integer(table, name)
        case 3:
            switch try table.number(0, default: Int16(0)) {
            case 0: return .real(bits: 16)
            case 1: return .real(bits: 32)
            case 2: return .real(bits: 64)
            default: throw .damagedColumn(name, "the precision is unknown")
            }
        case 5: return .utf8(offsetBits: 32)
        case 6: return .bool
        case 7: return try decimal(table, name)
        case 8:
            switch try table.number(0, default: Int16(1)) {
            case 0: return .days
            case 1: return .dayMilliseconds
            default: throw .damagedColumn(name, "the unit of dates is unknown")
            }
        case 9:
            let type = ArrowType.time(try unit(table, name, default: .millisecond))
            guard Int(try table.number(1, default: Int32(32))) == type.bits else { throw .damagedColumn(name, "the unit of time does not fit its width") }
            return type
        case 10: return .timestamp(try unit(table, name, default: .second), zone: try table.string(1).flatMap { $0.isEmpty ? nil : $0 })
        case 20: return .utf8(offsetBits: 64)
        case 24: return .utf8View
        default: throw .unsupported(name, Self.refused[kind] ?? "of an unknown type (\(kind))")
        }
    }

    private static func decimal(_ type: FlatTable, _ name: String) throws(ArrowError) -> ArrowType {
        let bits = Int(try type.number(2, default: Int32(128)))
        let scale = Int(try type.number(1, default: Int32(0)))
        if bits == 256 { throw .unsupported(name, "a decimal of 256 bits") }
        guard [32, 64, 128].contains(bits), (-38...38).contains(scale) else { throw .damagedColumn(name, "the decimals are of no known form") }
        return .decimal(bits: bits, precision: Int(try type.number(0, default: Int32(0))), scale: scale)
    }

    /// Types that a flat table of text, numbers and dates has no place for, by their number.
    private static let refused: [UInt8: String] = [
        4: "binary data", 11: "an interval", 12: "a list", 13: "a struct", 14: "a union", 15: "binary data", 16: "a list", 17: "a map",
        18: "a duration", 19: "binary data", 21: "a list", 22: "run-end encoded", 23: "binary data", 25: "a list", 26: "a list",
    ]
}
