/// The metadata of an Arrow file, written.
///
/// Field numbers are those of Arrow's format/Schema.fbs, format/Message.fbs and format/File.fbs.
enum ArrowMetadata {
    /// Version 5, as the format counts from 0.
    private static let version = FlatBuilder.Value.short(4)

    static func schema(_ columns: [ArrowColumn]) -> [UInt8] {
        var builder = FlatBuilder()
        let schema = schema(columns, &builder)
        return message(.schema, schema, bodyCount: 0, &builder)
    }

    static func batch(rows: Int, nodes: [[Int64]], body: ArrowLayout.Body) -> [UInt8] {
        var builder = FlatBuilder()
        let batch = batch(rows: rows, nodes, body, &builder)
        return message(.batch, batch, bodyCount: body.count, &builder)
    }

    static func dictionary(_ id: Int64, rows: Int, nodes: [[Int64]], body: ArrowLayout.Body) -> [UInt8] {
        var builder = FlatBuilder()
        let batch = batch(rows: rows, nodes, body, &builder)
        let dictionary = builder.table([0: .long(id), 1: .reference(batch)])
        return message(.dictionary, dictionary, bodyCount: body.count, &builder)
    }

    static func footer(_ columns: [ArrowColumn], dictionaries: [[Int64]], batches: [[Int64]]) -> [UInt8] {
        var builder = FlatBuilder()
        let batches = builder.vector(batches)
        let dictionaries = builder.vector(dictionaries)
        let schema = schema(columns, &builder)
        let footer = builder.table([0: version, 1: .reference(schema), 2: .reference(dictionaries), 3: .reference(batches)])
        return builder.finish(footer)
    }

    private static func message(
        _ kind: ArrowMessage.Kind, _ header: FlatBuilder.Reference, bodyCount: Int, _ builder: inout FlatBuilder
    ) -> [UInt8] {
        let message = builder.table([0: version, 1: .byte(kind.rawValue), 2: .reference(header), 3: .long(Int64(bodyCount))])
        return builder.finish(message)
    }

    private static func batch(
        rows: Int, _ nodes: [[Int64]], _ body: ArrowLayout.Body, _ builder: inout FlatBuilder
    ) -> FlatBuilder.Reference {
        let buffers = builder.vector(body.structs)
        let nodes = builder.vector(nodes)
        return builder.table([0: .long(Int64(rows)), 1: .reference(nodes), 2: .reference(buffers)])
    }

    private static func schema(_ columns: [ArrowColumn], _ builder: inout FlatBuilder) -> FlatBuilder.Reference {
        var fields: [FlatBuilder.Reference] = []
        for (index, column) in columns.enumerated() {
            let name = builder.string(column.name)
            let children = builder.vector([FlatBuilder.Reference]())
            let (kind, type) = type(column.type, &builder)
            var field: [Int: FlatBuilder.Value] = [
                0: .reference(name), 1: .byte(1), 2: .byte(kind), 3: .reference(type), 5: .reference(children),
            ]
            if let dictionary = column.dictionary {
                let (_, codes) = Self.type(dictionary.index, &builder)
                field[4] = .reference(builder.table([0: .long(Int64(index)), 1: .reference(codes)]))
            }
            fields.append(builder.table(field))
        }
        let all = builder.vector(fields)
        return builder.table([0: .short(0), 1: .reference(all)])
    }

    /// The number of a type, and the table that says the rest.
    private static func type(_ type: ArrowType, _ builder: inout FlatBuilder) -> (UInt8, FlatBuilder.Reference) {
        switch type {
        case .null: (1, builder.table([:]))
        case .integer(let bits, let isSigned): (2, builder.table([0: .int(Int32(bits)), 1: .byte(isSigned ? 1 : 0)]))
        case .real(let bits): (3, builder.table([0: .short(bits == 16 ? 0 : bits == 32 ? 1 : 2)]))
        case .utf8(let bits): (bits == 32 ? 5 : 20, builder.table([:]))
        case .bool: (6, builder.table([:]))
        case .decimal(let bits, let precision, let scale):
            (7, builder.table([0: .int(Int32(precision)), 1: .int(Int32(scale)), 2: .int(Int32(bits))]))
        case .days: (8, builder.table([0: .short(0)]))
        case .dayMilliseconds: (8, builder.table([0: .short(1)]))
        case .time(let unit): (9, builder.table([0: .short(unit.rawValue), 1: .int(Int32(type.bits))]))
        case .timestamp(let unit, let zone): timestamp(unit, zone, &builder)
        case .utf8View: (24, builder.table([:]))
        }
    }

    private static func timestamp(_ unit: ArrowType.Unit, _ zone: String?, _ builder: inout FlatBuilder) -> (UInt8, FlatBuilder.Reference) {
        guard let zone else { return (10, builder.table([0: .short(unit.rawValue)])) }
        let name = builder.string(zone)
        return (10, builder.table([0: .short(unit.rawValue), 1: .reference(name)]))
    }
}
