import FunnelModel
import FunnelStore

/// A mapped file of a saved store, out of which columns are made. What is made borrows the file's memory, and is sealed.
struct StoredFile {
    private let file: MappedFile
    private let name: String
    private let store: String
    private let ledger: DamageLedger

    init(_ file: MappedFile, name: String, store: String, ledger: DamageLedger) {
        self.file = file
        self.name = name
        self.store = store
        self.ledger = ledger
    }

    /// A seal over some parts, of which each must satisfy a condition of its own as well.
    private func seal(_ part: String, _ parts: [StoredPart], _ holds: @escaping @Sendable () -> Bool) -> Seal {
        Seal(on: "\(part) `\(store)/\(name)`", ledger: ledger) { [file] in
            parts.allSatisfy { Checksum.of(UnsafeRawBufferPointer(rebasing: file.bytes[$0.range])) == $0.checksum } && holds()
        }
    }

    private func buffer<Element>(_ part: StoredPart?, _ form: StoredPart.Form, as type: Element.Type = Element.self) throws(StoreError) -> Buffer<Element> {
        guard let part, part.form == form else { throw .damagedManifest }
        let count = form == .bits ? (part.count + 63) / 64 : part.count
        guard let buffer = Buffer<Element>(borrowing: count, at: part.offset, of: file) else { throw .damagedManifest }
        return buffer
    }

    // MARK: - Columns

    /// `title`: as messages name it, before the file's name.
    func column(_ stored: StoredColumn, named title: String) throws(StoreError) -> Column {
        guard let main = stored.part(.values) else { throw .damagedManifest }
        let validity = try stored.part(.validity).map { part throws(StoreError) in try bitmap(part) }
        guard validity.map({ $0.count == main.count }) ?? true else { throw .damagedManifest }
        let values = try values(stored, main)
        let content = Column.Content(values: values, validity: validity)
        let seal = seal(title, stored.parts) { Self.isSound(values) && Self.isSound(validity) }
        return Column(
            name: stored.name,
            content: Sealed(content, seal: seal) { Column.Content(values: Self.substitute(stored.kind, main.count), validity: nil) })
    }

    private func values(_ stored: StoredColumn, _ main: StoredPart) throws(StoreError) -> Column.Values {
        switch stored.kind {
        case .text: return .text(try codes(main), try dictionary(stored))
        case .integer: return .integer(try integers(main))
        case .decimal(let scale): return .decimal(try integers(main), scale: scale)
        case .date: return .date(try integers(main))
        case .timestamp(let perSecond):
            guard let unit = TimeUnit(rawValue: perSecond), let time = stored.part(.time), time.count == main.count else { throw .damagedManifest }
            return .timestamp(days: try integers(main), time: try integers(time), unit: unit)
        case .yesNo: return .yesNo(try bitmap(main))
        }
    }

    private func bitmap(_ part: StoredPart) throws(StoreError) -> Bitmap { Bitmap(words: try buffer(part, .bits), count: part.count) }

    private func integers(_ part: StoredPart) throws(StoreError) -> Integers {
        switch part.form {
        case .int8: .int8(try buffer(part, .int8))
        case .int16: .int16(try buffer(part, .int16))
        case .int32: .int32(try buffer(part, .int32))
        case .int64: .int64(try buffer(part, .int64))
        case .uint8, .uint16, .uint32, .bits: throw .damagedManifest
        }
    }

    private func codes(_ part: StoredPart) throws(StoreError) -> Codes {
        switch part.form {
        case .uint8: .uint8(try buffer(part, .uint8))
        case .uint16: .uint16(try buffer(part, .uint16))
        case .uint32: .uint32(try buffer(part, .uint32))
        case .int8, .int16, .int32, .int64, .bits: throw .damagedManifest
        }
    }

    /// The offsets are looked at with the checksum of the column, before a text is read.
    private func dictionary(_ stored: StoredColumn) throws(StoreError) -> TextDictionary {
        let offsets: Buffer<Int64> = try buffer(stored.part(.offsets), .int64)
        guard offsets.count >= 1 else { throw .damagedManifest }
        return TextDictionary(unchecked: try buffer(stored.part(.bytes), .uint8), offsets: offsets)
    }

    // MARK: - Links

    /// A run of numbers that all lie within bounds.
    func numbers(
        _ part: StoredPart, named title: String, within bounds: ClosedRange<Int32>, substitute: Int32
    ) throws(StoreError) -> Sealed<Buffer<Int32>> {
        let buffer: Buffer<Int32> = try buffer(part, .int32)
        let seal = seal(title, [part]) { Self.lie(buffer, within: bounds) }
        return Sealed(buffer, seal: seal) { Buffer(count: part.count) { $0.initialize(repeating: substitute, count: part.count) } }
    }

