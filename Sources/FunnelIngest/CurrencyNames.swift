/// What may stand beside an amount of money.
enum CurrencyNames {
    /// The currency that begins at an index, as up to eight of its bytes, and the index behind it. `isCommon` is false
    /// for letters that may as well be another word: `TOP 10`, `FR 33`.
    static func match(_ scalars: [Unicode.Scalar], _ start: Int) -> (name: UInt64, next: Int, isCommon: Bool)? {
        var end = start
        while end < scalars.count, isLetter(scalars[end]) { end += 1 }
        var word = String(String.UnicodeScalarView(scalars[start..<end]))
        // `US$`, `R$`
        if end < scalars.count, scalars[end] == "$", word.isEmpty || dollarPrefixes.contains(word.uppercased()) {
            return (packed(word.uppercased() + "$"), end + 1, true)
        }
        if word.isEmpty {
            guard scalars[start].properties.generalCategory == .currencySymbol else { return nil }
            return (packed(String(scalars[start])), start + 1, true)
        }
        word = word.uppercased()
        guard codes.contains(word) || words.contains(word) else { return nil }
        if end < scalars.count, scalars[end] == ".", !isDigit(scalars, end + 1), end + 1 < scalars.count || word.count < 3 {
            end += 1
        }
        return (packed(word), end, common.contains(word))
    }

    /// `US$` out of its packed form.
    static func name(_ packed: UInt64) -> String {
        withUnsafeBytes(of: packed.littleEndian) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func packed(_ name: String) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        for scalar in name.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            guard shift + UInt64(bytes.count) * 8 <= 64 else { break }
            for byte in bytes {
                result |= UInt64(byte) << shift
                shift += 8
            }
        }
        return result
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? Byte.isLetter(UInt8(scalar.value)) : scalar.properties.isAlphabetic
    }

    private static func isDigit(_ scalars: [Unicode.Scalar], _ at: Int) -> Bool {
        at < scalars.count && scalars[at].isASCII && Byte.isDigit(UInt8(scalars[at].value))
    }

    private static let dollarPrefixes: Set<String> = ["US", "R", "A", "AU", "C", "CA", "NZ", "HK", "NT", "S", "SG", "MX", "U"]

    private static let words: Set<String> = [
        "RS", "KR", "ZŁ", "FR", "LEI", "KČ", "FT", "ЛВ", "РУБ", "TL", "RM", "RP", "DH", "SR", "QR",
        "ریال", "تومان", "تومن", "ريال", "دلار", "یورو", "درهم",
    ]

    private static let common: Set<String> = [
        "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RUB", "INR", "CNY",
        "BRL", "MXN", "ZAR", "AED", "IRR", "IRT", "KRW", "SGD", "HKD", "ریال", "تومان", "تومن", "ريال", "دلار", "یورو", "درهم",
    ]

    /// ISO 4217.
    private static let codes = Set(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP \
        CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF \
        IDR ILS INR IQD IRR IRT ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
        MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
        SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV \
        WST XAF XCD XOF XPF YER ZAR ZMW BTC USDT
        """.split(separator: " ").map(String.init))

    /// Whether a word is such a code: `USD` in `amount_spent_usd`.
    static func isCode(_ word: String) -> Bool { codes.contains(word.uppercased()) }
}
