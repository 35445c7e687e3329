// What can be wrong with an Arrow file.
extension ArrowError {
    static let notArrow = ArrowError("is no Arrow file", mends: ["an Arrow file begins with `ARROW1`"])
    static let cutShort = ArrowError("is damaged: its end is missing", mends: ["write or fetch it again"])
    static let bigEndian = ArrowError("holds its numbers with the highest byte first, which is not read", mends: ["write it on a usual machine"])
    static let noColumns = ArrowError("has no column with a value")
    static let tooManyRows = ArrowError("has more than 2,147,483,647 rows", mends: ["split it"])

    /// `part`: what of the file does not fit.
    static func damaged(_ part: String) -> ArrowError { ArrowError("is damaged: \(part)", mends: ["write or fetch it again"]) }

    static func damagedColumn(_ column: String, _ part: String) -> ArrowError { damaged("of column `\(column)`, \(part)") }

    static func oldMetadata(_ version: Int) -> ArrowError {
        ArrowError("has metadata of version \(version + 1), and only 4 and 5 are read", mends: ["write it with Arrow 1.0 or later"])
    }

    static func unsupported(_ column: String, _ type: String) -> ArrowError {
        ArrowError(
            "can't be loaded: column `\(column)` is \(type)",
            mends: ["leave the column out when the file is written, or turn it into text, numbers or dates"])
    }

    private static let plainly = "write it uncompressed: pyarrow's `IpcWriteOptions(compression=None)`, Polars' `write_ipc(compression=\"uncompressed\")`"

    static let noZstandard = ArrowError(
        "is compressed with Zstandard, and the library that unpacks it is not here", mends: ["install it: `apt install libzstd1`", plainly])
    static let unknownCodec = ArrowError("is compressed in an unknown way", mends: [plainly])
    static let damagedCompression = damaged("compressed data can't be unpacked")
}
