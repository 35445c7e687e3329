import FunnelADBC
package import FunnelRender

/// Which engines can be reached from here: their drivers, where they are, and what is missing.
package struct Doctor {
    private let environment: @Sendable (String) -> String?

    package init(environment: @escaping @Sendable (String) -> String?) { self.environment = environment }

    package func lines() -> [StyledLine] {
        let search = DriverSearch(environment: environment)
        var lines = [StyledLine("engines, by their ADBC drivers", .heading)]
        var isMissing = false
        for kind in EngineKind.known {
            let check = DriverCheck(kind, search)
            let title = kind.title + String(repeating: " ", count: max(1, 12 - kind.title.count))
            if let location = check.location {
                let versions = check.versions.isEmpty ? "driver found" : check.versions.joined(separator: ", ")
                lines.append(StyledLine([.init("  " + title, .name), .init(versions)]))
                lines.append(line("\(location.path) (\(location.origin))"))
            } else {
                isMissing = true
                lines.append(StyledLine([.init("  " + title, .name), .init("not here", .warning)]))
            }
            if let problem = check.problem, check.location != nil || problem != "no driver" { lines.append(line(problem, .warning)) }
            if let mend = check.mend { lines.append(line("to install: \(mend)", .mend)) }
            if !kind.use.isEmpty { lines.append(line(kind.use)) }
        }
        if isMissing {
            lines.append(StyledLine())
            lines.append(
                StyledLine("`pip` installs into the virtual environment that is active; drivers are looked for there, in manifests, and in the system's", .foot)
            )
            lines.append(StyledLine("folders. A connect string may name another one: `?driver=PATH`.", .foot))
        }
        return lines
    }

    private func line(_ text: String, _ style: TextStyle = .foot) -> StyledLine { StyledLine([.init(String(repeating: " ", count: 14)), .init(text, style)]) }
}
