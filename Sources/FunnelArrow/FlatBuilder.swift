/// Writes a flatbuffer, from its end to its beginning: what a table points at is written before it.
struct FlatBuilder {
    /// Where something begins, counted from the end.
    struct Reference {
        let fromEnd: Int
    }

    enum Value {
        case byte(UInt8)
        case short(Int16)
        case int(Int32)
        case long(Int64)
        case reference(Reference)

        var size: Int {
            switch self {
            case .byte: 1
            case .short: 2
            case .int, .reference: 4
            case .long: 8
            }
        }
    }

    /// The bytes so far, the last one first.
    private var reversed: [UInt8] = []

    private mutating func pad(to alignment: Int, before size: Int = 0) {
        while (reversed.count + size) % alignment != 0 { reversed.append(0) }
    }

    private mutating func push<T: FixedWidthInteger>(_ number: T) {
        let size = MemoryLayout<T>.size
        pad(to: size)
        for byte in (0..<size).reversed() { reversed.append(UInt8(truncatingIfNeeded: number >> T(8 * byte))) }
    }

    private mutating func push(_ reference: Reference) {
        pad(to: 4)
        push(UInt32(reversed.count + 4 - reference.fromEnd))
    }

    mutating func string(_ text: String) -> Reference {
        let bytes = Array(text.utf8)
        pad(to: 4, before: bytes.count + 1)
        reversed.append(0)
        reversed += bytes.reversed()
        push(UInt32(bytes.count))
        return Reference(fromEnd: reversed.count)
    }

    mutating func vector(_ references: [Reference]) -> Reference {
        pad(to: 4)
        for reference in references.reversed() { push(reference) }
        push(UInt32(references.count))
        return Reference(fromEnd: reversed.count)
    }

    /// Structs of 64-bit words.
    mutating func vector(_ structs: [[Int64]]) -> Reference {
        pad(to: 8)
        for words in structs.reversed() { for word in words.reversed() { push(word) } }
        push(UInt32(structs.count))
        return Reference(fromEnd: reversed.count)
    }

    /// A table of the fields given, by their numbers.
    mutating func table(_ fields: [Int: Value]) -> Reference {
        var places: [Int: Int] = [:]
        pad(to: 8)
        for (number, value) in fields.sorted(by: { ($1.value.size, $0.key) < ($0.value.size, $1.key) }) {
            switch value {
            case .byte(let number): push(number)
            case .short(let number): push(number)
            case .int(let number): push(number)
            case .long(let number): push(number)
            case .reference(let reference): push(reference)
            }
            places[number] = reversed.count
        }
        pad(to: 4)
        let end = reversed.count + 4
        let count = (fields.keys.max() ?? -1) + 1
        let vtable = 4 + 2 * count
        // The table begins with the way back to its vtable, which stands right in front of it.
        let gap = vtable % 4 == 0 ? 0 : 2
        push(Int32(vtable + gap))
        if gap > 0 { push(UInt16(0)) }
        let size = places.map { number, place in end - place + (fields[number]?.size ?? 0) }.max() ?? 4
        for number in (0..<count).reversed() { push(UInt16(places[number].map { end - $0 } ?? 0)) }
        push(UInt16(size))
        push(UInt16(vtable))
        return Reference(fromEnd: end)
    }

    /// All bytes, beginning with the way to the root: a multiple of 8.
    mutating func finish(_ root: Reference) -> [UInt8] {
        pad(to: 8, before: 4)
        push(root)
        return reversed.reversed()
    }
}
