import FunnelIngest
import FunnelText

/// How far long work has come, as one line: rows, a bar, bytes, speed, time left.
enum ProgressText {
    /// The line, at most `width` columns wide. The bar is left out where there is no room for it.
    static func line(_ progress: LoadProgress, seconds: Double, width: Int, unicode: Bool) -> String {
        let share = progress.totalBytes > 0 ? min(1, Double(progress.bytes) / Double(progress.totalBytes)) : nil
        let speed = seconds > 0 ? Double(progress.bytes) / seconds : 0
        var parts = [LoadReportRenderer.grouped(progress.rows) + " rows", bytes(Double(progress.bytes))]
        if speed > 0 { parts.append(bytes(speed) + "/s") }
        if share != nil, speed > 0, seconds > 0.5 {
            parts.append(duration(Double(progress.totalBytes - min(progress.bytes, progress.totalBytes)) / speed) + " left")
        }
        let text = parts.joined(separator: "  ")
        guard let share else { return DisplayWidth.cut(text, to: width - 1, mark: "") }
        let percent = DisplayWidth.pad("\(Int(share * 100)) %", to: 5, standing: .right)
        let room = min(30, width - 1 - text.utf8.count - percent.utf8.count - 4)
        guard room >= 6 else { return DisplayWidth.cut(percent + "  " + text, to: width - 1, mark: "") }
        return bar(share, columns: room, unicode: unicode) + percent + "  " + text
    }

    /// Filled to an eighth of a column with Unicode blocks.
    private static func bar(_ share: Double, columns: Int, unicode: Bool) -> String {
        guard unicode else {
            let full = Int(share * Double(columns))
            return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: columns - full) + "]"
        }
        let eighths = Int(share * Double(columns * 8))
        let part = eighths % 8 == 0 ? "" : ["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1]
        let filled = String(repeating: "█", count: eighths / 8) + part
        return "▕" + DisplayWidth.pad(filled, to: columns) + "▏"
    }

    /// `1.2 GB`, in steps of a thousand.
    static func bytes(_ count: Double) -> String {
        var count = count
        for unit in ["B", "kB", "MB", "GB"] {
            if count < 999.5 { return number(count, unit == "B" ? 0 : 1) + " " + unit }
            count /= 1000
        }
        return number(count, 1) + " TB"
    }

    /// As exact as a guess is: `0.4 ms`, `12 ms`, `3.2 s`, `2:05 min`.
    static func duration(_ seconds: Double) -> String {
        if seconds < 0.0095 { return number(seconds * 1000, 1) + " ms" }
        if seconds < 0.9995 { return number(seconds * 1000, 0) + " ms" }
        if seconds < 99.5 { return number(seconds, 1) + " s" }
        let whole = Int(min(seconds, 1e9).rounded())
        return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60) min"
    }

    /// A time that was measured, to three digits, so that two of them can be compared: `0.62 ms`, `12.3 ms`, `156 ms`, `3.21 s`,
    /// `2:05 min`.
    static func time(_ seconds: Double) -> String {
        if seconds < 0.9995 { return threeDigits(seconds * 1000) + " ms" }
        return seconds < 99.95 ? threeDigits(seconds) + " s" : duration(seconds)
    }

    /// A number from 0 to below 1000: hundredths below 10, tenths below 100.
    private static func threeDigits(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        if hundredths < 1000 { return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)" }
        let tenths = Int((value * 10).rounded())
        return tenths < 1000 ? "\(tenths / 10).\(tenths % 10)" : String(Int(value.rounded()))
    }

    /// A number ≥ 0 with at most one decimal; none from 10 upwards.
    private static func number(_ value: Double, _ decimals: Int) -> String {
        if decimals == 0 || value >= 9.95 { return String(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