    func runs(
        _ starts: StoredPart, _ rest: StoredPart, areLeads: Bool, rowCount: Int, leadCount: Int32
    ) throws(StoreError) -> Sealed<StageRuns> {
        let first: Buffer<Int32> = try buffer(starts, .int32)
        let left: Buffer<Int32> = try buffer(rest, .int32)
        guard first.count > 0, left.count <= rowCount else { throw .damagedManifest }
        let owners = areLeads ? leadCount : Int32(clamping: first.count - 1)
        let seal = seal("the stage rows of leads in", [starts, rest]) {
            first.base[0] == 0 && Int(first.base[first.count - 1]) == rowCount - left.count && Self.rise(first) && Self.lie(left, within: -1...owners - 1)
        }
        return Sealed(StageRuns(starts: first, rest: left, areLeads: areLeads), seal: seal) {
            StageRuns(
                starts: Buffer(zeros: first.count),
                rest: Buffer(count: rowCount) { $0.initialize(repeating: -1, count: rowCount) }, areLeads: areLeads)
        }
    }

    func cycles(_ leads: StoredPart, _ lengths: StoredPart, step: Int64) throws(StoreError) -> Sealed<Cycles> {
        let cycles = Cycles(leads: try bitmap(leads), lengths: try integers(lengths), step: step)
        let seal = seal("the cycles of leads in", [leads, lengths]) { Self.isSound(cycles.leads) && cycles.isWhole }
        return Sealed(cycles, seal: seal) {
            Cycles(leads: Bitmap(words: Buffer(zeros: (leads.count + 63) / 64), count: leads.count), lengths: .int8(Buffer(zeros: 0)), step: step)
        }
    }

    // MARK: - What other parts rely on

    private static func lie(_ buffer: Buffer<Int32>, within bounds: ClosedRange<Int32>) -> Bool {
        let (low, high) = Extremes.of(buffer)
        return buffer.count == 0 || (low >= bounds.lowerBound && high <= bounds.upperBound)
    }

    private static func rise<T: FixedWidthInteger & BitwiseCopyable>(_ buffer: Buffer<T>) -> Bool {
        var holds = true
        for at in 1..<max(1, buffer.count) { holds = holds && buffer.base[at - 1] <= buffer.base[at] }
        return holds
    }

    private static func isSound(_ bitmap: Bitmap?) -> Bool {
        guard let bitmap, bitmap.count % 64 != 0 else { return true }
        return bitmap.words.base[bitmap.count / 64] >> UInt64(bitmap.count % 64) == 0
    }

    private static func isSound(_ values: Column.Values) -> Bool {
        switch values {
        case .text(let codes, let dictionary):
            guard dictionary.offsets.base[0] == 0, dictionary.offsets.base[dictionary.count] == Int64(dictionary.bytes.count), rise(dictionary.offsets)
            else { return false }
            // A column without a text has the code 0 all the same.
            return largest(codes) < max(1, dictionary.count)
        case .date(let days): return days.fits(below: mostDays)
        case .timestamp(let days, let time, let unit):
            return days.fits(below: mostDays) && time.fits(below: 86_400 * unit.rawValue) && time.largest != nil
        case .yesNo(let bits): return isSound(bits)
        case .integer, .decimal: return true
        }
    }

    /// Calendars count from the year 1 to 9999, which is within this many days around 1970.
    private static let mostDays: Int64 = 4_000_000

    private static func largest(_ codes: Codes) -> Int {
        switch codes {
        case .uint8(let buffer): Int(Extremes.of(buffer).high)
        case .uint16(let buffer): Int(Extremes.of(buffer).high)
        case .uint32(let buffer): Int(Extremes.of(buffer).high)
        }
    }

    /// Values of the same type, all of them nothing.
    private static func substitute(_ kind: StoredColumn.Kind, _ count: Int) -> Column.Values {
        let zeros = Integers.int8(Buffer(zeros: count))
        switch kind {
        case .text: return .text(.uint8(Buffer(zeros: count)), TextDictionary([""]))
        case .integer: return .integer(zeros)
        case .decimal(let scale): return .decimal(zeros, scale: scale)
        case .date: return .date(zeros)
        case .timestamp(let perSecond): return .timestamp(days: zeros, time: zeros, unit: TimeUnit(rawValue: perSecond) ?? .second)
        case .yesNo: return .yesNo(Bitmap(words: Buffer(zeros: (count + 63) / 64), count: count))
        }
    }
}
