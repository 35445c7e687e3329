import FunnelModel
import FunnelStore
import FunnelText

/// Tells for each text of a status column whether its deals are open, won or lost.
enum StateReading {
    /// By code of the dictionary. Throws where a text is not known to be any of them.
    static func states(
        _ column: Column, _ request: LoadRequest, notes: inout [String]
    ) throws -> [DealState?] {
        guard case .text(let codes, let dictionary) = column.values else { return [] }
        let texts = dictionary.texts
        let given = given(request)
        let states = texts.map { given[HeaderRecognition.squeezed($0)] ?? DealStateNames.state($0) }
        let unknown = zip(texts, states).filter { $0.1 == nil }.map(\.0)
        guard unknown.isEmpty else {
            var counts = [Int](repeating: 0, count: texts.count)
            for row in 0..<column.count where !column.isMissing(row) { counts[codes[row]] += 1 }
            let met = zip(texts, counts).map { (text: $0, count: $1) }.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
            throw Diagnostic.unknownStates(unknown, met, column.name, request)
        }
        let present = Set(texts.map(HeaderRecognition.squeezed))
        for state in DealState.allCases {
            for text in request.states[state] ?? [] where !present.contains(HeaderRecognition.squeezed(text)) {
                notes.append(Note.unmetState(text, state))
            }
        }
        return states
    }

    private static func given(_ request: LoadRequest) -> [String: DealState] {
        var given: [String: DealState] = [:]
        for state in DealState.allCases {
            for text in request.states[state] ?? [] { given[HeaderRecognition.squeezed(text)] = state }
        }
        return given
    }

    /// The candidate whose texts confirm that it is the status, or nil.
    static func confirmed(
        _ candidates: [HeaderRecognition.Candidate], _ request: LoadRequest, texts: (Int) -> [String]
    ) -> HeaderRecognition.Candidate? {
        let given = given(request)
        return candidates.first { candidate in
            let states = texts(candidate.column).map { given[HeaderRecognition.squeezed($0)] ?? DealStateNames.state($0) }
            switch candidate.condition {
            case .none: return true
            case .holdsClosedState: return states.contains { $0 == .won || $0 == .lost }
            case .holdsOnlyStates: return !states.isEmpty && !states.contains { $0 == nil }
            }
        }
    }
}
