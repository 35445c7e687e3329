/// The words of dates.
enum MonthNames {
    /// What is added to a month of the Solar Hijri calendar.
    static let jalali = 100

    private static let english = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ]

    private static let persian = [
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
    ]

    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    private static let persianWeekdays: Set<String> = [
        "شنبه", "یکشنبه", "دوشنبه", "سهشنبه", "چهارشنبه", "پنجشنبه", "جمعه",
    ]

    /// 1…12, or `jalali` + 1…12, or nil.
    static func month(_ word: ArraySlice<UInt8>) -> Int? {
        if word.allSatisfy({ $0 < 0x80 }) {
            let name = lower(word)
            if name == "sept" { return 9 }
            guard name.utf8.count >= 3 else { return nil }
            return english.firstIndex { $0 == name || (name.utf8.count == 3 && $0.hasPrefix(name)) }.map { $0 + 1 }
        }
        let name = unified(word)
        return persian.firstIndex(of: name).map { $0 + 1 + jalali }
    }

    static func isWeekday(_ word: ArraySlice<UInt8>) -> Bool {
        if word.allSatisfy({ $0 < 0x80 }) {
            let name = lower(word)
            guard name.utf8.count >= 3 else { return false }
            return weekdays.contains { $0 == name || (name.utf8.count <= 5 && $0.hasPrefix(name)) }
        }
        return persianWeekdays.contains(unified(word))
    }

    static func isOrdinal(_ word: ArraySlice<UInt8>) -> Bool { ["st", "nd", "rd", "th"].contains(lower(word)) }

    private static func lower(_ word: ArraySlice<UInt8>) -> String {
        String(decoding: word.map { $0 | 0x20 }, as: UTF8.self)
    }

    private static func unified(_ word: ArraySlice<UInt8>) -> String {
        var result = ""
        for scalar in String(decoding: word, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "ي", "ى": result.unicodeScalars.append("ی")
            case "ك": result.unicodeScalars.append("ک")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
