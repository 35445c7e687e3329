package import FunnelRender

/// Whether what is printed has colours.
package enum ColorMode: String, CaseIterable, Sendable {
    /// On a terminal that can, unless NO_COLOR says no.
    case auto
    case always, never
}

/// How a console prints. All of it may change while it is in use.
package struct ConsoleOptions: Sendable {
    package var color = ColorMode.auto
    /// Nothing but answers, errors and warnings.
    package var quiet = false
    /// A person is at the other end: the shell.
    package var interactive = false
    /// The format in force. With a data format, help and explanations go to standard error.
    package var format = OutputFormat.table
    package var digits: Int?
    package var currency = ""
    package var maxRows: Int?
    /// The width of tables; nil for the terminal's own, and for none where there is no terminal.
    package var width: Int?
    /// Unicode frames; nil to follow the locale.
    package var unicode: Bool?

    package init() {}
}
