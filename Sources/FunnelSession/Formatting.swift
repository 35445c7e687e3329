import FunnelSyntax
package import FunnelText

/// `funnel fmt`
package enum Formatting {
    /// The canonical form of a script, or what is wrong with it.
    package static func formatted(_ text: String, named name: String) -> Result<String, Diagnostics> {
        let (formatted, diagnostics) = Formatter.format(Source(name: name, text: text))
        return diagnostics.isEmpty ? .success(formatted) : .failure(Diagnostics(diagnostics))
    }
}
