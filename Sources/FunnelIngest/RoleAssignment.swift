import FunnelModel
import FunnelText

/// Which columns of a file, and which constants, play which roles.
struct RoleAssignment: Sendable {
    enum Player: Sendable, Equatable {
        case column(Int)
        /// A text that every row has, by its place in `constants`.
        case constant(Int)
    }

    struct Constant: Sendable {
        var name: String
        var text: String
        var role: ColumnRole?
        var range: TextRange
    }

    private(set) var roles: [ColumnRole: Player] = [:]
    /// Roles that the header was recognised to play.
    private(set) var recognised: Set<ColumnRole> = []
    /// Columns that play a role only if their values confirm it, the best first.
    private(set) var conditional: [HeaderRecognition.Candidate] = []
    private(set) var aliases: [String: Player] = [:]
    private(set) var constants: [Constant] = []

    init(_ request: LoadRequest, header: Header) throws {
        var problems: [Diagnostic] = []
        var taken: Set<Int> = []
        var targets: Set<String> = []
        for mapping in request.mappings {
            let folded = Name.fold(mapping.target)
            guard targets.insert(folded).inserted else {
                problems.append(.mappedTwice(mapping, request))
                continue
            }
            let role = ColumnRole(rawValue: folded).flatMap { request.role.roles.contains($0) ? $0 : nil }
            let player: Player
            switch mapping.value {
            case .column(let name):
                guard let column = header.column(name) else {
                    problems.append(.noColumn(name, mapping, header.names, request))
                    continue
                }
                taken.insert(column)
                player = .column(column)
            case .constant(let text):
                player = .constant(constants.count)
                constants.append(Constant(name: mapping.target, text: text, role: role, range: mapping.valueRange))
            }
            if let role { roles[role] = player } else { aliases[folded] = player }
        }
        for candidate in HeaderRecognition.candidates(
            request.role, headers: header.names, taken: taken, filled: Set(roles.keys))
        {
            if candidate.condition == .none {
                roles[candidate.role] = .column(candidate.column)
                recognised.insert(candidate.role)
            } else {
                conditional.append(candidate)
            }
        }
        shareNeeded(request, header)
        problems += clashes(request, header)
        if problems.count == 1 { throw problems[0] }
        if !problems.isEmpty { throw Diagnostics(problems) }
        nameConstants(header)
    }

    /// A needed role may share a column that a clause has given to another role, if both ask the same of it.
    private mutating func shareNeeded(_ request: LoadRequest, _ header: Header) {
        for role in request.role.needed where roles[role] == nil {
            let others = Set(request.role.roles).subtracting([role])
            let found = HeaderRecognition.candidates(request.role, headers: header.names, taken: [], filled: others).first
            guard let found, found.condition == .none else { continue }
            if let demand = demand(found.column), Self.merged(demand, role.demand) == nil { continue }
            roles[role] = .column(found.column)
            recognised.insert(role)
        }
    }

    /// One column can't be, say, a number and a date.
    private func clashes(_ request: LoadRequest, _ header: Header) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for column in header.names.indices {
            let played = request.role.roles.filter { roles[$0] == .column(column) }
            guard let first = played.first else { continue }
            for other in played.dropFirst() where Self.merged(first.demand, other.demand) == nil {
                problems.append(.clashingRoles(header.names[column], first, other, request))
            }
        }
        return problems
    }

    private mutating func nameConstants(_ header: Header) {
        var used = Set(header.names.map(Name.fold))
        for index in constants.indices {
            var name = constants[index].name
            var number = 2
            while used.contains(Name.fold(name)) {
                name = "\(constants[index].name)_\(number)"
                number += 1
            }
            used.insert(Name.fold(name))
            constants[index].name = name
        }
    }

    /// What two roles of one column ask of it together, or nil where they contradict each other.
    private static func merged(_ a: TypeDemand, _ b: TypeDemand) -> TypeDemand? {
        switch (a, b) {
        case (.key, .key): .key
        case (.text, .text), (.key, .text), (.text, .key): .text
        case (.number, .number): .number
        case (.date, .date), (.date, .dateOrYesNo), (.dateOrYesNo, .date): .date
        case (.dateOrYesNo, .dateOrYesNo): .dateOrYesNo
        default: nil
        }
    }

    /// What the roles of a column ask of its values; nil where it plays none.
    func demand(_ column: Int) -> TypeDemand? {
        if conditional.contains(where: { $0.column == column }) { return .text }
        var demand: TypeDemand?
        for role in ColumnRole.allCases where roles[role] == .column(column) {
            demand = demand.map { Self.merged($0, role.demand) ?? $0 } ?? role.demand
        }
        return demand
    }

    /// Takes a recognised role from a column whose values are not what the role needs.
    mutating func drop(_ role: ColumnRole) {
        guard recognised.remove(role) != nil else { return }
        roles[role] = nil
    }

    /// Gives a role to the column whose values have confirmed it; the other candidates are plain columns.
    mutating func confirm(_ candidate: HeaderRecognition.Candidate?) {
        conditional = []
        guard let candidate, roles[candidate.role] == nil else { return }
        roles[candidate.role] = .column(candidate.column)
        recognised.insert(candidate.role)
    }

    /// The index of a player among the table's columns: constants follow the columns of the file.
    func index(_ player: Player, columns: Int) -> Int {
        switch player {
        case .column(let column): column
        case .constant(let index): columns + index
        }
    }
}
